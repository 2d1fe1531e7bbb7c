//! 10,000 hosts from a file of each format into an empty zone, beside one bare `set` of the same keys,
//! and beside the way by hand, one by one.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::by_hand;
use super::table::{Row, thousands, time};
use super::target::Target;
use super::turns::{Patience, Way, medians};

/// How many hosts there are.
pub const HOSTS: u32 = 10_000;
/// What an import may cost, by one bare `set` of its keys.
const TARGET: f64 = 1.5;
/// What keys fit into one command line, in bytes: Linux grants 2 MiB (execve(2)) for them, their
/// pointers, and the environment.
const ROOM: usize = 1_800_000;

/// What an import is, in keys.
fn hosts() -> impl Iterator<Item = (String, Ipv4Addr)> {
    (0..HOSTS).map(|n| (format!("host-{n:05}"), Ipv4Addr::from(0x0a01_0001 + n)))
}

/// The arguments that set all keys, in pieces that a command line holds.
fn bare_sets() -> Vec<Vec<String>> {
    let mut sets = Vec::new();
    let mut set = Vec::new();
    let mut used = 0;
    for (name, address) in hosts() {
        let [a, b, c, d] = address.octets();
        let (fqdn, reverse) = (format!("{name}.internal"), format!("{d}.{c}.{b}.{a}.in-addr.arpa"));
        let address = address.to_string();
        for (key, value) in [(&name, &address), (&fqdn, &address), (&reverse, &fqdn)] {
            let argument = format!("records:\"{key}\"=\"{value}\"");
            used += argument.len() + 9;
            if used > ROOM {
                used = argument.len() + 9;
                sets.push(std::mem::take(&mut set));
            }
            set.push(argument);
        }
    }
    sets.push(set);
    sets
}

/// The imports, on a database with a switch `net-1`; its zone is made again each time, which is not timed.
pub fn rows(target: &Target, patience: Patience) -> Result<Vec<Row>> {
    let file = |name: &str| target.dir().join(name).display().to_string();
    let lines: String = hosts().map(|(name, address)| format!("{name},{address}\n")).collect();
    std::fs::write(file("hosts.csv"), format!("hostname,addresses\n{lines}"))?;
    zone(target)?;
    target.qdns(&["record", "import", "net-1", &file("hosts.csv")])?;
    let formats = ["hosts", "csv", "json", "zone"];
    for format in formats {
        let text = target.qdns(&["record", "export", "net-1", "--format", format])?;
        std::fs::write(file(&format!("all.{format}")), text)?;
    }
    let (sets, row) = (bare_sets(), zone(target)?);
    let mut rows = Vec::new();
    for format in formats {
        let path = file(&format!("all.{format}"));
        let import = ["record", "import", "net-1", &path];
        zone(target)?;
        let runs = target.commands_of(&import)?.len();
        let ours: Way = Box::new(|_| target.qdns(&import).map(drop));
        let bare: Way = Box::new(|_| set_all(target, &row, &sets));
        let (times, turns) = medians(patience, &mut [ours, bare], || zone(target).map(drop))?;
        let name = format!("`record import SWITCH FILE`: {format}, in {runs} runs of OVN's clients");
        let what = format!(
            "`set DNS ROW` of the same 30,000 keys, in as few runs as a command line allows: {}",
            sets.len()
        );
        rows.push(Row { name, ours: times[0], bare: times[1], target: Some(TARGET), turns, what });
    }
    Ok(rows)
}

/// An empty zone, and its row: always the same one, for its UUID comes from the switch's.
fn zone(target: &Target) -> Result<String> {
    target.qdns(&["zone", "rm", "net-1", "--yes", "--if-exists"])?;
    target.qdns(&["zone", "create", "net-1"])?;
    let row = target.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net-1"])?;
    Ok(row.trim().to_owned())
}

fn set_all(target: &Target, row: &str, sets: &[Vec<String>]) -> Result<()> {
    for set in sets {
        target.nbctl(
            &["set", "DNS", row].into_iter().chain(set.iter().map(String::as_str)).collect::<Vec<_>>(),
        )?;
    }
    Ok(())
}

/// The way by hand, as far as it goes.
pub struct OneByOne {
    /// How many hosts it added before it could add no more.
    hosts: u32,
    /// What it said then.
    end: String,
    /// What one host took at first, and at last.
    pace: [Duration; 2],
    /// What all of them took.
    whole: Duration,
    /// Whether each was measured, not only the ends.
    is_full: bool,
}

/// How many hosts are measured at either end.
const SAMPLE: u32 = 200;

/// Adds hosts one by one in the way by hand until it fails: the first ones and the last ones
/// before its end, or all with `QDNS_BENCH_FULL`.
pub fn one_by_one(target: &Target) -> Result<OneByOne> {
    let row = zone(target)?;
    let is_full = std::env::var_os("QDNS_BENCH_FULL").is_some();
    let hosts: Vec<(String, String)> = hosts().map(|(name, address)| (name, address.to_string())).collect();
    let mut took = Vec::new();
    let mut end = String::new();
    let mut next = 0;
    while let Some((name, address)) = hosts.get(next) {
        let began = Instant::now();
        if let Some(error) = by_hand::add(target, "net-1", name, address)? {
            end = error.to_string();
            break;
        }
        took.push(began.elapsed());
        next += 1;
        if !is_full && took.len() == SAMPLE as usize {
            // On to where the map is nearly too long for an argument.
            let room =
                by_hand::ARGUMENT_MAX / (by_hand::records(target, &row)?.len() / next) - SAMPLE as usize - 20;
            let between: Vec<String> = hosts[next..room]
                .iter()
                .flat_map(|(name, address)| {
                    [name.clone(), format!("{name}.internal")].map(|key| (key, address))
                })
                .map(|(key, address)| format!("records:\"{key}\"=\"{address}\""))
                .collect();
            set_all(target, &row, &[between])?;
            next = room;
        }
    }
    let mean = |times: &[Duration]| times.iter().sum::<Duration>() / times.len() as u32;
    let sample = SAMPLE as usize;
    let pace = [mean(&took[..sample]), mean(&took[took.len() - sample..])];
    let whole = if is_full { took.iter().sum() } else { (pace[0] + pace[1]) / 2 * next as u32 };
    Ok(OneByOne { hosts: next as u32, end, pace, whole, is_full })
}

impl OneByOne {
    /// How many hosts it added before it could add no more, and how long that took.
    pub fn end(&self) -> (u32, Duration) {
        (self.hosts, self.whole)
    }

    /// What it shows beside an import of all hosts in that time.
    pub fn markdown(&self, imports: &[Row]) -> String {
        let import = imports.iter().map(|row| row.ours).max().unwrap_or_default();
        let [first, last] = self.pace.map(time);
        let hosts = self.hosts;
        let how = if self.is_full {
            "each measured".to_owned()
        } else {
            format!("{SAMPLE} measured at either end, the others on a straight line between them")
        };
        let faster = |whole: Duration| whole.as_secs_f64() / import.as_secs_f64();
        let rest = self.pace[1] * HOSTS.saturating_sub(hosts);
        format!(
            "By hand, one by one (find the zone, `get` its records, `set records={{…}}` with one host \
             more): a host takes {first} in an empty zone and {last} in one of {hosts} hosts. There it ends \
             ({}): the map is one argument of a program, and Linux takes 128 KiB. Those {hosts} hosts take {} \
             ({how}); the slowest import above adds {} in {}, with reverse names. That is \
             **{:.0} times** as long for a share of the hosts: one in {:.1}. Could it go on at its last pace, {} hosts \
             would take {}: {:.0} times as long as the import.\n",
            self.end,
            time(self.whole),
            thousands(u64::from(HOSTS)),
            time(import),
            faster(self.whole),
            f64::from(HOSTS) / f64::from(hosts),
            thousands(u64::from(HOSTS)),
            time(self.whole + rest),
            faster(self.whole + rest),
        )
    }
}
