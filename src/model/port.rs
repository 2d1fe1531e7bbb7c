//! What a logical switch port says of the guest behind it: its addresses and its name.

use std::net::IpAddr;

use super::address;
use super::name::Hostname;
use super::snapshot::Port;

/// The `external_ids` keys that may hold a guest's hostname, the first one that is there counts.
pub const HOSTNAME_KEYS: &[&str] = &["qdns-hostname", "vm-name", "vm_name", "hostname"];

impl Port {
    /// Whether a guest is behind it: `type` is empty, or one of those that carry a guest's traffic
    /// (ovn-nb(5), `Logical_Switch_Port`).
    pub fn is_guest(&self) -> bool {
        matches!(self.kind.as_str(), "" | "vif" | "virtual" | "external" | "vtep")
    }

    /// The guest's addresses: the static ones, and what `dynamic` became. Link-local ones and those
    /// that no guest can have are left out, for DNS cannot serve them.
    pub fn guest_addresses(&self) -> Vec<IpAddr> {
        let mut all = Vec::new();
        for entry in self.addresses.iter().chain(&self.dynamic_addresses) {
            push_addresses(&mut all, entry);
        }
        all
    }

    /// The MAC and the address that the guest may send a query from, to a resolver or to any.
    pub fn sender(&self, server: Option<IpAddr>) -> Option<(&str, IpAddr)> {
        let entries = self.addresses.iter().chain(&self.dynamic_addresses);
        let mut words = entries.filter_map(|entry| entry.split_whitespace().next());
        let mac = words.find(|word| word.split(':').count() == 6)?;
        let fits = |address: &IpAddr| server.is_none_or(|server| server.is_ipv4() == address.is_ipv4());
        Some((mac, self.guest_addresses().into_iter().find(fits)?))
    }

    /// Every address the port may use: the guest's, and those of its port security.
    pub fn all_addresses(&self) -> Vec<IpAddr> {
        let mut all = self.guest_addresses();
        for entry in &self.port_security {
            push_addresses(&mut all, entry);
        }
        all
    }

    /// The text that names the guest, valid or not: the first of `extra` and [`HOSTNAME_KEYS`] that the
    /// port has, else the port's own name where it is a valid hostname and no UUID.
    pub fn guest_name<'a>(&'a self, extra: Option<&'a str>) -> Option<&'a str> {
        let keys = extra.into_iter().chain(HOSTNAME_KEYS.iter().copied());
        let named = keys
            .filter_map(|key| self.external_ids.get(key))
            .map(String::as_str)
            .find(|name| !name.is_empty());
        named.or_else(|| {
            let is_uuid = uuid::Uuid::parse_str(&self.name).is_ok();
            (!is_uuid && Hostname::parse(&self.name).is_ok()).then_some(self.name.as_str())
        })
    }
}

/// Adds the addresses of `MAC IP…`; a prefix length, as port security may have, is left out.
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
