//! `acl-drops-dns`.

use crate::doctor::acls::{finding, let_queries_through};
use crate::doctor::finding::Severity;
use crate::doctor::input::Input;
use crate::doctor::{Category, Check, Need, Outcome, Run};

pub(super) const CHECK: Check = Check {
    code: "acl-drops-dns",
    title: "an ACL drops queries before OVN answers them",
    category: Category::Queries,
    severity: Severity::Error,
    needs: &[Need::Northbound, Need::AclTraces],
    explanation: "OVN evaluates ACLs with direction from-lport before it answers queries. One that drops or rejects \
        udp.dst == 53, or everything that is not allowed, ends the query: not even local names resolve. The proof is \
        ovn-trace(8) with a query from a port to each resolver that it leases. One port of each set that the ACLs can \
        tell apart is traced.",
    source: "ovn-northd(8), Ingress Table: from-lport ACLs, before DNS Lookup; ovn-trace(8)",
    run: Some(Run::Once(run)),
};

fn run(input: &Input) -> Outcome {
    let traces = input.facts.traces.as_ref().map_err(|missing| missing.message.clone())?;
    let ended = traces.ended.iter().filter(|query| !query.is_beyond && !query.has_other);
    Ok(ended.filter_map(|query| Some(finding(query)?.fix(let_queries_through(input, query)))).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::fix::Fix;
    use crate::model::snapshot::{Acl, PortGroup};
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        fires("00000000-0000-0000-0000-00000000003d", |facts| facts.traces = Ok(dropped(false))),
        passes(|facts| {
            let mut traces = dropped(false);
            traces.ended[0].has_other = true;
            facts.traces = Ok(traces);
        }),
        passes(|facts| facts.traces = Ok(dropped(true))),
    ];

    /// The arguments of each fix for a query that an ACL of net1 drops.
    fn words(change: impl FnOnce(&mut Facts)) -> Vec<String> {
        let found = found(&CHECK, |facts| {
            let acl = Acl { uuid: uuid(61), expression: "ip4".into(), ..Acl::default() };
            nb(facts).acls.push(acl);
            nb(facts).switches[0].acls.push(uuid(61));
            facts.traces = Ok(dropped(false));
            change(facts);
        });
        let commands = found[0].fixes.iter().map(|fix| match fix {
            Fix::Shell(command) => command.args.join(" "),
            other => panic!("{other:?}"),
        });
        commands.collect()
    }

    #[test]
    fn the_fix_allows_the_queries_that_the_acl_drops_and_nothing_else() {
        let fix = |expression: &str| words(|facts| nb(facts).acls[0].expression = expression.into()).remove(0);
        assert!(fix("ip4").ends_with("from-lport 32767 (ip4) && udp.dst == 53 allow"));
        assert!(fix("inport == \"web\" || ip6").ends_with("(inport == \"web\" || ip6) && udp.dst == 53 allow"));
        assert!(fix("ip4 && udp.dst == 53").ends_with("from-lport 32767 ip4 && udp.dst == 53 allow"));
    }

    #[test]
    fn above_an_acl_of_the_highest_priority_there_is_no_place() {
        assert_eq!(words(|facts| nb(facts).acls[0].priority = 32767), [""; 0]);
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
