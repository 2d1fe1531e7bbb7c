//! CSV (RFC 4180) with a header: the columns are known by their names, in any order and case.

use std::borrow::Cow;
use std::net::IpAddr;

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};

use super::exported::ExportedZone;
use super::field::{address_at, names_at, stops, ttl_note};
use crate::model::host::{HostEntry, Names};
use crate::plan::import::{BadLine, Home, HostLine, Note, Parsed};

/// What a column holds, and the names that it is known by.
const COLUMNS: &[(&str, &[&str])] = &[
    ("hostname", &["hostname", "host", "name", "vm", "vm_name"]),
    ("fqdn", &["fqdn"]),
    (
        "addresses",
        &["addresses", "address", "ip", "ip_address", "ip_addresses", "ipv4", "ipv6", "ip address"],
    ),
    ("ptr", &["ptr"]),
    ("static", &["static"]),
    ("names", &["names"]),
    ("alias_of", &["alias_of"]),
    ("switch", &["switch"]),
    ("ttl", &["ttl"]),
];

/// The header that [`write`] writes.
const HEADER: [&str; 8] = ["hostname", "fqdn", "addresses", "ptr", "static", "names", "switch", "alias_of"];

/// The column that a heading names.
fn column(heading: &str) -> Option<&'static str> {
    let heading = heading.trim().to_ascii_lowercase();
    COLUMNS.iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(column, _)| *column)
}

/// Whether a line is the header of a file of hosts.
pub fn is_header(line: &str) -> bool {
    line.split([',', ';', '\t']).filter(|heading| column(heading.trim_matches('"')).is_some()).count() >= 2
}

/// The hosts of a CSV file, one a row: `hostname` (or `fqdn`) and `addresses` are needed, `ptr`
/// (`yes`, `no` or addresses), `static` (`true`, `false`) and `names` (`both`, `short`, `fqdn`) are
/// understood, as is `alias_of`, which needs no address; other columns are noted. Several addresses are in one cell or in several columns.
/// Fields may be separated by `;` or tabs, as spreadsheets write them.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let header = text.lines().next().unwrap_or_default();
    let count = |c: char| header.matches(c).count();
    let delimiter = [',', ';', '\t'].into_iter().rev().max_by_key(|c| count(*c)).unwrap_or(',');
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter as u8)
        .trim(Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headings: Vec<String> = match reader.headers() {
        Ok(headings) => headings.iter().map(str::to_owned).collect(),
        Err(error) => {
            parsed.bad.push(BadLine::new(1, format!("the header cannot be read: {error}")));
            return parsed;
        }
    };
    let columns: Vec<Option<&str>> = headings.iter().map(|heading| column(heading)).collect();
    let has = |name| columns.contains(&Some(name));
    if text.trim().is_empty() {
        return parsed;
    }
    if !(has("hostname") || has("fqdn")) || !has("addresses") {
        parsed.bad.push(
            BadLine::new(1, format!("the header {header:?} names no hostname or no addresses"))
                .hint("the first line names the columns, such as: hostname,addresses"),
        );
        return parsed;
    }
    for (heading, _) in headings.iter().zip(&columns).filter(|(_, column)| column.is_none()) {
        parsed.notes.push(Note { line: 1, text: format!("the column {heading:?} is left out") });
    }
    let mut record = StringRecord::new();
    loop {
        if stops(&mut parsed) {
            return parsed;
        }
        let line = usize::try_from(reader.position().line()).unwrap_or_default();
        match reader.read_record(&mut record) {
            Ok(false) => return parsed,
            Ok(true) => {
                let line = record.position().map_or(line, |at| usize::try_from(at.line()).unwrap_or(line));
                let line = line + leading_blank_lines(text, record.position());
                row(&mut parsed, line, &columns, &record);
            }
            Err(error) => parsed.bad.push(BadLine::new(line, error.to_string())),
        }
    }
}

/// The blank lines before a record, which the reader skips and counts as part of the record.
fn leading_blank_lines(text: &str, position: Option<&csv::Position>) -> usize {
    let start = position.and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or_default();
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count()
}

fn row(parsed: &mut Parsed, line: usize, columns: &[Option<&str>], record: &StringRecord) {
    if record.iter().all(str::is_empty) {
        return;
    }
    if record.len() > columns.len() {
        let why = format!("{} fields where the header names {}", record.len(), columns.len());
        parsed.bad.push(BadLine::new(line, why).hint("put a field with a comma in it in double quotes"));
        return;
    }
    let cells = |name: &'static str| {
        columns
            .iter()
            .zip(record)
            .filter(move |(column, _)| **column == Some(name))
            .map(|(_, cell)| as_read(cell))
    };
    let cell = |name| cells(name).find(|cell| !cell.is_empty()).unwrap_or_default();
    ttl_note(&mut parsed.notes, line, Some(cell("ttl")).filter(|ttl| !ttl.is_empty()).unwrap_or("3600"));
    if !cell("switch").is_empty() {
        parsed.switches.insert(cell("switch").to_owned());
    }
    match host(line, &cell, &cells("addresses").collect::<Vec<_>>().join(" ")) {
        Ok(host) => parsed.hosts.push(host),
        Err(bad) if !bad.hints.is_empty() || record.len() == columns.len() => parsed.bad.push(bad),
        Err(bad) => {
            let is_quoted = record.iter().any(|cell| cell.contains('\n'));
            let hint = if is_quoted {
                "a double quote in front of it has no end".to_owned()
            } else {
                format!("it has {} of the header's {} fields", record.len(), columns.len())
            };
            parsed.bad.push(bad.hint(hint));
        }
    }
}

fn host<'r>(line: usize, cell: &impl Fn(&'static str) -> &'r str, all: &str) -> Result<HostLine, BadLine> {
    let (fqdn, hostname) = (cell("fqdn"), cell("hostname"));
    let name = if fqdn.is_empty() { hostname } else { fqdn };
    if name.is_empty() {
        return Err(BadLine::new(line, "the row has no hostname"));
    }
    let addresses = list(line, all)?;
    let alias_of = Some(cell("alias_of").to_owned()).filter(|of| !of.is_empty());
    if addresses.is_empty() && alias_of.is_none() {
        return Err(BadLine::new(line, format!("{name:?} has no address")));
    }
    let reverse = match cell("ptr").to_ascii_lowercase().as_str() {
        "" | "yes" | "true" | "all" | "1" => None,
        "no" | "false" | "none" | "0" => Some(Vec::new()),
        some => Some(list(line, some)?),
    };
    let is_static = match cell("static").to_ascii_lowercase().as_str() {
        "" | "no" | "false" | "0" => false,
        "yes" | "true" | "static" | "1" => true,
        other => return Err(BadLine::new(line, format!("static {other:?} is neither true nor false"))),
    };
    let names = match cell("names") {
        "" => Names::Both,
        text => names_at(line, text)?,
    };
    let host =
        HostEntry { name: name.to_owned(), addresses, reverse, is_static, names, alias_of, port: None };
    let switch = Some(cell("switch")).filter(|switch| !switch.is_empty());
    let home = switch.map(|switch| Home { switch: switch.to_owned(), domain: None });
    Ok(HostLine { line, host, home })
}

/// The addresses of a cell, however they are separated.
fn list(line: usize, cell: &str) -> Result<Vec<IpAddr>, BadLine> {
    let words = cell.split([' ', ',', ';', '\t', '\n', '\r']).filter(|word| !word.is_empty());
    words.map(|word| address_at(line, word)).collect()
}

/// Zones as CSV.
pub fn write(zones: &[ExportedZone]) -> String {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(HEADER);
    for zone in zones {
        for host in &zone.hosts {
            let _ = writer.write_record([
                &*as_written(&zone.hostname(host)),
                &as_written(&host.name),
                &join(&host.addresses),
                &reverse(host),
                &host.is_static.to_string(),
                host.names.as_str(),
                &as_written(&zone.switch),
                host.alias_of.as_deref().unwrap_or_default(),
            ]);
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Whether a spreadsheet takes a cell for a formula (OWASP, "CSV Injection"), with or without apostrophes before it.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell with an apostrophe before what a spreadsheet would execute.
fn as_written(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { Cow::Owned(["'", cell].concat()) } else { Cow::Borrowed(cell) }
}

/// A cell without the apostrophe of [`as_written`].
fn as_read(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

fn reverse(host: &HostEntry) -> String {
    match host.reverse() {
        all if all == host.addresses => "yes".to_owned(),
        [] => "no".to_owned(),
        some => join(some),
    }
}

fn join(addresses: &[IpAddr]) -> String {
    addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_name_and_bad_rows_by_line() {
        let parsed = parse(
            "Rack;IP Address;Host;Static\n1;10.0.0.1 fd00::1;web;yes\n\n2;;db;\n3;10.0.0.3;;\n4;10.0.0.4;\"a\nb\";no;x\n5;10.0.0.5;app;perhaps\n6;10.0.0.6;last;0\n",
        );
        let names: Vec<_> = parsed.hosts.iter().map(|host| (host.line, host.host.name.as_str())).collect();
        assert_eq!(names, [(2, "web"), (9, "last")]);
        assert!(parsed.hosts[0].host.is_static && parsed.hosts[0].host.addresses.len() == 2);
        assert_eq!(parsed.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [4, 5, 6, 8]);
        assert_eq!(parsed.notes.len(), 1);
        assert_eq!(parse("web,10.0.0.1\n").bad.len(), 1);
    }

    #[test]
    fn a_spreadsheet_executes_no_cell_and_an_import_reads_it_back() {
        for name in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "'=1", "'web", "web"]
        {
            let host = HostEntry {
                name: name.to_owned(),
                addresses: vec![IpAddr::from([10, 0, 0, 1])],
                ..HostEntry::default()
            };
            let zone = ExportedZone { switch: name.to_owned(), hosts: vec![host], ..ExportedZone::default() };
            let text = write(&[zone]);
            let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
            for cell in &reader.records().next().unwrap().unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            }
            let parsed = parse(&text);
            assert_eq!(parsed.hosts[0].host.name, name, "{text}");
            assert!(parsed.switches.contains(name), "{text}");
        }
    }
}
