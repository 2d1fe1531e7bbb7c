//! The addresses and the name of the guest of a logical switch port.

use std::net::IpAddr;

use ipnet::IpNet;

use super::address;
use super::name::Hostname;
use super::snapshot::Port;

/// The `external_ids` keys that may hold a guest's hostname. The first one that the port has counts.
pub const HOSTNAME_KEYS: &[&str] = &[HOSTNAME_KEY, "vm-name", "vm_name", "hostname"];
const HOSTNAME_KEY: &str = "qdns-hostname";
/// The `external_ids` key that lists the aliases of a guest, separated by commas.
const ALIASES_KEY: &str = "qdns-aliases";
/// The `external_ids` key in which Neutron lists a port's addresses with prefix lengths.
pub(super) const CIDRS_KEY: &str = "neutron:cidrs";
/// The value of `qdns-hostname` of a port that must not be registered.
const NO_HOSTNAME: &str = "-";

impl Port {
    /// Whether the port is a guest's: `type` is empty or one of those that carry a guest's traffic (ovn-nb(5),
    /// `Logical_Switch_Port`).
    pub fn is_guest(&self) -> bool {
        matches!(self.kind.as_str(), "" | "vif" | "virtual" | "external" | "vtep")
    }

    /// The guest's addresses: the static ones, and those that OVN assigned for `dynamic`. Without link-local ones
    /// and others that a guest cannot have.
    pub fn guest_addresses(&self) -> Vec<IpAddr> {
        let mut all = Vec::new();
        for entry in self.addresses.iter().chain(&self.dynamic_addresses) {
            push_addresses(&mut all, entry);
        }
        all
    }

    /// The MAC and the address from which the guest may send a query to this resolver; `None` is any resolver.
    pub fn sender(&self, server: Option<IpAddr>) -> Option<(&str, IpAddr)> {
        let fits = |address: &IpAddr| server.is_none_or(|server| server.is_ipv4() == address.is_ipv4());
        Some((self.mac()?, self.guest_addresses().into_iter().find(fits)?))
    }

    /// The guest's MAC.
    pub fn mac(&self) -> Option<&str> {
        let entries = self.addresses.iter().chain(&self.dynamic_addresses);
        let mut words = entries.filter_map(|entry| entry.split_whitespace().next());
        words.find(|word| is_mac(word))
    }

    /// The entries of port security that OVN reads, each as a MAC and its addresses. It ignores one that begins with
    /// anything else (lib/ovn-util.c, `extract_lsp_addresses`), and without a valid one the port has no port security.
    fn secured(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let entries = self.port_security.iter().filter_map(|entry| {
            let mut words = entry.split_whitespace();
            Some((words.next()?, words.collect()))
        });
        entries.filter(|(mac, _)| is_mac(mac))
    }

    /// Whether port security lets packets from this address of the guest pass (ovn-nb(5),
    /// `Logical_Switch_Port:port_security`): an entry without addresses allows all of them for its MAC.
    pub fn may_send_from(&self, mac: &str, address: IpAddr) -> bool {
        let mut entries = self.secured().peekable();
        let allows = |(own, addresses): (&str, Vec<&str>)| {
            let is_covered = || addresses.iter().any(|word| covers(word, address));
            own.eq_ignore_ascii_case(mac) && (addresses.is_empty() || is_covered())
        };
        entries.peek().is_none() || entries.any(allows)
    }

    /// Whether port security lets the guest use IPv6: an entry with addresses, none of which is IPv6, does not.
    pub fn may_use_ipv6(&self) -> bool {
        let mut entries = self.secured().peekable();
        let lets = |(_, addresses): (&str, Vec<&str>)| {
            addresses.is_empty() || addresses.iter().any(|word| word.contains(':'))
        };
        entries.peek().is_none() || entries.any(lets)
    }

    /// Every address that the port may use: the guest's, and those of its port security.
    pub fn all_addresses(&self) -> Vec<IpAddr> {
        let mut all = self.guest_addresses();
        for entry in &self.port_security {
            push_addresses(&mut all, entry);
        }
        all
    }

    /// The guest's name, valid or not: the value of `extra` or of the first of [`HOSTNAME_KEYS`] that the port has,
    /// else the port's own name where it is a valid hostname and not a UUID.
    /// A port that opted out has none.
    pub fn guest_name<'a>(&'a self, extra: Option<&'a str>) -> Option<&'a str> {
        if self.is_opted_out() {
            return None;
        }
        self.given_name(extra).or_else(|| {
            let is_uuid = uuid::Uuid::parse_str(&self.name).is_ok();
            (!is_uuid && Hostname::parse(&self.name).is_ok()).then_some(self.name.as_str())
        })
    }

    /// The name in `external_ids`: the value of `extra` or of the first of [`HOSTNAME_KEYS`] that the port has.
    pub fn given_name(&self, extra: Option<&str>) -> Option<&str> {
        let keys = extra.into_iter().chain(HOSTNAME_KEYS.iter().copied());
        let values = keys.filter_map(|key| self.external_ids.get(key)).map(String::as_str);
        values.filter(|name| *name != NO_HOSTNAME).find(|name| !name.is_empty())
    }

    /// The aliases of the guest, valid or not.
    pub fn alias_names(&self) -> impl Iterator<Item = &str> {
        let list = self.external_ids.get(ALIASES_KEY).map(String::as_str).unwrap_or_default();
        list.split([',', ' ']).filter(|name| !name.is_empty())
    }

    /// The port without the `external_ids` on which no name depends; `extra` as in [`Self::given_name`].
    #[must_use]
    pub fn decisive(mut self, extra: Option<&str>) -> Self {
        self.external_ids.retain(|key, _| {
            let key = key.as_str();
            HOSTNAME_KEYS.contains(&key) || [ALIASES_KEY, CIDRS_KEY].contains(&key) || extra == Some(key)
        });
        self
    }

    /// Whether the port must not be registered: `external_ids:qdns-hostname=-`.
    pub fn is_opted_out(&self) -> bool {
        self.external_ids.get(HOSTNAME_KEY).is_some_and(|name| name == NO_HOSTNAME)
    }

    /// Whether the port is disabled: `enabled=false`. OVN drops its traffic.
    pub fn is_disabled(&self) -> bool {
        self.enabled == Some(false)
    }
}

/// Whether a word has the form of a MAC.
pub fn is_mac(word: &str) -> bool {
    word.split(':').count() == 6 && word.split(':').all(|octet| u8::from_str_radix(octet, 16).is_ok())
}

/// Whether an address of port security, or its network, has an address. With a prefix length, `10.0.0.5/24` is one
/// address and `10.0.0.0/24` is the network (ovn-nb(5)).
fn covers(word: &str, address: IpAddr) -> bool {
    match word.parse::<IpNet>() {
        Ok(net) if net.addr() == net.network() => net.contains(&address),
        Ok(net) => net.addr() == address,
        Err(_) => word.parse() == Ok(address),
    }
}

/// Adds the addresses of `MAC IP…`, without the prefix lengths that port security may have.
fn push_addresses(all: &mut Vec<IpAddr>, entry: &str) {
    let words = entry.split_whitespace().map(|word| word.split('/').next().unwrap_or(word));
    for address in words.filter_map(|word| word.parse().ok()) {
        if address::unusable(address).is_none() && !all.contains(&address) {
            all.push(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_from_every_form() {
        let port = Port {
            addresses: vec![
                "0a:00:00:00:00:01 10.0.0.10 fd00::10 fe80::1".into(),
                "unknown".into(),
                "dynamic".into(),
            ],
            dynamic_addresses: Some("0a:00:00:00:00:02 10.0.0.11".into()),
            port_security: vec!["0a:00:00:00:00:01 10.0.0.12/24 0.0.0.0/0".into()],
            ..Port::default()
        };
        let texts = |list: Vec<IpAddr>| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(port.guest_addresses()), ["10.0.0.10", "fd00::10", "10.0.0.11"]);
        assert_eq!(texts(port.all_addresses()).last().unwrap(), "10.0.0.12");
    }

    #[test]
    fn port_security_without_a_mac_is_none() {
        let secured = |entries: &[&str]| Port {
            port_security: entries.iter().map(|entry| (*entry).to_owned()).collect(),
            ..Port::default()
        };
        let may_send = |entries: &[&str]| {
            secured(entries).may_send_from("0a:00:00:00:00:01", "10.0.0.10".parse().unwrap())
        };
        assert!(may_send(&[]) && may_send(&[""]) && may_send(&["10.0.0.11"]));
        assert!(may_send(&["0A:00:00:00:00:01"]) && may_send(&["0a:00:00:00:00:01 10.0.0.10"]));
        assert!(!may_send(&["0a:00:00:00:00:01 10.0.0.11"]) && !may_send(&["", "0a:00:00:00:00:02"]));
        assert!(secured(&["", "0a:00:00:00:00:01 fd00::1"]).may_use_ipv6());
        assert!(!secured(&["", "0a:00:00:00:00:01 10.0.0.10"]).may_use_ipv6());
    }

    #[test]
    fn a_uuid_is_no_hostname() {
        let named = |name: &str| Port { name: name.into(), ..Port::default() };
        assert_eq!(named("web").guest_name(None), Some("web"));
        assert_eq!(named("5a39e9bd-5530-4c75-b598-c5f701b62600").guest_name(None), None);
        let mut port = named("net1_port");
        assert_eq!(port.guest_name(None), None);
        port.external_ids.insert("vm_name".into(), "VM_1".into());
        assert_eq!(port.guest_name(None), Some("VM_1"));
        port.external_ids.insert("role".into(), "db".into());
        assert_eq!(port.guest_name(Some("role")), Some("db"));
    }
}
