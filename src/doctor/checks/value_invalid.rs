//! `value-invalid`.

use crate::doctor::entries::{flaw, readable};
use crate::doctor::rows::ListedRow;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::{Category, Check, Need, Run};
use crate::model::address;

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
        let to = right_value(listed, key, value);
        let to = to.as_deref().map(|to| (key.as_str(), to));
        let is_lossy = to.is_none() && !address::is_reverse_name(key);
        Some(listed.repaired(listed.finding(key, value, message), key, to, is_lossy))
    };
    listed.row.records.iter().filter_map(find).collect()
}

/// What the key must have; nothing where it must not be there. A reverse name that would lead to a wrong host leads to
/// the host with the address instead, so that no second fix is needed.
fn right_value(listed: &ListedRow, key: &str, value: &str) -> Option<String> {
    let to = readable(key, value);
    match (&listed.zone, address::from_reverse_name(key)) {
        (Some(zone), Some(ip)) => zone.reverse_name_of(ip, to),
        _ => to,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::facts::Facts;
    use crate::doctor::repair;
    use crate::doctor::{Check, checks, examine, input::Input};
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

    /// What a reverse name is after one repair of this check alone, if no check of reverse names finds more.
    fn repaired_once(key: &str, value: &str) -> Option<String> {
        let mut facts = healthy();
        put(&mut facts, key, value);
        let findings = examine(&facts, &[&CHECK]).findings;
        repair::plan(&Input::of(&facts), &findings).apply_to(nb(&mut facts));
        let of_reverse_names = |facts: &Facts| {
            let all: Vec<&Check> = checks::all().filter(|check| check.code.starts_with("ptr-")).collect();
            examine(facts, &all).findings.len()
        };
        assert_eq!(of_reverse_names(&facts), 0, "{key} {value}");
        records(&mut facts).get(key).cloned()
    }

    #[test]
    fn a_reverse_name_needs_one_fix() {
        assert_eq!(repaired_once(REVERSE, "web.internal.").as_deref(), Some("web.internal"));
        assert_eq!(repaired_once(REVERSE, "db.internal.").as_deref(), Some("web.internal"));
        assert_eq!(repaired_once(REVERSE, "gone.internal. x").as_deref(), Some("web.internal"));
        assert_eq!(repaired_once(REVERSE, "").as_deref(), Some("web.internal"));
        assert_eq!(repaired_once("99.0.0.10.in-addr.arpa", "gone.internal."), None);
        assert_eq!(repaired_once("99.0.0.10.in-addr.arpa", "web.internal."), None);
    }
}
