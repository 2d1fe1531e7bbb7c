//! hosts(5): an address, its canonical name and its aliases on a line, and after `#` a comment.

use std::collections::HashMap;
use std::net::IpAddr;

use super::annotation::Annotation;
use super::exported::{ExportedZone, fits_a_line, loss};
use super::field::{address_at, stops};
use crate::model::address;
use crate::model::host::Names;
use crate::model::printable::escaped;
use crate::plan::import::{BadLine, HostLine, Note, Parsed};

/// The hosts of a hosts file. Each hostname on a line is a host with the line's address; the first
/// one gets the reverse name. A name on several lines gets all their addresses. The entries that
/// every machine has for itself (loopback and multicast) are noted and left out.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed { repeats_add_up: true, ..Parsed::default() };
    for (index, line) in text.lines().enumerate() {
        if stops(&mut parsed) {
            break;
        }
        let number = index + 1;
        let (content, comment) = line.split_once('#').unwrap_or((line, ""));
        let mut words = content.split_whitespace();
        let Some(address) = words.next() else { continue };
        let names: Vec<&str> = words.collect();
        if let Some(why) = machines_own(address) {
            parsed.notes.push(Note {
                line: number,
                text: format!("{address} {} is left out: {why}", names.join(" ")),
            });
            continue;
        }
        match hosts_of_line(number, address, &names, comment) {
            Ok(hosts) => parsed.hosts.extend(hosts),
            Err(bad) => parsed.bad.push(bad),
        }
    }
    parsed
}

fn machines_own(address: &str) -> Option<&'static str> {
    let address: IpAddr = address.parse().ok()?;
    let is_base = matches!(address, IpAddr::V6(v6) if v6.segments() == [0xfe00, 0, 0, 0, 0, 0, 0, 0]);
    if address.is_loopback() {
        Some("a machine's own loopback address")
    } else if address.is_multicast() || is_base {
        Some("an address that every machine has for itself")
    } else {
        None
    }
}

fn hosts_of_line(
    number: usize,
    address: &str,
    names: &[&str],
    comment: &str,
) -> Result<Vec<HostLine>, BadLine> {
    let annotation = Annotation::parse(number, comment)?;
    let address = address_at(number, address)?;
    if names.is_empty() {
        return Err(BadLine::new(number, format!("{address} has no name")).hint("write: ADDRESS NAME"));
    }
    let mut hosts: Vec<HostLine> = Vec::new();
    // The first host with each first label. A line may be as long as the file.
    let mut by_label: HashMap<String, usize> = HashMap::new();
    for name in names {
        let label = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
        let first = *by_label.entry(label).or_insert(hosts.len());
        match hosts.get_mut(first) {
            // `web.internal web`: one host; the longer form has its domain.
            Some(line) if !line.host.name.contains('.') => line.host.name = (*name).to_owned(),
            Some(line) if !name.contains('.') || line.host.name.eq_ignore_ascii_case(name) => {}
            _ => {
                let mut line = annotation.host(number, name, address);
                if !hosts.is_empty() {
                    line.host.reverse = Some(Vec::new());
                }
                hosts.push(line);
            }
        }
    }
    Ok(hosts)
}

/// Zones as a hosts file, and the hosts that do not fit in one.
pub fn write(zones: &[ExportedZone]) -> (String, Vec<String>) {
    let (mut text, mut left_out) = (String::new(), Vec::new());
    for zone in zones {
        text += &format!("# hosts of {}, domain {}\n", escaped(&zone.switch), zone.domain);
        let (hosts, without) = zone.fitting(fits_a_line);
        left_out.extend(without);
        let mut pointers = Vec::new();
        for host in hosts {
            let (fqdn, hostname) = (&host.name, zone.hostname(host));
            let names = match host.names {
                Names::Both if *fqdn != hostname => format!("{fqdn} {hostname}"),
                Names::Short => hostname.into_owned(),
                Names::Both | Names::Fqdn => fqdn.clone(),
            };
            for address in &host.addresses {
                text += &format!("{address}\t{names}{}\n", Annotation::of(host, *address, '#'));
            }
            let others = host.reverse().iter().filter(|address| !host.addresses.contains(address));
            pointers.extend(others.map(|address| address::reverse_name(*address)));
        }
        let what =
            "reverse names of addresses that are not their host's, left out; the other formats hold them";
        left_out.extend(loss(&zone.switch, what, &pointers));
    }
    (text, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hostname_is_a_host_and_the_first_has_the_reverse_name() {
        let parsed = parse(
            "127.0.0.1 localhost\n\n10.0.0.1 web.internal WEB www # the shop\nfd00::1\tweb\r\n10.0.0.300 db\n10.0.0.4\n10.0.0.5 x # qdns: sttaic\n",
        );
        let hosts: Vec<_> = parsed
            .hosts
            .iter()
            .map(|host| (host.line, host.host.name.as_str(), host.host.reverse.is_none()))
            .collect();
        assert_eq!(hosts, [(3, "web.internal", true), (3, "www", false), (4, "web", true)]);
        assert_eq!(parsed.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [5, 6, 7]);
        assert_eq!(parsed.notes.len(), 1);
    }
}
