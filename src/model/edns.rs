//! Which releases of OVN answer queries with EDNS (RFC 6891).

/// The first release of each series that answers queries with EDNS; series before 23.09 that are not here never do,
/// all after it do (OVN commit "pinctrl: dns: Ignore additional records").
const SINCE: [Version; 4] = [(22, 3, 6), (23, 3, 3), (23, 6, 3), (23, 9, 2)];

/// Year, month and patch of a release.
pub type Version = (u32, u32, u32);

/// What the responder does with a query with EDNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edns {
    Answered,
    /// This release leaves it to the resolver.
    PassedOn(Version),
    Unknown,
}

impl Edns {
    /// Of the release with this version, as OVN's programs write it: `23.03.1-20.27.0-70.6`.
    pub fn of(version: Option<&str>) -> Self {
        match version.and_then(parse) {
            None => Edns::Unknown,
            Some(version) if is_ignored(version) => Edns::PassedOn(version),
            Some(_) => Edns::Answered,
        }
    }
}

/// A version as OVN numbers it.
pub fn shown((year, month, patch): Version) -> String {
    format!("{year}.{month:02}.{patch}")
}

fn parse(version: &str) -> Option<Version> {
    let mut numbers = version.split('-').next()?.split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn is_ignored((year, month, patch): Version) -> bool {
    let since = SINCE.iter().find(|since| (since.0, since.1) == (year, month));
    match since {
        Some(since) => patch < since.2,
        None => (year, month) < (23, 9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_that_ignore_edns_are_known_by_their_number() {
        for (version, is_passed_on) in [
            ("23.03.1-20.27.0-70.6", true),
            ("23.03.3", false),
            ("22.12.1", true),
            ("23.09.1", true),
            ("24.03.0", false),
            ("25.03.1-20.41.0-78.8", false),
            ("26.03.0", false),
        ] {
            let edns = Edns::of(Some(version));
            assert_eq!(matches!(edns, Edns::PassedOn(_)), is_passed_on, "{version}");
            assert_eq!(edns == Edns::Answered, !is_passed_on, "{version}");
        }
        assert_eq!(Edns::of(Some("23.03.1-20.27.0-70.6")), Edns::PassedOn((23, 3, 1)));
        for unknown in [None, Some("dev"), Some("24.03")] {
            assert_eq!(Edns::of(unknown), Edns::Unknown);
        }
    }
}
