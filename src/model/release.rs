//! The release of OVN that runs the network. ovn-northd's behaviour differs between releases.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The key of `NB_Global.options` in which ovn-northd writes its version when it starts (`23.03.1-20.27.0-70.6`).
/// The version of the client may be another one.
pub const VERSION_OPTION: &str = "northd_internal_version";

/// A release, by year and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Release(pub u32, pub u32);

impl Release {
    /// Parses the version that ovn-northd writes; `None` where it has another form.
    pub fn parse(version: &str) -> Option<Self> {
        let mut parts = version.split(['.', '-']);
        Some(Release(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_and_ordered() {
        let release = |text| Release::parse(text).unwrap();
        assert_eq!(release("23.03.1-20.27.0-70.6").to_string(), "23.03");
        assert!(release("24.09.2-20.37.0-77.4") < release("25.03.0-20.41.0-77.6"));
        assert_eq!(Release::parse(""), None);
        assert_eq!(Release::parse("dev"), None);
    }
}
