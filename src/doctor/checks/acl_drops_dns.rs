//! `acl-drops-dns`.

use uuid::Uuid;

use crate::doctor::facts::DroppedQuery;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::fix::Fix;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};
use crate::model::marks::Owner;
use crate::model::snapshot::{Acl, PortGroup};
use crate::model::topology::Network;

pub(super) const CHECK: Check = Check {
    code: "acl-drops-dns",
    title: "an ACL drops queries before OVN answers them",
    category: Category::Queries,
    severity: Severity::Error,
    needs: &[Need::Northbound, Need::Traces],
    explanation: "OVN evaluates ACLs with direction from-lport before it answers queries. One that drops or rejects \
        udp.dst == 53, or everything that is not allowed, drops the query: not even local names resolve. The proof is \
        ovn-trace(8) with a query from a port, up to the ACL.",
    source: "ovn-northd(8), Ingress Table: from-lport ACLs, before DNS Lookup; ovn-trace(8)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let dropped = input.facts.traces.as_ref().map_err(|missing| missing.message.clone())?;
    Ok(dropped.iter().map(|query| finding(input, query)).collect())
}

fn finding(input: &Input, query: &DroppedQuery) -> Finding {
    let acl = query.acl.map(|uuid| uuid.to_string());
    let label = acl.as_ref().map_or("an ACL".to_owned(), |uuid| format!("ACL {uuid}"));
    let message = format!("port {} sends a DNS query, and {label} drops it", query.port);
    let fix = query.acl.and_then(|acl| let_queries_through(input, query, acl));
    Finding::new(acl.unwrap_or_else(|| query.port.clone()), message)
        .on(&query.switch)
        .seen("port", &query.port)
        .seen("trace", &query.step)
        .fix(fix)
}

/// An ACL above every drop, which lets the queries through that this one drops. Where the ACL, its port group or its
/// switch belongs to another program, it is that program's command, if it has one.
fn let_queries_through(input: &Input, query: &DroppedQuery, acl: Uuid) -> Option<Fix> {
    let topology = &input.topology;
    let network = topology.switches.iter().find(|network| network.name() == query.switch)?;
    let group = topology.rows.port_groups.iter().find(|group| group.acls.contains(&acl));
    let row = topology.rows.acls.iter().find(|row| row.uuid == acl);
    let holder = group.map_or_else(|| network.switch.owner(), PortGroup::owner);
    if let Some(owner) = [row.map(Acl::owner), Some(holder)].into_iter().flatten().find(|o| o.is_foreign()) {
        return foreign_rule(network, query, owner);
    }
    let mut words = Vec::new();
    let (holder, mut senders) = match group {
        Some(group) => {
            words.push("--type=port-group".to_owned());
            (group.name.clone(), format!("inport == @{} && ", group.name))
        }
        None if network.switch.acls.contains(&acl) => (network.switch.uuid.to_string(), String::new()),
        None => return None,
    };
    if let Some(port) = row.and_then(|row| named_port(&row.expression)) {
        senders = format!("inport == {port:?} && ");
    }
    let expression = format!("{senders}udp.dst == 53");
    words.extend(["acl-add", &holder, "from-lport", "32767", &expression, "allow"].map(str::to_owned));
    Some(Fix::nbctl(words))
}

/// The command of the program that owns an ACL. Neutron has rules for each security group of the port.
fn foreign_rule(network: &Network, query: &DroppedQuery, owner: Owner) -> Option<Fix> {
    let port = network.ports.iter().find(|port| port.name == query.port)?;
    let groups = port.external_ids.get("neutron:security_group_ids").filter(|_| owner == Owner::Neutron)?;
    let group = groups.split([' ', ',']).find(|group| !group.is_empty())?;
    let rule = ["security", "group", "rule", "create", "--egress", "--protocol", "udp", "--dst-port", "53"];
    Some(Fix::shell("openstack", rule.into_iter().chain([group])))
}

/// The one port whose packets an ACL's match is about.
fn named_port(expression: &str) -> Option<&str> {
    let (_, rest) = expression.split_once("inport == \"")?;
    let (port, rest) = rest.split_once('"')?;
    let is_one = !expression.contains("||") && !rest.contains("inport") && !expression.contains('!');
    is_one.then_some(port)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[fires("00000000-0000-0000-0000-00000000003d", |facts| {
        facts.traces = Ok(vec![DroppedQuery {
            switch: "net1".into(),
            port: "web".into(),
            acl: Some(uuid(61)),
            step: "drop;".into(),
        }]);
    })];

    /// The arguments of each fix for a query that an ACL of net1 drops.
    fn words(change: impl FnOnce(&mut Facts)) -> Vec<String> {
        let found = found(&CHECK, |facts| {
            let acl = Acl { uuid: uuid(61), expression: "ip4".into(), ..Acl::default() };
            nb(facts).acls.push(acl);
            nb(facts).switches[0].acls.push(uuid(61));
            let step = "drop;".into();
            let (switch, port) = ("net1".into(), "web".into());
            facts.traces = Ok(vec![DroppedQuery { switch, port, acl: Some(uuid(61)), step }]);
            change(facts);
        });
        let commands = found[0].fixes.iter().map(|fix| match fix {
            Fix::Shell(command) => command.args.join(" "),
            other => panic!("{other:?}"),
        });
        commands.collect()
    }

    #[test]
    fn the_fix_is_about_the_port_that_the_acl_names() {
        assert!(words(|_| ())[0].ends_with("from-lport 32767 udp.dst == 53 allow"));
        let one = words(|facts| nb(facts).acls[0].expression = "inport == \"web\" && ip4".into());
        assert!(one[0].ends_with("from-lport 32767 inport == \"web\" && udp.dst == 53 allow"), "{one:?}");
    }

    #[test]
    fn a_group_of_neutron_gets_no_acl() {
        let group = PortGroup { name: "neutron_pg_drop".into(), acls: vec![uuid(61)], ..PortGroup::default() };
        let with_group = |facts: &mut Facts| {
            nb(facts).switches[0].acls.clear();
            nb(facts).port_groups.push(group.clone());
        };
        assert_eq!(words(with_group), [""; 0]);
        let rule = words(|facts| {
            with_group(facts);
            nb(facts).ports[0].external_ids = map(&[("neutron:security_group_ids", "g1")]);
        });
        assert_eq!(rule, ["security group rule create --egress --protocol udp --dst-port 53 g1"]);
    }

    #[test]
    fn an_acl_of_another_program_gets_none() {
        let marks = map(&[("incus_switch", "net1")]);
        assert_eq!(words(|facts| nb(facts).acls[0].external_ids = marks), [""; 0]);
    }
}
