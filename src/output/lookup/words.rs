//! The words of `lookup` for verdicts, types of query, resolver libraries and data.

use std::net::IpAddr;

use crate::model::lookup::client::Client;
use crate::model::lookup::lease::Source;
use crate::model::lookup::verdict::Verdict;
use crate::model::responder::{QueryType, Rdata};

/// A line for people.
pub(super) enum Line {
    /// It goes on in further lines where the terminal is narrow.
    Sentence(String),
    /// It has a command, a row or a trace, which must stay whole to be copied.
    Whole(String),
}

pub(super) fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Answered(_) => "answered",
        Verdict::Refused => "refused",
        Verdict::Malformed(_) => "malformed",
        Verdict::TooLong { .. } => "too-long",
        Verdict::Ambiguous => "ambiguous",
        Verdict::PassedOn => "passed-on",
        Verdict::Dropped => "dropped",
        Verdict::NoAnswer(_) => "none",
    }
}

pub(super) fn kind(kind: QueryType) -> &'static str {
    match kind {
        QueryType::A => "A",
        QueryType::Aaaa => "AAAA",
        QueryType::Ptr => "PTR",
        QueryType::Any => "ANY",
    }
}

pub(super) fn client(client: Client) -> &'static str {
    match client {
        Client::Glibc => "glibc",
        Client::Musl => "musl",
        Client::SystemdResolved => "systemd-resolved",
    }
}

pub(super) fn source(source: Source) -> &'static str {
    match source {
        Source::Dhcpv4 => "dhcpv4",
        Source::Dhcpv6 => "dhcpv6",
        Source::StatelessDhcpv6 => "dhcpv6-stateless",
        Source::Advertisement => "router-advertisement",
    }
}

pub(super) fn data_texts(data: &Rdata) -> Vec<String> {
    match data {
        Rdata::Addresses(addresses) => texts(addresses),
        Rdata::Name(name) => vec![name.clone()],
    }
}

pub(super) fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(IpAddr::to_string).collect()
}

/// Addresses for people: of many only the first, and how many more there are.
pub(super) fn few(addresses: &[String]) -> String {
    const MANY: usize = 6;
    const SHOWN: usize = 3;
    if addresses.len() <= MANY {
        return addresses.join(" ");
    }
    format!("{} and {} more", addresses[..SHOWN].join(" "), addresses.len() - SHOWN)
}
