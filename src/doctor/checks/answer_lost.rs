//! `answer-lost`.

use crate::doctor::answers::long_answers;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::rows::ListedRow;
use crate::doctor::{Category, Check, Need, Run};
use crate::model::answer_size::packet_max;

pub(super) const CHECK: Check = Check {
    code: "answer-lost",
    title: "a name with so many addresses that its answer is lost",
    category: Category::Records,
    severity: Severity::Error,
    needs: &[Need::Northbound],
    explanation: "OVN puts all addresses of a name into one UDP packet, the name again with each of them, and does not \
        fragment it. An answer of more than 1472 octets by IPv4, or 1452 by IPv6, is longer than a packet of 1500: no \
        guest gets it, and every resolver library waits in vain. For `web.internal` that is from 52 IPv4 or 37 IPv6 \
        addresses on.",
    source: "controller/pinctrl.c, dns_build_base_answer; seen on OVN 23.03 and 26.03",
    run: Some(Run::EachRow(run)),
};

fn run(listed: &ListedRow) -> Vec<Finding> {
    let lost = long_answers(listed).filter(|answer| answer.octets > packet_max(false));
    lost.map(|answer| {
        let follows = if answer.octets > packet_max(true) {
            format!("no guest gets it, for a packet holds {}", packet_max(true))
        } else {
            format!("no guest whose resolver has an IPv6 address gets it, for a packet holds {}", packet_max(false))
        };
        answer.finding(listed, &follows)
    })
    .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        passes(|facts| put(facts, "web.internal", &addresses(50))),
        fires("web.internal", |facts| put(facts, "web.internal", &addresses(51))),
        fires("web.internal", |facts| put(facts, "web.internal", &addresses(52))),
    ];

    #[test]
    fn the_family_of_the_resolver_decides_between_two_limits() {
        let message = |count| found(&CHECK, |facts| put(facts, "web.internal", &addresses(count))).remove(0).message;
        assert_eq!(
            message(51),
            "the answer to web.internal has 1458 octets, with 51 addresses: no guest whose resolver has an IPv6 address \
             gets it, for a packet holds 1452"
        );
        assert_eq!(
            message(52),
            "the answer to web.internal has 1486 octets, with 52 addresses: no guest gets it, for a packet holds 1472"
        );
    }
}
