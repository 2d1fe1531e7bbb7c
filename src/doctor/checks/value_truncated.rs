//! `value-truncated`.

use crate::doctor::entries::readable;
use crate::doctor::rows::ListedRow;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::{address, scan};

pub(super) const CHECK: Check = Check {
    code: "value-truncated",
    title: "a value with a comma",
    category: Category::Records,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "Spaces separate several addresses of one name. ovn-controller reads the value up to the first thing \
        that is neither an address nor a space: it ignores everything after a comma, although \
        ovn-nb(5) shows one.",
    source: "lib/ovn-util.c, extract_ip_addresses; seen on OVN 23.03, 25.03 and 26.03",
    run: Some(Run::EachRow(run)),
};

fn run(listed: &ListedRow) -> Vec<Finding> {
    let entries = listed.row.records.iter().filter(|(key, value)| is_truncated(key, value));
    entries
        .map(|(key, value)| {
            let served = value.split(',').next().unwrap_or_default();
            let message =
                format!("{key} is {value:?}: OVN ignores what follows the comma, so guests get {served}");
            let to = readable(key, value);
            let to = to.as_deref().map(|to| (key.as_str(), to));
            listed.repaired(listed.finding(key, value, message), key, to, to.is_none())
        })
        .collect()
}

/// Whether commas are all that is wrong with a value.
fn is_truncated(key: &str, value: &str) -> bool {
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty());
    value.contains(',') && !address::is_reverse_name(key) && words.all(|word| scan::word(word).is_some())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        repaired("web", |facts| put(facts, "web", "10.0.0.10,fd00::10")),
        // The other name has other addresses: only the value is repaired.
        repaired("web", |facts| put(facts, "web", "10.0.0.10,10.0.0.11")),
        fires("vm", |facts| listed(facts, row(7, ("ls_name", "x"), &[("vm", "10.0.0.10,10.0.0.11")]))),
        passes(|facts| put(facts, "web", "10.0.0.10,none")),
    ];

    #[test]
    fn names_that_disagree_still_disagree_afterwards() {
        let mut facts = after_fix(&CHECK, |facts| put(facts, "web", "10.0.0.10,10.0.0.11"));
        assert_eq!(records(&mut facts)["web"], "10.0.0.10 10.0.0.11");
        assert_eq!(records(&mut facts)["web.internal"], "10.0.0.10 fd00::10");
    }
}
