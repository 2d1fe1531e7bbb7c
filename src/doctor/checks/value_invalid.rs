//! `value-invalid`.

use crate::doctor::entries::{flaw, readable};
use crate::doctor::rows::ListedRow;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::{Category, Check, Need, Run};

pub(super) const CHECK: Check = Check {
    code: "value-invalid",
    title: "a value that OVN cannot serve",
    category: Category::Records,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "The value of a name is a list of addresses; anything else gives no answer. The value of a reverse \
        name is one name without a trailing dot: OVN encodes it label by label as it is, and two names or an empty \
        label make an answer that resolvers drop.",
    source: "controller/pinctrl.c, dns_build_a_answer and dns_build_ptr_answer; RFC 1035, section 3.3.12",
    run: Some(Run::EachRow(run)),
};

fn run(listed: &ListedRow) -> Vec<Finding> {
    let find = |(key, value): (&String, &String)| {
        let message = format!("{key} is {value:?}: {}", flaw(key, value)?);
        let to = readable(key, value);
        let to = to.as_deref().map(|to| (key.as_str(), to));
        Some(listed.repaired(listed.finding(key, value, message), key, to, to.is_none()))
    };
    listed.row.records.iter().filter_map(find).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::doctor::testing::*;

    const REVERSE: &str = "10.0.0.10.in-addr.arpa";

    pub const CASES: &[Case] = &[
        repaired("web", |facts| put(facts, "web", "none")),
        repaired("web", |facts| put(facts, "web", "")),
        repaired(REVERSE, |facts| put(facts, REVERSE, "web.internal.")),
        repaired(REVERSE, |facts| put(facts, REVERSE, "web.internal db.internal")),
        // Nothing is left of the value, and the key names a host.
        fires("new", |facts| put(facts, "new", "none")),
        fires("vm", |facts| listed(facts, row(7, ("ls_name", "x"), &[("vm", "none")]))),
        passes(|facts| put(facts, "web", "10.0.0.10,10.0.0.11")),
        // OVN reads it as 10.0.0.5.
        passes(|facts| put(facts, "five", "10.0.0.05")),
    ];
}
