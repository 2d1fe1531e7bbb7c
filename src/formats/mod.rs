//! Files: hosts(5), CSV, JSON and BIND zone files, read into host entries and written from them; the XML of
//! libvirt's domains; and HTTP requests.
//!
//! Reading never stops at a bad line: each one is reported with its number. If a format has no field for
//! something, it is in a comment, `# qdns: static names=fqdn ptr=no`: a file that was exported can be imported
//! without loss.

mod annotation;
mod csv;
pub mod domain_xml;
pub mod exported;
mod field;
mod hosts;
pub mod http;
mod json;
mod zone;
#[cfg(test)]
mod zone_compared;
pub mod zone_file;

use std::net::IpAddr;
use std::path::Path;

use clap::ValueEnum;

use crate::plan::backup::Backup;
use crate::plan::import::Parsed;
use exported::ExportedZone;

/// How a file holds hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// hosts(5): an address and its names, a line each
    Hosts,
    /// Comma-separated, with a header: hostname, addresses, ptr, static, names
    Csv,
    /// What `record ls -o json` prints; import also reads the body of an API request, or a list of them
    Json,
    /// A BIND zone file (RFC 1035) with A and AAAA records; import also reads PTR records
    Zone,
}

impl FileFormat {
    /// The format that a file's name suggests, if any.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "csv" => Some(FileFormat::Csv),
            "json" => Some(FileFormat::Json),
            "zone" | "db" | "rev" => Some(FileFormat::Zone),
            "hosts" => Some(FileFormat::Hosts),
            _ if name == "hosts" => Some(FileFormat::Hosts),
            _ if name.starts_with("db.") => Some(FileFormat::Zone),
            _ => None,
        }
    }

    /// The format that a text looks like, if any.
    pub fn of_content(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with(['{', '[']) {
            return Some(FileFormat::Json);
        }
        let line =
            text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', ';']))?;
        let first = line.split_whitespace().next().unwrap_or_default();
        if first.parse::<IpAddr>().is_ok() {
            Some(FileFormat::Hosts)
        } else if csv::is_header(line) {
            Some(FileFormat::Csv)
        } else if zone::is_record(line) {
            Some(FileFormat::Zone)
        } else {
            None
        }
    }

    /// The hosts of a text, and every line that should hold one and does not.
    pub fn parse(self, text: &str) -> Parsed {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match self {
            FileFormat::Hosts => hosts::parse(text),
            FileFormat::Csv => csv::parse(text),
            FileFormat::Json => json::parse(text),
            FileFormat::Zone => zone::parse(text),
        }
    }

    /// Everything as JSON, which is the format that can hold all of it.
    pub fn write_backup(zones: &[ExportedZone], backup: &Backup) -> String {
        json::write_backup(zones, backup)
    }

    /// Zones as a file of this format, and what is left out of it.
    pub fn write(self, zones: &[ExportedZone]) -> (String, Vec<String>) {
        match self {
            FileFormat::Hosts => hosts::write(zones),
            FileFormat::Csv => (csv::write(zones), Vec::new()),
            FileFormat::Json => (json::write(zones), Vec::new()),
            FileFormat::Zone => zone_file::write(zones),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::address::{reverse_name, to_value};
    use crate::model::fixture::on_first;
    use crate::model::fuzzing::fuzz;
    use crate::model::host::{HostEntry, Names};
    use crate::model::name::Domain;
    use crate::model::snapshot::Snapshot;
    use crate::plan::import::Import;
    use crate::plan::{import, restore};
    use proptest::prelude::*;

    #[test]
    fn a_format_is_guessed_from_the_name_and_then_from_the_content() {
        for (name, format) in [
            ("/etc/hosts", Some(FileFormat::Hosts)),
            ("lab.CSV", Some(FileFormat::Csv)),
            ("db.internal", Some(FileFormat::Zone)),
            ("internal.zone", Some(FileFormat::Zone)),
            ("hosts.json", Some(FileFormat::Json)),
            ("net1", None),
        ] {
            assert_eq!(FileFormat::of_name(Path::new(name)), format, "{name}");
        }
        for (text, format) in [
            ("# mine\n10.0.0.1 web", Some(FileFormat::Hosts)),
            ("\u{feff}Hostname,IP\nweb,10.0.0.1", Some(FileFormat::Csv)),
            ("  [ ]", Some(FileFormat::Json)),
            ("; zone\n$TTL 60\n", Some(FileFormat::Zone)),
            ("web 300 IN A 10.0.0.1", Some(FileFormat::Zone)),
            ("hello", None),
            ("", None),
        ] {
            assert_eq!(FileFormat::of_content(text), format, "{text}");
        }
    }

    fn host() -> impl Strategy<Value = HostEntry> {
        let addresses = proptest::collection::btree_set((any::<bool>(), 1u32..200), 1..4);
        let names = prop_oneof![Just(Names::Both), Just(Names::Short), Just(Names::Fqdn)];
        ("[a-z][a-z0-9]{0,8}", addresses, any::<[bool; 4]>(), names).prop_map(
            |(hostname, addresses, flags, names)| {
                let addresses: Vec<IpAddr> = addresses
                    .iter()
                    .map(|(v6, n)| {
                        if *v6 {
                            IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, *n as u16])
                        } else {
                            IpAddr::from([10, 0, 0, *n as u8])
                        }
                    })
                    .collect();
                let reverse =
                    addresses.iter().zip(&flags[1..]).filter(|(_, f)| **f).map(|(a, _)| *a).collect();
                let name = format!("{hostname}.internal");
                HostEntry {
                    name,
                    reverse: Some(reverse),
                    addresses,
                    is_static: flags[0],
                    names,
                    alias_of: None,
                    port: None,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn nothing_makes_a_parser_panic(text in "(?s).{0,300}|([ \t\"();,@$\\\\#]|web|IN|A|PTR|\\$ORIGIN|10\\.0\\.0\\.1|\n|\\{|\\}|hostname|ip){0,40}") {
            for format in FileFormat::value_variants() {
                format.parse(&text);
            }
            FileFormat::of_content(&text);
        }

        #[test]
        fn what_was_written_is_read_back(hosts in proptest::collection::btree_map("[a-z]{1,4}", host(), 0..6)) {
            let mut hosts: Vec<HostEntry> = hosts.into_values().collect();
            hosts.sort_by(|a, b| a.name.cmp(&b.name));
            hosts.dedup_by(|a, b| a.name == b.name);
            let zone = ExportedZone { switch: "net1".into(), domain: Domain::default(), hosts };
            for format in FileFormat::value_variants() {
                let (text, left_out) = format.write(std::slice::from_ref(&zone));
                let is_elsewhere = |line: &&String| line.contains("this file has no PTR records");
                prop_assert_eq!(left_out.iter().filter(|line| !is_elsewhere(line)).count(), 0);
                let parsed = format.parse(&text);
                prop_assert_eq!(&parsed.bad, &vec![], "{}", text);
                prop_assert_eq!(&parsed.notes, &vec![], "{}", text);
                let (merged, bad) = parsed.merged(&Domain::default());
                prop_assert_eq!(bad, vec![]);
                for (host, line) in zone.hosts.iter().zip(&merged) {
                    let read = &line.host;
                    prop_assert_eq!(zone.hostname(read), zone.hostname(host));
                    prop_assert_eq!(&read.addresses, &host.addresses, "{}", text);
                    let sorted = |host: &HostEntry| BTreeSet::from_iter(host.reverse().to_vec());
                    prop_assert_eq!(sorted(read), sorted(host), "{:?} {}", format, text);
                    prop_assert_eq!((read.is_static, read.names), (host.is_static, host.names));
                }
                prop_assert_eq!(merged.len(), zone.hosts.len());
            }
        }
    }

    /// Reads a text in a format, and plans to import it.
    /// Each of these took hours where every name or address was compared with all others.
    #[test]
    fn a_large_file_of_one_line_or_one_host_is_read_at_once() {
        const COUNT: u32 = 100_000;
        let address = |n: u32| std::net::Ipv4Addr::from_bits(0x0a00_0001 + n);
        let line = (0..COUNT).map(|n| format!(" h{n}")).collect::<String>();
        let of_host = (0..COUNT).map(|n| format!("{} web\n", address(n))).collect::<String>();
        let pointer = |n: u32| format!("{}. PTR web.internal.\n", reverse_name(address(n).into()));
        let pointers = (0..COUNT).map(pointer).collect::<String>();
        let domain = Domain::default();
        let merged = |format: FileFormat, text: &str| {
            let parsed = format.parse(text);
            let (hosts, bad) = parsed.merged(&domain);
            assert!(parsed.bad.is_empty() && bad.is_empty());
            let addresses = hosts.iter().map(|line| line.host.addresses.len()).sum::<usize>();
            let reverse = hosts.iter().map(|line| line.host.reverse().len()).sum::<usize>();
            let value = to_value(&hosts[0].host.addresses).split(' ').count();
            (hosts.len(), addresses, reverse, value)
        };
        let count = COUNT as usize;
        assert_eq!(merged(FileFormat::Hosts, &format!("10.0.0.1{line}\n")), (count, count, 1, 1));
        assert_eq!(merged(FileFormat::Hosts, &of_host), (1, count, count, count));
        assert_eq!(merged(FileFormat::Zone, &pointers), (1, 0, count, 1));
    }

    fn fuzz_files(format: FileFormat, samples: &[&str], words: &'static [&'static str]) {
        let options = Import { file: "file".to_owned(), replace: true, ..Import::default() };
        let rows = Snapshot::of_net1(Vec::new(), &[("web", "10.0.0.1")], &[]);
        fuzz(samples, words, |text| {
            FileFormat::of_content(text);
            let parsed = format.parse(text);
            on_first(&rows, |topology, network| {
                let _ = import::plan(topology, network, &parsed, &options);
                let _ = restore::plan(topology, &parsed, &options);
            });
        });
    }

    #[test]
    fn fuzz_hosts_files() {
        let text = "# hosts of net1\n10.0.0.1\tweb.internal web  # qdns: static names=fqdn ptr=no\nfd00::1 db\n10.0.0.2 www # qdns: alias-of=web\n";
        fuzz_files(FileFormat::Hosts, &[text], &["# qdns:", "static", "names=", "ptr=no", "alias-of="]);
    }

    #[test]
    fn fuzz_csv_files() {
        let text = "hostname,addresses,ptr,static,names,alias_of\nweb,10.0.0.1 fd00::1,yes,no,both,\n\"db\",\"10.0.0.2\",no,yes,fqdn,\nwww,,,,,web\n";
        fuzz_files(
            FileFormat::Csv,
            &[text],
            &["\"\"", ",,", "\"\n", "hostname", "addresses", "'=", "yes", "both"],
        );
    }

    #[test]
    fn fuzz_json_files() {
        let hosts = concat!(
            r#"{"records":[{"hostname":"web","fqdn":"web.internal","addresses":["10.0.0.1"],"ptr":["10.0.0.1"],"static":true,"#,
            r#""names":"both","ttl":3600,"switch":"net1","domain":"internal"}]}"#,
        );
        let backup = concat!(
            r#"{"records":[{"hostname":"web","addresses":["10.0.0.1"],"switch":"net1"}],"zones":[{"switch":"net1","#,
            r#""domain":"internal","attached":true,"shared_with":["net2"],"external_ids":{"switch":"net1"},"records":{"a":"b"}}],"#,
            r#""dhcp_options":[{"cidr":"10.0.0.0/24","options":{"dns_server":"{1.1.1.1}"},"external_ids":{}}],"#,
            r#""load_balancers":[{"switch":"net1","vips":{"10.0.0.1:53":"1.1.1.1:53"}}]}"#,
        );
        let body = r#"[{"hostname":"web","ip_address":"10.0.0.1"},{"hostname":"www","alias_of":"web"}]"#;
        let words = &["records", "zones", "dhcp_options", "load_balancers", "alias_of", "port", "ptr"];
        fuzz_files(FileFormat::Json, &[hosts, backup, body], words);
    }

    #[test]
    fn fuzz_zone_files() {
        let text = "$ORIGIN internal.\n$TTL 1h\n@ IN SOA ns. root. (1 2 ; x\n 3 4 5)\n IN NS ns\nweb 60 IN A 10.0.0.1 ; qdns: static\n\tAAAA fd00::1\nwww CNAME web\n$ORIGIN 0.0.10.in-addr.arpa.\n1 PTR web.internal.\n$GENERATE 1-9 h$ A 10.0.0.$\n";
        let words = &["$ORIGIN ", "$INCLUDE ", "$TTL ", "\\046", "(", ")", "PTR", "CNAME", "\\# 4 0a000001"];
        fuzz_files(FileFormat::Zone, &[text], words);
    }
}
