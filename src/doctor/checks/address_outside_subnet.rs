//! `address-outside-subnet`.

use crate::doctor::finding::{Finding, Severity};
use crate::doctor::zones::{AttachedZone, texts};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::host::Host;

pub(super) const CHECK: Check = Check {
    code: "address-outside-subnet",
    title: "an address that is not in the switch's subnet",
    category: Category::Guests,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "Guests of a switch have addresses of its subnets (Logical_Switch:other_config:subnet, :ipv6_prefix, the \
        networks of its DHCP options and of its routers). Another address is a typing error, or belongs to another network, which the guests reach through a router or \
        not at all.",
    source: "ovn-nb(5), Logical_Switch:other_config, DHCP_Options:cidr, Logical_Router_Port:networks",
    run: Some(Run::EachZone(run)),
};

fn run(zone: &AttachedZone) -> Vec<Finding> {
    let find = |host: &Host| {
        let addresses = host.addresses();
        // A host may lead to a machine of another network, where something has the address.
        let mut strange = addresses.iter().filter(|ip| zone.signs().elsewhere(**ip).is_none());
        let (outside, (name, subnet)) = strange.find_map(|ip| Some((*ip, zone.subnets().outside(*ip)?)))?;
        let message = format!("{} has {outside}, which is outside of {name}'s subnet {subnet}", host.name);
        Some(
            zone.finding(&host.name, message)
                .seen("addresses", texts(&addresses))
                .seen("subnet", subnet.to_string())
                .host_fix(zone.as_ports_have_it(host)),
        )
    };
    zone.hosts().filter_map(find).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::checks;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("far", |facts| put(facts, "far", "10.9.0.1")),
        passes(|facts| {
            put(facts, "far", "10.9.0.1");
            balancer(facts, "10.9.0.1:80", "10.0.0.10:80");
        }),
    ];

    #[test]
    fn a_host_without_a_port_gets_one_fix() {
        let all = ["address-outside-subnet", "record-stale"].map(|code| {
            let check = checks::all().find(|check| check.code == code).unwrap();
            found(check, |facts| put(facts, "far", "10.9.0.1 10.0.0.77")).remove(0).fixes
        });
        assert_eq!(all[0], all[1]);
    }
}
