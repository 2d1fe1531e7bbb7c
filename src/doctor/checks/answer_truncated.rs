//! `answer-truncated`.

use crate::doctor::answers::long_answers;
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::rows::ListedRow;
use crate::doctor::{Category, Check, Need, Run};
use crate::model::answer_size::{PLAIN_MAX, is_next_wrong, packet_max, readable};

pub(super) const CHECK: Check = Check {
    code: "answer-truncated",
    title: "a name with more addresses than musl reads",
    category: Category::Records,
    severity: Severity::Warning,
    needs: &[Need::Northbound],
    explanation: "OVN puts all addresses of a name into one UDP packet, the name again with each of them, and never says \
        that the answer is truncated. musl before 1.2.4 (Alpine before 3.18) reads 512 octets of it and gets only the \
        addresses in them: 17 for `web.internal`. Since OVN 25.03 these are others with each answer. Where the 512 octets \
        end within an address, as with IPv4 and names of 11 or 16 characters, it takes the rest from whatever follows in its memory: \
        such a guest gets an address that no record has. glibc and systemd-resolved get all.",
    source: "controller/pinctrl.c, dns_build_base_answer; musl, src/network/lookup_name.c and dns_parse.c; seen with musl 1.2.3",
    run: Some(Run::EachRow(run)),
};

fn run(listed: &ListedRow) -> Vec<Finding> {
    let truncated = long_answers(listed).filter(|answer| answer.octets <= packet_max(true));
    truncated
        .map(|answer| {
            let read = readable(answer.key, &answer.addresses, PLAIN_MAX);
            let is_wrong = is_next_wrong(answer.key, &answer.addresses, PLAIN_MAX);
            let wrong = if is_wrong { ", and a wrong address" } else { "" };
            answer.finding(listed, &format!("guests with musl before 1.2.4 get {read} of them{wrong}"))
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::doctor::testing::*;

    pub const CASES: &[Case] = &[
        passes(|facts| put(facts, "web.internal", &addresses(17))),
        fires("web.internal", |facts| put(facts, "web.internal", &addresses(18))),
        // That one no guest gets.
        passes(|facts| put(facts, "web.internal", &addresses(52))),
    ];

    #[test]
    fn it_says_how_many_addresses_are_read() {
        let found = found(&CHECK, |facts| put(facts, "web.internal", &addresses(18)));
        assert_eq!(
            found[0].message,
            "the answer to web.internal has 534 octets, with 18 addresses: guests with musl before 1.2.4 get 17 of them"
        );
    }

    #[test]
    fn it_says_that_an_address_is_wrong() {
        let found = found(&CHECK, |facts| put(facts, "db.internal", &addresses(20)));
        assert_eq!(
            found[0].message,
            "the answer to db.internal has 569 octets, with 20 addresses: guests with musl before 1.2.4 get 17 of them, and \
             a wrong address"
        );
    }
}
