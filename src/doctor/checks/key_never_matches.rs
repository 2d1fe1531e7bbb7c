//! `key-never-matches`.

use crate::doctor::entries::asked_for;
use crate::doctor::rows::ListedRow;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::{Category, Check, Need, Run};

pub(super) const CHECK: Check = Check {
    code: "key-never-matches",
    title: "a key with capital letters or a trailing dot",
    category: Category::Records,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "ovn-controller takes the name of a query in lower case and without a trailing dot, and compares it \
        byte by byte with the keys. It never finds a key with a capital letter or a trailing dot.",
    source: "controller/pinctrl.c, pinctrl_handle_dns_lookup (dns_build_a_answer and before)",
    run: Some(Run::EachRow(run)),
};

fn run(listed: &ListedRow) -> Vec<Finding> {
    let find = |(key, value): (&String, &String)| {
        let right = asked_for(key);
        if right == *key {
            return None;
        }
        let why = if key.ends_with('.') { "a trailing dot" } else { "capital letters" };
        let message = format!("OVN never finds {key}: it has {why}; guests ask for {right}");
        let to = (!listed.row.records.contains_key(&right)).then_some((right.as_str(), value.as_str()));
        Some(listed.repaired(listed.finding(key, value, message), key, to, false))
    };
    listed.row.records.iter().filter_map(find).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        repaired("Cap", |facts| put(facts, "Cap", "10.0.0.10")),
        repaired("dot.internal.", |facts| put(facts, "dot.internal.", "10.0.0.10")),
        // Nothing has the address: it must not begin to answer.
        fires("Old", |facts| put(facts, "Old", "10.0.0.99")),
        repaired("VM_1", |facts| put(facts, "VM_1", "10.0.0.10")),
        fires("VM_1", |facts| listed(facts, row(7, ("ls_name", "x"), &[("VM_1", "10.0.0.10")]))),
    ];

    #[test]
    fn a_name_that_never_answered_gets_the_addresses_of_its_port() {
        let mut facts = after_fix(&CHECK, |facts| {
            records(facts).retain(|key, _| !key.contains("web"));
            put(facts, "WEB", "10.0.0.99");
        });
        assert!(!records(&mut facts).contains_key("WEB"));
        assert_eq!(records(&mut facts)["web"], "10.0.0.10 fd00::10");
    }

    #[test]
    fn no_check_proposes_the_address_of_a_key_that_never_answers() {
        for check in crate::doctor::checks::all().filter(|check| check.run.is_some()) {
            let findings = found(check, |facts| {
                put(facts, "web", "10.9.0.1 fd00::10");
                put(facts, "web.internal", "10.0.0.10 fd00::10");
                put(facts, "WEB", "10.0.0.99");
                put(facts, "Web.internal", "10.9.0.2");
            });
            let texts = format!("{:?}", findings.iter().map(|finding| &finding.fixes).collect::<Vec<_>>());
            let is_host_fix = |text: &str| text.contains("addresses: [10.0.0.99") || text.contains(", 10.0.0.99");
            assert!(!is_host_fix(&texts), "{}: {texts}", check.code);
        }
    }

    #[test]
    fn the_address_of_a_key_that_never_answered_is_not_brought_to_life() {
        for key in ["WEB", "WEB.internal", "web.internal."] {
            let mut facts = after_fix(&CHECK, |facts| {
                put(facts, key, "10.0.0.99");
                if key != "WEB" {
                    records(facts).remove("web.internal");
                }
            });
            assert!(!records(&mut facts).contains_key(key));
            assert_eq!(records(&mut facts)["web"], "10.0.0.10 fd00::10");
            assert_eq!(records(&mut facts)["web.internal"], "10.0.0.10 fd00::10");
        }
    }
}
