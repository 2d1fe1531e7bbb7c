//! Writes zone files that name servers load (RFC 1035, section 5): one with the addresses of a zone, and one with the
//! PTR records of a network.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use ipnet::IpNet;

use super::annotation::Annotation;
use super::exported::{ExportedZone, loss};
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::host::HostEntry;
use crate::model::listing::some_of;
use crate::model::name::{Domain, FQDN_MAX, LABEL_MAX};
use crate::model::printable::escaped;
use crate::model::shell::CommandLine;

/// The prefix lengths of the networks that [`write`] proposes for reverse zones.
const USUAL_IPV4: u8 = 24;
const USUAL_IPV6: u8 = 64;

/// A network whose addresses have a reverse zone of their own (RFC 1035, section 3.5; RFC 3596, section 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReverseZone(IpNet);

impl ReverseZone {
    /// # Errors
    /// Invalid input for a text that is no network, and for one that does not end where a label ends.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| Error::invalid(format!("network {text:?} is refused: {why}"));
        let net: IpNet = text.parse().map_err(|_| {
            refused("it is no network").hint("use a network such as `10.0.0.0/24` or `fd00::/64`")
        })?;
        let bits = if net.addr().is_ipv4() { 8 } else { 4 };
        let length = net.prefix_len();
        if length == 0 || length == net.max_prefix_len() || !length.is_multiple_of(bits) {
            let shorter = (length / bits * bits).clamp(bits, net.max_prefix_len() - bits);
            let around = IpNet::new(net.addr(), shorter).unwrap_or(net).trunc();
            return Err(refused(&format!("a reverse zone has a prefix length that is a multiple of {bits}"))
                .hint(format!("use `{around}`")));
        }
        Ok(ReverseZone(net.trunc()))
    }

    /// The domain: `0.0.10.in-addr.arpa`.
    fn name(self) -> String {
        let (bits, labels) = if self.0.addr().is_ipv4() { (8, 4) } else { (4, 32) };
        let host_labels = labels - usize::from(self.0.prefix_len() / bits);
        let whole = address::reverse_name(self.0.addr());
        whole.splitn(host_labels + 1, '.').last().unwrap_or_default().to_owned()
    }
}

/// The addresses of zones as a zone file, and what does not fit in one. SOA and NS name this machine: the name server that
/// loads the file has others.
pub fn write(zones: &[ExportedZone]) -> (String, Vec<String>) {
    let (mut text, mut left_out) = ("$TTL 3600\n".to_owned(), Vec::new());
    if zones.len() > 1 {
        left_out.push(format!(
            "a zone file has one zone, and this has {}: a name server loads the export of one switch",
            zones.len()
        ));
    }
    for zone in zones {
        text += &format!("; hosts of {}\n", escaped(&zone.switch));
        text += &beginning(zone.domain.as_str());
        let (hosts, without) = zone.fitting(|host| is_inside(host, &zone.domain));
        left_out.extend(without);
        let mut pointers = Vec::new();
        for host in hosts {
            for address in &host.addresses {
                let kind = if address.is_ipv4() { "A" } else { "AAAA" };
                let owner = zone.hostname(host);
                text += &format!("{owner}\tIN\t{kind}\t{address}{}\n", Annotation::of(host, *address, ';'));
            }
            let others = host.reverse().iter().filter(|address| !host.addresses.contains(address));
            pointers.extend(others.map(|address| address::reverse_name(*address)));
        }
        let what = "reverse names of addresses that are not their host's, left out; csv and json hold them";
        left_out.extend(loss(&zone.switch, what, &pointers));
    }
    left_out.extend(elsewhere(zones));
    (text, left_out)
}

/// The PTR records of a network as a zone file.
pub fn write_reverse(zones: &[ExportedZone], of: ReverseZone) -> String {
    let mut text = format!("$TTL 3600\n; reverse names of {}\n{}", of.0, beginning(&of.name()));
    let suffix = format!(".{}", of.name());
    for zone in zones {
        for host in zone.hosts.iter().filter(|host| is_inside(host, &zone.domain)) {
            for address in host.reverse().iter().filter(|address| of.0.contains(*address)) {
                let name = address::reverse_name(*address);
                let owner = name.strip_suffix(&suffix).unwrap_or(&name);
                text += &format!("{owner}\tIN\tPTR\t{}.\n", host.name);
            }
        }
    }
    text
}

/// The lines that begin a zone. The serial number grows with each export, as secondary servers need it.
fn beginning(domain: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let serial = u32::try_from(now).unwrap_or(u32::MAX);
    format!(
        "$ORIGIN {domain}.\n\
         @\tIN\tSOA\tlocalhost. hostmaster.localhost. {serial} 3600 900 1209600 300  ; qdns: put your server here\n\
         @\tIN\tNS\tlocalhost.  ; qdns: put your server here\n"
    )
}

/// Whether a name server accepts the host's name in the zone: BIND refuses a zone with another (`check-names`).
fn is_inside(host: &HostEntry, domain: &Domain) -> bool {
    let label = host.name.strip_suffix(domain.as_str()).and_then(|label| label.strip_suffix('.'));
    label.is_some_and(|label| label.split('.').all(is_label)) && host.name.len() <= FQDN_MAX
}

/// Letters, digits and hyphens (RFC 1123, section 2.1). A reserved name is one as well.
fn is_label(label: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=LABEL_MAX).contains(&label.len())
        && label.chars().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Where the PTR records are: in reverse zones, which are files of their own.
fn elsewhere(zones: &[ExportedZone]) -> Option<String> {
    let pointed = zones.iter().flat_map(|zone| &zone.hosts).flat_map(HostEntry::reverse);
    let networks: BTreeSet<IpNet> = pointed.filter_map(|address| usual(*address)).collect();
    let export = CommandLine::qdns(["record", "export"]);
    let export = if let [zone] = zones { export.value(&zone.switch) } else { export };
    let commands = networks.iter().map(|net| export.clone().option("--reverse").option(net).to_string());
    let commands: Vec<String> = commands.collect();
    (!commands.is_empty())
        .then(|| format!("this file has no PTR records; a reverse zone has them: {}", some_of(&commands)))
}

fn usual(address: IpAddr) -> Option<IpNet> {
    let length = if address.is_ipv4() { USUAL_IPV4 } else { USUAL_IPV6 };
    IpNet::new(address, length).ok().map(|net| net.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reverse_zone_ends_where_a_label_ends() {
        for (net, name) in [
            ("10.0.0.0/24", "0.0.10.in-addr.arpa"),
            ("10.1.2.3/16", "1.10.in-addr.arpa"),
            ("10.0.0.0/8", "10.in-addr.arpa"),
            ("fd00::/64", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"),
            ("fd00::/8", "d.f.ip6.arpa"),
        ] {
            assert_eq!(ReverseZone::parse(net).unwrap().name(), name);
        }
        for (net, hint) in [
            ("10.0.0.0/22", "use `10.0.0.0/16`"),
            ("10.0.0.128/25", "use `10.0.0.0/24`"),
            ("10.0.0.1/32", "use `10.0.0.0/24`"),
            ("0.0.0.0/0", "use `0.0.0.0/8`"),
            ("fd00::/63", "use `fd00::/60`"),
            ("10.0.0.1", "use a network such as `10.0.0.0/24` or `fd00::/64`"),
        ] {
            assert_eq!(ReverseZone::parse(net).unwrap_err().hints, [hint], "{net}");
        }
    }
}
