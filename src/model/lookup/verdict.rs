//! What becomes of one query, and which of several verdicts decides.

use crate::model::answer_size::{packet_max, size};
use crate::model::responder::{Answer, Candidate, QueryType, Rdata};

/// One query of a guest, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<'a> {
    pub name: String,
    pub kind: QueryType,
    /// The switch on the way to the resolver whose rows decide, where it is not the guest's own.
    pub on: Option<&'a str>,
    /// The DNS rows that have the name as a key.
    pub rows: Vec<Candidate<'a>>,
    pub verdict: Verdict,
}

/// What becomes of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// OVN answers.
    Answered(Rdata),
    /// OVN answers with RCODE 5.
    Refused,
    /// OVN sends an answer that no resolver can read: a name with such a label.
    Malformed(String),
    /// OVN's answer has so many octets that no packet holds it.
    TooLong { octets: usize, limit: usize },
    /// Several rows have the name and answer differently; OVN's hash order decides.
    Ambiguous,
    /// OVN has nothing, and the query travels on to the guest's resolver.
    PassedOn,
    /// It ends before the responder, whatever the resolver.
    Dropped,
    /// OVN has nothing, and no resolver answers.
    NoAnswer(NoAnswer),
}

/// Why a query that OVN passes on is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The port leases no resolver.
    NoResolver,
    /// All leased resolvers are addresses of OVN's own from which nothing forwards.
    NothingForwards(Loss),
    /// It ends on its way to the resolvers.
    Stopped(Loss),
    /// A load balancer on the switch takes it before the responder, which then answers from the backend's address: the
    /// guest drops the answer.
    FromBackend,
}

/// What a guest sees of a query that is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing, until its time is up.
    Silence,
    /// An error at once, from each resolver.
    Rejection,
    /// Not known which of the two.
    Unknown,
}

impl Verdict {
    /// The verdict on a query that no ACL drops. `no_answer` tells why what OVN passes on is not answered, if
    /// that is known.
    pub fn of(rows: &[Candidate], no_answer: Option<NoAnswer>) -> Self {
        let passed_on = || no_answer.map_or(Verdict::PassedOn, Verdict::NoAnswer);
        let Some(first) = rows.first() else { return passed_on() };
        if rows.iter().any(|row| !row.answer.is_same_as(&first.answer)) {
            return Verdict::Ambiguous;
        }
        match &first.answer {
            Answer::Data(data) => Verdict::Answered(data.clone()),
            Answer::Malformed(name) => Verdict::Malformed(name.clone()),
            Answer::Refused => Verdict::Refused,
            Answer::Silent => passed_on(),
        }
    }

    /// The same verdict, if the answer fits into a packet.
    pub(super) fn in_a_packet(self, name: &str, is_ipv4: bool) -> Self {
        let limit = packet_max(is_ipv4);
        match &self {
            Verdict::Answered(data) if size(name, data) > limit => {
                Verdict::TooLong { octets: size(name, data), limit }
            }
            _ => self,
        }
    }

    /// Whether the guest hears nothing, or an error that is no answer.
    pub fn is_lost(&self) -> bool {
        matches!(self, Verdict::NoAnswer(_) | Verdict::Dropped | Verdict::TooLong { .. })
    }

    /// The verdict on a look-up of several queries: the first that OVN answers; else the first that ends in
    /// OVN; else the first.
    pub fn overall<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Self {
        verdicts.min_by_key(|verdict| verdict.rank()).cloned().unwrap_or(Verdict::PassedOn)
    }

    pub fn is_answered(&self) -> bool {
        matches!(self, Verdict::Answered(_))
    }

    fn rank(&self) -> u8 {
        match self {
            Verdict::Answered(_) => 0,
            Verdict::Refused
            | Verdict::Malformed(_)
            | Verdict::TooLong { .. }
            | Verdict::Ambiguous
            | Verdict::Dropped => 1,
            Verdict::PassedOn | Verdict::NoAnswer(_) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::DnsRow;

    const NOWHERE: Verdict = Verdict::NoAnswer(NoAnswer::NothingForwards(Loss::Unknown));

    fn answered(address: &str) -> Verdict {
        Verdict::Answered(data(&[address]))
    }

    fn data(addresses: &[&str]) -> Rdata {
        Rdata::Addresses(addresses.iter().map(|address| address.parse().unwrap()).collect())
    }

    /// The verdict where rows answer so.
    fn judged(answers: &[Answer], no_answer: Option<NoAnswer>) -> Verdict {
        let row = DnsRow::default();
        let rows = answers.iter().map(|answer| Candidate { row: &row, value: "", answer: answer.clone() });
        Verdict::of(&rows.collect::<Vec<_>>(), no_answer)
    }

    #[test]
    fn a_row_that_has_the_data_answers() {
        let answer = Answer::Data(data(&["10.0.0.1"]));
        assert_eq!(judged(&[answer], Some(NoAnswer::NoResolver)), answered("10.0.0.1"));
    }

    #[test]
    fn rows_that_answer_the_same_in_another_order_answer() {
        let answers = [&["10.0.0.1", "10.0.0.2"], &["10.0.0.2", "10.0.0.1"]].map(|a| Answer::Data(data(a)));
        assert!(judged(&answers, None).is_answered());
    }

    #[test]
    fn rows_that_answer_differently_are_ambiguous() {
        let answers = ["10.0.0.1", "10.0.0.2"].map(|address| Answer::Data(data(&[address])));
        assert_eq!(judged(&answers, None), Verdict::Ambiguous);
    }

    #[test]
    fn a_row_that_answers_and_one_that_does_not_are_ambiguous() {
        assert_eq!(judged(&[Answer::Data(data(&["10.0.0.1"])), Answer::Silent], None), Verdict::Ambiguous);
    }

    #[test]
    fn a_row_that_is_ovn_owned_refuses() {
        assert_eq!(judged(&[Answer::Refused], None), Verdict::Refused);
    }

    #[test]
    fn a_name_that_no_resolver_can_read_is_malformed() {
        assert_eq!(judged(&[Answer::Malformed("web.".into())], None), Verdict::Malformed("web.".into()));
    }

    #[test]
    fn a_name_that_no_row_has_is_passed_on() {
        assert_eq!(judged(&[], None), Verdict::PassedOn);
    }

    #[test]
    fn a_name_without_data_of_the_type_is_passed_on() {
        assert_eq!(judged(&[Answer::Silent], None), Verdict::PassedOn);
    }

    #[test]
    fn what_is_passed_on_is_not_answered_where_no_resolver_is() {
        let reason = NoAnswer::NoResolver;
        assert_eq!(judged(&[Answer::Silent], Some(reason)), Verdict::NoAnswer(reason));
        assert_eq!(judged(&[], Some(reason)), Verdict::NoAnswer(reason));
    }

    #[test]
    fn an_answer_decides_whatever_comes_before_it() {
        for before in [
            Verdict::Refused,
            Verdict::Malformed("web.".into()),
            Verdict::Ambiguous,
            Verdict::PassedOn,
            Verdict::Dropped,
            NOWHERE,
        ] {
            assert_eq!(Verdict::overall([&before, &answered("10.0.0.1")].into_iter()), answered("10.0.0.1"));
        }
    }

    #[test]
    fn the_first_of_two_answers_decides() {
        let verdicts = [answered("10.0.0.1"), answered("fd00::1")];
        assert_eq!(Verdict::overall(verdicts.iter()), answered("10.0.0.1"));
    }

    #[test]
    fn without_an_answer_what_ends_in_ovn_decides() {
        for passed_on in [Verdict::PassedOn, NOWHERE] {
            assert_eq!(Verdict::overall([&passed_on, &Verdict::Ambiguous].into_iter()), Verdict::Ambiguous);
        }
    }

    #[test]
    fn queries_that_are_all_passed_on_share_their_verdict() {
        assert_eq!(Verdict::overall([&Verdict::PassedOn, &Verdict::PassedOn].into_iter()), Verdict::PassedOn);
        assert_eq!(Verdict::overall([&NOWHERE, &NOWHERE].into_iter()), NOWHERE);
    }
}
