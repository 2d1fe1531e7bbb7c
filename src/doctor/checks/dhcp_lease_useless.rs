//! `dhcp-lease-useless`.

use std::net::{IpAddr, Ipv4Addr};

use crate::doctor::dhcp::{about, required_value, unless_foreign};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::topology::Leases;
use crate::plan::change::Column;

pub(super) const CHECK: Check = Check {
    code: "dhcp-lease-useless",
    title: "a lease that guests do not take",
    category: Category::Dhcp,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "OVN leases whatever the options say. systemd-networkd ignores a lease of 0 seconds and one from the \
        server 0.0.0.0, so that the guest has no address; udhcpc takes both and has to renew the first at once. The \
        number of seconds has 32 bits, so that 4294967296 is 0 too; 4294967295 means a lease without end.",
    source: "systemd, src/libsystemd-network/sd-dhcp-client.c: \"received lease lacks address, server address or lease \
        lifetime, ignoring\"; RFC 2132, section 9.2; seen on OVN 23.03 with udhcpc",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let rows = input.topology.leases.iter().filter(|leases| leases.row.is_ipv4());
    Ok(rows.flat_map(|leases| findings(input, leases)).collect())
}

fn findings(input: &Input, leases: &Leases) -> Vec<Finding> {
    let row = leases.row;
    let is_zero = |option: &&str| row.leased(option).first() == Some(&IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let options = ["lease_time", "server_id"].into_iter().filter(is_zero);
    let finding = |option: &str| {
        let value = &row.options[option];
        let message = format!("{option} = {value}: guests of {} may take no such lease", row.cidr);
        let to = required_value(input, leases, option);
        let fix = Fix::set(Column::DhcpOptions, row.uuid, &row.options, option, to.as_deref());
        about(input, leases, option, message).seen("value", value).fix(unless_foreign(row, fix))
    };
    options.map(finding).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("lease_time", |facts| option(facts, "lease_time", "0")),
        fires("lease_time", |facts| option(facts, "lease_time", "4294967296")),
        fires("server_id", |facts| option(facts, "server_id", "0.0.0.0")),
        passes(|facts| option(facts, "lease_time", "4294967295")),
    ];
}
