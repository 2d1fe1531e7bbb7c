//! `record-moved`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "record-moved",
    title: "a host whose port has another address",
    category: Category::Guests,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "The switch has a port with the host's name. The port has addresses of a family (IPv4 or IPv6), and the \
        host has none of these but others of that family: guests reach no machine, or another one. An address of a family \
        that no port lists is not wrong, and neither is one that a load balancer or NAT serves.",
    source: "ovn-nb(5), Logical_Switch_Port:addresses, dynamic_addresses",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    zone.hosts_without_aliases().filter(|host| !host.is_static).filter_map(|host| moved(zone, host)).collect()
}

fn moved(zone: &AttachedZone, host: &Host) -> Option<Finding> {
    let addresses = host.addresses();
    let known = zone.port_addresses(host);
    let is_claim = known.is_none();
    let real = known.or_else(|| zone.claimed_addresses(host))?;
    let moved = zone.moved_addresses(host, &real);
    if moved.is_empty() {
        return None;
    }
    let (served, of_port) = (texts(&addresses), texts(&real));
    let (name, has, real) = (&host.name, served.join(", "), of_port.join(", "));
    let message = if is_claim {
        format!("{name} was made by hand with {has}, and a port with {real} claims the name")
    } else {
        format!("{name} resolves to {has}, and its port has {real}")
    };
    let finding = zone.finding(name, message).seen("served", served).seen("port", of_port);
    Some(if is_claim { finding } else { finding.host_fix(zone.as_ports_have_it(host)) })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::fix::{Fix, HostFix, HostState};
    use crate::doctor::testing::*;
    use crate::model::snapshot::Nat;

    pub const CASES: &[Case] = &[
        fires("web", |facts| nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 10.0.0.50".into()]),
        passes(|facts| {
            nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 10.0.0.50".into()];
            mark(facts, "qdns-static-web", "true");
        }),
        // The port lists no IPv6 address: the guest made it itself.
        passes(|facts| nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 10.0.0.10".into()]),
        // The host has one of the port's addresses.
        passes(|facts| put_host(facts, "10.0.0.10 10.0.0.99 fd00::10")),
        // The name leads to the port's floating IP address.
        passes(|facts| {
            put_host(facts, "203.0.113.5 fd00::10");
            nb(facts).nat.push(Nat { external_ip: "203.0.113.5".into(), ..Nat::default() });
        }),
    ];

    /// Gives both names of `web` a value.
    fn put_host(facts: &mut Facts, value: &str) {
        for key in ["web", "web.internal"] {
            put(facts, key, value);
        }
    }

    /// The number of fixes for a host that a port claims only by its `vm-name`.
    fn fixes_of_claim(change: impl FnOnce(&mut Facts)) -> usize {
        let found = found(&CHECK, |facts| {
            let port = &mut nb(facts).ports[0];
            port.name = "p1".into();
            port.external_ids = map(&[("vm-name", "web")]);
            port.addresses = vec!["0a:00:00:00:00:10 10.0.0.50".into()];
            change(facts);
        });
        assert_eq!(found.len(), 1);
        found[0].fixes.len()
    }

    #[test]
    fn no_port_takes_a_name_that_was_made_by_hand() {
        assert_eq!(fixes_of_claim(|_| ()), 0);
        assert_eq!(fixes_of_claim(|facts| mark(facts, "qdns-port-web", &uuid(11).to_string())), 1);
        assert_eq!(fixes_of_claim(|facts| mark(facts, "qdns-port-web", &uuid(99).to_string())), 1);
    }

    #[test]
    fn only_the_family_that_moved_changes() {
        let finding = found(&CHECK, |facts| {
            nb(facts).ports[0].addresses = vec!["0a:00:00:00:00:10 10.0.0.50".into()];
        });
        let Fix::Host(HostFix { state: HostState::Present { addresses, .. }, .. }) = &finding[0].fixes[0]
        else {
            panic!("{finding:?}")
        };
        assert_eq!(texts(addresses), ["10.0.0.50", "fd00::10"]);
    }
}
