//! Marks in `external_ids`: those of qdns and of other programs, and the owner that they name.

use super::snapshot::{DnsRow, LoadBalancer};

/// The program that a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// qdns, or the commands whose rows it adopts.
    Qdns,
    /// OpenStack's Neutron.
    Neutron,
    /// LXD.
    Lxd,
    /// Incus.
    Incus,
    /// The row has no known mark.
    Unknown,
}

impl Owner {
    /// The owner's name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Owner::Qdns => "qdns",
            Owner::Neutron => "neutron",
            Owner::Lxd => "lxd",
            Owner::Incus => "incus",
            Owner::Unknown => "unknown",
        }
    }
}

/// The mark that names a row's switch.
pub const SWITCH_MARK: &str = "switch";
/// The mark that names a zone's domain.
pub const DOMAIN_MARK: &str = "qdns-domain";
/// The mark of a load balancer of qdns. Its value is the UUID of the switch that the balancer is for.
pub const BALANCER_MARK: &str = "qdns-forwards-for";
/// The prefix of all marks of qdns except [`SWITCH_MARK`].
const MARK_PREFIX: &str = "qdns-";
/// The prefix of the marks that keep an option's value from before qdns wrote it.
const BEFORE_PREFIX: &str = "qdns-before-";

/// The mark that keeps the value that a DHCP option had before qdns wrote it; empty where the option was absent.
pub fn before_mark(option: &str) -> String {
    [BEFORE_PREFIX, option].concat()
}

/// The DHCP option whose earlier value a mark keeps.
pub fn option_of_before_mark(mark: &str) -> Option<&str> {
    mark.strip_prefix(BEFORE_PREFIX)
}

/// A mark of one host in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostMark {
    /// `prune-stale` and `sync --prune` never remove it.
    Static,
    /// It has no short name on purpose.
    NoShort,
}

impl HostMark {
    pub const ALL: [HostMark; 2] = [HostMark::Static, HostMark::NoShort];

    fn prefix(self) -> &'static str {
        match self {
            HostMark::Static => "qdns-static-",
            HostMark::NoShort => "qdns-no-short-",
        }
    }

    /// The key of a host's mark.
    pub fn key(self, host: &str) -> String {
        [self.prefix(), host].concat()
    }

    /// The mark that a key of `external_ids` is, and its host.
    pub fn of_key(key: &str) -> Option<(Self, &str)> {
        HostMark::ALL.into_iter().find_map(|mark| Some((mark, key.strip_prefix(mark.prefix())?)))
    }
}

impl DnsRow {
    /// The program that the row belongs to. A row with marks of qdns and of another program is the other's.
    pub fn owner(&self) -> Owner {
        let has = |prefix: &str| self.external_ids.keys().any(|key| key.starts_with(prefix));
        if has("ls_name") || has("neutron:") {
            Owner::Neutron
        } else if has("lxd_") {
            Owner::Lxd
        } else if has("incus_") {
            Owner::Incus
        } else if self.external_ids.contains_key(SWITCH_MARK) || has(MARK_PREFIX) {
            Owner::Qdns
        } else {
            Owner::Unknown
        }
    }

    /// Whether qdns may write the row.
    pub fn is_ours(&self) -> bool {
        self.owner() == Owner::Qdns
    }

    /// The switch's name in our mark.
    pub fn switch_mark(&self) -> Option<&str> {
        self.external_ids.get(SWITCH_MARK).map(String::as_str)
    }
}

impl LoadBalancer {
    /// Whether the row is a load balancer of qdns.
    pub fn is_ours(&self) -> bool {
        self.external_ids.contains_key(BALANCER_MARK)
    }
}
