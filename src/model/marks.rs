//! Marks in `external_ids`: ours, those of other programs, and the owner that they tell.

use super::snapshot::DnsRow;

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
    /// Somebody who left no mark.
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
/// What every other mark of qdns begins with.
pub const MARK_PREFIX: &str = "qdns-";

/// What a zone's marks say of one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostMark {
    /// It is exempt from clean-up.
    Static,
    /// It has no short name on purpose.
    NoShort,
}

impl HostMark {
    /// Every mark there is.
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

    /// The mark that a key is, and the host it is about.
    pub fn of_key(key: &str) -> Option<(Self, &str)> {
        HostMark::ALL.into_iter().find_map(|mark| Some((mark, key.strip_prefix(mark.prefix())?)))
    }
}

impl DnsRow {
    /// Who made the row. Another owner's mark outweighs ours.
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
