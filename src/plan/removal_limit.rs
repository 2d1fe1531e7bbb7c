//! How many hosts of one zone may be removed at once.

use crate::error::{Error, Kind, Result};

/// So many hosts may be removed from any zone.
const ANY_ZONE: usize = 3;
/// The share of a zone's hosts, in per cent, that may be removed without `--max` or `--force`.
const MAX_PERCENT: usize = 30;

/// How many hosts of one zone may be removed at once: by default three, or 30 % of its hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemovalLimit {
    /// `--max`: at most this many hosts, whatever their share.
    pub max: Option<usize>,
    /// `--force`: any number of hosts.
    pub force: bool,
}

impl RemovalLimit {
    /// Checks the number of hosts to remove from a zone with `hosts` hosts. `why` completes the sentence
    /// "4 hosts of net1 …", such as `are stale`.
    ///
    /// # Errors
    /// Needs confirmation where the number exceeds the limit.
    pub fn check(self, switch: &str, removed: usize, hosts: usize, why: &str) -> Result<()> {
        if self.force {
            return Ok(());
        }
        let message = match self.max {
            Some(max) if removed > max => format!("{removed} hosts of {switch} {why}, more than --max {max}"),
            None if removed > ANY_ZONE && removed * 100 > hosts * MAX_PERCENT => {
                format!("{removed} of the {hosts} hosts of {switch} {why}, more than {MAX_PERCENT} %")
            }
            _ => return Ok(()),
        };
        Err(Error::new(Kind::NeedsConfirmation, message)
            .hint(format!("--dry-run shows them; --max {removed} allows this many, --force any number")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(limit: RemovalLimit, removed: usize, hosts: usize) -> Result<()> {
        limit.check("net1", removed, hosts, "are stale")
    }

    #[test]
    fn any_zone_may_lose_three_hosts() {
        assert!(check(RemovalLimit::default(), 3, 3).is_ok());
        assert!(check(RemovalLimit::default(), 4, 4).is_err());
    }

    #[test]
    fn thirty_per_cent_may_go() {
        assert!(check(RemovalLimit::default(), 30, 100).is_ok());
    }

    #[test]
    fn more_than_thirty_per_cent_is_refused_with_the_option_that_allows_it() {
        let error = check(RemovalLimit::default(), 4, 10).unwrap_err();
        assert_eq!(error.message, "4 of the 10 hosts of net1 are stale, more than 30 %");
        assert_eq!(error.hints, ["--dry-run shows them; --max 4 allows this many, --force any number"]);
    }

    #[test]
    fn max_allows_its_number_whatever_the_share() {
        let limit = RemovalLimit { max: Some(31), force: false };
        assert!(check(limit, 31, 100).is_ok());
        let error = check(limit, 32, 1000).unwrap_err();
        assert_eq!(error.message, "32 hosts of net1 are stale, more than --max 31");
    }

    #[test]
    fn force_allows_any_number() {
        assert!(check(RemovalLimit { max: Some(1), force: true }, 99, 100).is_ok());
    }
}
