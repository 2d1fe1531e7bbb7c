//! Marks in `external_ids`: those of qdns and of other programs, and the owner that they name.

use uuid::Uuid;

use super::dhcp::is_written;
use super::snapshot::{Acl, DhcpOptions, DnsRow, LoadBalancer, Map, Port, PortGroup, Switch};

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
    /// Kube-OVN.
    KubeOvn,
    /// OVN-Kubernetes.
    OvnKubernetes,
    /// oVirt.
    Ovirt,
    /// A program that qdns does not know; in `DNS` also a row without any mark.
    Unknown,
    /// The operator, who made the row with ovn-nbctl: it has no mark of a program.
    Operator,
}

impl Owner {
    /// The owner's name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Owner::Qdns => "qdns",
            Owner::Neutron => "neutron",
            Owner::Lxd => "lxd",
            Owner::Incus => "incus",
            Owner::KubeOvn => "kube-ovn",
            Owner::OvnKubernetes => "ovn-kubernetes",
            Owner::Ovirt => "ovirt",
            Owner::Unknown => "unknown",
            Owner::Operator => "operator",
        }
    }

    /// Whether qdns never writes the row.
    pub fn is_foreign(self) -> bool {
        !matches!(self, Owner::Qdns | Owner::Operator)
    }

    /// The owner that the marks of a row name, or its name where it has none: Neutron does not mark its groups for
    /// dropped packets, Incus and LXD do not mark switches and load balancers.
    fn of(marks: &Map, name: &str) -> Self {
        let of_other = marks.iter().find_map(|(key, value)| program_of_mark(key, value));
        let is_ours = |key: &String| key == SWITCH_MARK || key.starts_with(MARK_PREFIX);
        match of_other.or_else(|| program_of_name(name)) {
            Some(owner) => owner,
            None if marks.keys().any(is_ours) => Owner::Qdns,
            None => Owner::Operator,
        }
    }
}

/// The program other than qdns that writes this mark.
fn program_of_mark(key: &str, value: &str) -> Option<Owner> {
    if key.starts_with("neutron:") || ["ls_name", "subnet_id", "port_id"].contains(&key) {
        Some(Owner::Neutron)
    } else if key.starts_with("lxd_") {
        Some(Owner::Lxd)
    } else if key.starts_with("incus_") {
        Some(Owner::Incus)
    } else if key == "vendor" && value == "kube-ovn" {
        Some(Owner::KubeOvn)
    } else if key.starts_with("k8s.ovn.org/") || (key, value) == ("pod", "true") {
        Some(Owner::OvnKubernetes)
    } else if key.starts_with("ovirt_") {
        Some(Owner::Ovirt)
    } else {
        (key == "vendor" || key.contains("owner")).then_some(Owner::Unknown)
    }
}

/// The program that gives its rows names like this one.
fn program_of_name(name: &str) -> Option<Owner> {
    let after = |prefix: &str| name.strip_prefix(prefix);
    let is_uuid = |text: &str| Uuid::parse_str(&text.replace('_', "-")).is_ok();
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let is_neutron = matches!(name, "neutron_pg_drop" | "pvlan_pg_drop")
        || after("neutron-").or(after("pg_")).is_some_and(is_uuid);
    let is_of = |prefixes: [&str; 3]| prefixes.iter().any(|prefix| after(prefix).is_some_and(is_number));
    if is_neutron {
        Some(Owner::Neutron)
    } else if is_of(["incus-net", "incus_net", "incus_acl"]) {
        Some(Owner::Incus)
    } else {
        is_of(["lxd-net", "lxd_net", "lxd_acl"]).then_some(Owner::Lxd)
    }
}

/// The mark that names a row's switch.
pub const SWITCH_MARK: &str = "switch";
/// The marks in which other programs name the switch of a DNS row.
pub const FOREIGN_SWITCH_MARKS: [&str; 3] = ["incus_switch", "lxd_switch", "ls_name"];
/// A mark of each other program that it sets on every row that it owns: DNS rows and DHCP options of ours have none.
pub const FOREIGN_MARKS: [&str; 8] = [
    "incus_switch",
    "k8s.ovn.org/owner-type",
    "ls_name",
    "lxd_switch",
    "ovirt_network_id",
    "owner",
    "subnet_id",
    "vendor",
];
/// The marks in which other programs keep the name that operators gave a network.
pub const NETWORK_NAME_MARKS: [&str; 1] = ["neutron:network_name"];
/// The marks in which other programs keep the name that operators gave a port.
pub const PORT_NAME_MARKS: [&str; 1] = ["neutron:port_name"];
/// The mark that names a zone's domain.
pub const DOMAIN_MARK: &str = "qdns-domain";
/// The mark of a load balancer of qdns. Its value is the UUID of the switch that the balancer is for.
pub const BALANCER_MARK: &str = "qdns-forwards-for";
/// The mark of a DHCP row that qdns created. Its value is the UUID of the switch that the row is for.
pub const DHCP_CREATION_MARK: &str = "qdns-created-for";
/// The prefix of all marks of qdns except [`SWITCH_MARK`].
pub const MARK_PREFIX: &str = "qdns-";
/// The prefix of the marks that keep an option's value from before qdns wrote it.
const BEFORE_PREFIX: &str = "qdns-before-";
/// The prefix of the marks that keep the value that qdns wrote.
const WROTE_PREFIX: &str = "qdns-wrote-";

/// The mark that keeps the value that a DHCP option had before qdns wrote it; empty where the option was absent.
pub fn before_mark(option: &str) -> String {
    [BEFORE_PREFIX, option].concat()
}

/// Whether a key is a mark of an option that `forwarders set` writes.
pub fn is_dhcp_mark(key: &str) -> bool {
    marked_option(key).is_some_and(is_written)
}

/// Whether a key looks like such a mark, of an option that `forwarders set` does not write.
pub fn is_strange_dhcp_mark(key: &str) -> bool {
    marked_option(key).is_some_and(|option| !is_written(option))
}

fn marked_option(key: &str) -> Option<&str> {
    [BEFORE_PREFIX, WROTE_PREFIX].iter().find_map(|prefix| key.strip_prefix(prefix))
}

/// The mark that keeps the value that qdns gave a DHCP option.
pub fn wrote_mark(option: &str) -> String {
    [WROTE_PREFIX, option].concat()
}

/// The DHCP option whose earlier value a mark keeps.
pub fn option_of_before_mark(mark: &str) -> Option<&str> {
    mark.strip_prefix(BEFORE_PREFIX).filter(|option| is_written(option))
}

/// A mark of one host in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostMark {
    /// `prune-stale` and `sync --prune` never remove it.
    Static,
    /// It has no short name on purpose.
    NoShort,
    /// A port registered it. The value is the port's UUID.
    Port,
    /// It is an alias. The value is the host that it follows.
    Alias,
}

impl HostMark {
    pub const ALL: [HostMark; 4] = [HostMark::Static, HostMark::NoShort, HostMark::Port, HostMark::Alias];

    fn prefix(self) -> &'static str {
        match self {
            HostMark::Static => "qdns-static-",
            HostMark::NoShort => "qdns-no-short-",
            HostMark::Port => "qdns-port-",
            HostMark::Alias => "qdns-alias-",
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
    /// The program that the row belongs to. A row with marks of qdns and of another program is the other's; a row
    /// without marks may be any program's.
    pub fn owner(&self) -> Owner {
        match Owner::of(&self.external_ids, "") {
            Owner::Operator => Owner::Unknown,
            owner => owner,
        }
    }

    /// Whether qdns may write the row.
    pub fn is_ours(&self) -> bool {
        self.owner() == Owner::Qdns
    }

    /// The switch's name in the mark of another program.
    pub fn foreign_switch(&self) -> Option<&str> {
        FOREIGN_SWITCH_MARKS.iter().find_map(|mark| self.external_ids.get(*mark)).map(String::as_str)
    }

    /// The port's name in the mark of another program that has one row for each port.
    pub fn foreign_port(&self) -> Option<&str> {
        let marks = ["incus_switch_port", "lxd_switch_port"];
        marks.iter().find_map(|mark| self.external_ids.get(*mark)).map(String::as_str)
    }

    /// The switch's name in our mark.
    pub fn switch_mark(&self) -> Option<&str> {
        self.external_ids.get(SWITCH_MARK).map(String::as_str)
    }
}

impl DhcpOptions {
    pub fn owner(&self) -> Owner {
        Owner::of(&self.external_ids, "")
    }
}

impl Port {
    pub fn owner(&self) -> Owner {
        Owner::of(&self.external_ids, &self.name)
    }

    /// The name that operators know, where the program that made the port gave it another one.
    pub fn known_as(&self) -> Option<&str> {
        known_as(&self.external_ids, &PORT_NAME_MARKS, &self.name)
    }
}

impl Switch {
    pub fn owner(&self) -> Owner {
        Owner::of(&self.external_ids, &self.name)
    }

    /// The name that operators know, where the program that made the switch gave it another one.
    pub fn known_as(&self) -> Option<&str> {
        known_as(&self.external_ids, &NETWORK_NAME_MARKS, &self.name)
    }
}

fn known_as<'m>(marks: &'m Map, keys: &[&str], name: &str) -> Option<&'m str> {
    let known = keys.iter().find_map(|key| marks.get(*key)).map(String::as_str);
    known.filter(|known| !known.is_empty() && *known != name)
}

impl PortGroup {
    pub fn owner(&self) -> Owner {
        Owner::of(&self.external_ids, &self.name)
    }
}

impl Acl {
    pub fn owner(&self) -> Owner {
        Owner::of(&self.external_ids, "")
    }
}

impl LoadBalancer {
    pub fn owner(&self) -> Owner {
        Owner::of(&self.external_ids, &self.name)
    }

    /// Whether the row is a load balancer of qdns.
    pub fn is_ours(&self) -> bool {
        self.owner() == Owner::Qdns && self.external_ids.contains_key(BALANCER_MARK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mark: &str, value: &str, name: &str) -> &'static str {
        let marks = [(mark.to_owned(), value.to_owned())].into_iter().filter(|(key, _)| !key.is_empty());
        Owner::of(&marks.collect(), name).name()
    }

    #[test]
    fn a_mark_names_the_owner() {
        assert_eq!(of("neutron:network_id", "x", ""), "neutron");
        assert_eq!(of("subnet_id", "x", ""), "neutron");
        assert_eq!(of("lxd_switch", "x", ""), "lxd");
        assert_eq!(of("incus_switch_port", "x", ""), "incus");
        assert_eq!(of("vendor", "kube-ovn", ""), "kube-ovn");
        assert_eq!(of("k8s.ovn.org/owner-type", "x", ""), "ovn-kubernetes");
        assert_eq!(of("pod", "true", ""), "ovn-kubernetes");
        assert_eq!(of("ovirt_device_id", "x", ""), "ovirt");
        assert_eq!(of("owner", "cms", ""), "unknown");
        assert_eq!(of("switch", "net1", ""), "qdns");
        assert_eq!(of("qdns-before-dns_server", "", ""), "qdns");
        assert_eq!(of("note", "mine", ""), "operator");
    }

    #[test]
    fn a_name_names_the_owner_of_a_row_without_a_mark() {
        for name in ["neutron_pg_drop", "pvlan_pg_drop", "neutron-015a5c4a-2c36-498b-abcd-cc18206fac62"] {
            assert_eq!(of("", "", name), "neutron");
        }
        assert_eq!(of("", "", "pg_275c52cb_3c3e_42da_bb9d_b5aadd96b7d8"), "neutron");
        assert_eq!(of("", "", "incus-net3-ls-int"), "incus");
        assert_eq!(of("", "", "incus_acl1_net3"), "incus");
        assert_eq!(of("", "", "lxd-net2-ls-int"), "lxd");
        for name in ["net1", "neutron-lab", "incus-network", ""] {
            assert_eq!(of("", "", name), "operator");
        }
    }

    #[test]
    fn no_row_of_ours_has_a_foreign_mark() {
        for mark in FOREIGN_MARKS {
            assert_ne!(of(mark, "kube-ovn", ""), "operator", "{mark}");
        }
        assert!(FOREIGN_SWITCH_MARKS.iter().all(|mark| FOREIGN_MARKS.contains(mark)));
    }

    #[test]
    fn a_row_with_marks_of_two_programs_is_the_others() {
        let marks = [("switch", "net1"), ("ls_name", "x")].map(|(key, value)| (key.into(), value.into()));
        assert_eq!(Owner::of(&marks.into(), ""), Owner::Neutron);
    }
}
