//! The length of the responder's answers to the names of a row.

use std::net::IpAddr;

use super::finding::Finding;
use super::rows::ListedRow;
use crate::model::answer_size::{PLAIN_MAX, size};
use crate::model::responder::Rdata;
use crate::model::{address, scan};

/// An answer of more octets than some program reads.
#[derive(Debug)]
pub struct LongAnswer<'l> {
    pub key: &'l str,
    pub octets: usize,
    /// Those of the family with the longer answer.
    pub addresses: Vec<IpAddr>,
}

/// The answers of a row that are longer than [`PLAIN_MAX`].
pub fn long_answers<'l>(listed: &'l ListedRow) -> impl Iterator<Item = LongAnswer<'l>> {
    // Most values are short. Each character is counted as an address of 16 octets and the name, so that no long answer is
    // missed.
    let may_be_long = |key: &str, value: &str| value.len() * (key.len() + 16) > PLAIN_MAX;
    let names = listed.row.records.iter().filter(|(key, _)| !address::is_reverse_name(key));
    names.filter(move |(key, value)| may_be_long(key, value)).filter_map(|(key, value)| long(key, value))
}

fn long<'l>(key: &'l str, value: &str) -> Option<LongAnswer<'l>> {
    let (v4, v6): (Vec<IpAddr>, Vec<IpAddr>) = scan::addresses(value).into_iter().partition(IpAddr::is_ipv4);
    let answers = [v4, v6].map(|addresses| {
        let octets = size(key, &Rdata::Addresses(addresses.clone()));
        LongAnswer { key, octets, addresses }
    });
    answers.into_iter().max_by_key(|answer| answer.octets).filter(|answer| answer.octets > PLAIN_MAX)
}

impl LongAnswer<'_> {
    /// A finding about the name: how long its answer is, and what follows from it.
    pub fn finding(&self, listed: &ListedRow, follows: &str) -> Finding {
        let LongAnswer { key, octets, addresses } = self;
        let count = addresses.len();
        let message = format!("the answer to {key} has {octets} octets, with {count} addresses: {follows}");
        listed
            .finding(key, &format!("{count} addresses"), message)
            .seen("octets", octets)
            .hint("give the name fewer addresses")
    }
}
