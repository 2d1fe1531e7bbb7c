//! Many writers while qdns, its clients and the database are killed at random moments: each transaction leaves whole
//! hosts, exit codes are true, and another program loses nothing. The database's log has every transaction.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::races::net;
use crate::support::command;
use crate::support::lab::Nb;

const WRITERS: usize = 8;
/// The time limit of each command is another one. So the comment of its transaction names the command.
const FIRST: usize = 100;

type Records = BTreeMap<String, String>;
/// A run of qdns that another thread may kill.
type Slot = Mutex<Option<Child>>;

struct Change {
    id: usize,
    host: String,
    /// `None` for a removal.
    address: Option<String>,
    /// `None` where qdns was killed.
    code: Option<i32>,
    said: String,
}

/// One transaction that changed records.
struct Transaction {
    comment: String,
    before: Records,
    after: Records,
}

/// Numbers that follow from a seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pause(&mut self, least: usize, most: usize) {
        thread::sleep(Duration::from_millis((least + self.below(most - least)) as u64));
    }
}

/// Half of the changes are of hosts that all writers change.
fn write(nb: &Nb, slot: &Slot, writer: usize, ids: std::ops::Range<usize>) -> Result<Vec<Change>> {
    let mut random = Random(writer as u64 + 1);
    let mut changes = Vec::new();
    for id in ids {
        let host = match random.below(2) {
            0 => format!("own-{writer}-{}", random.below(3)),
            _ => format!("shared-{}", random.below(4)),
        };
        let address = format!("10.9.{}.{}", id / 200, id % 200 + 1);
        let words = match random.below(5) {
            0 | 1 => vec!["add", "net1", &host, &address],
            2 | 3 => vec!["add", "net1", &host, &address, "--replace"],
            _ => vec!["rm", "net1", &host],
        };
        let adds = words[0] == "add";
        let mut qdns = command(&nb.remote());
        // Changes that ovn-nbctl makes are not conditional.
        qdns.env_remove("QDNS_CLIENT");
        qdns.args(["--timeout", &id.to_string(), "record"]).args(words);
        let child = qdns.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        *lock(slot) = Some(child);
        let mut ended = ended(slot)?;
        let mut said = String::new();
        ended.stderr.take().context("a pipe")?.read_to_string(&mut said)?;
        let code = ended.wait()?.code();
        changes.push(Change { id, host, address: adds.then_some(address), code, said });
    }
    Ok(changes)
}

fn lock(slot: &Slot) -> std::sync::MutexGuard<'_, Option<Child>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a run. Until it has ended, its process id stays its own.
fn ended(slot: &Slot) -> Result<Child> {
    loop {
        if let Some(child) = lock(slot).take_if(|child| !matches!(child.try_wait(), Ok(None))) {
            return Ok(child);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Kills until all writers are done. The database comes back each time.
fn kill_some(nb: &Nb, slots: &[Slot], is_over: &AtomicBool) -> Result<()> {
    let mut random = Random(4711);
    while !is_over.load(Ordering::Relaxed) {
        random.pause(10, 60);
        let mut slot = lock(&slots[random.below(WRITERS)]);
        match (random.below(16), slot.as_mut()) {
            (0, _) => {
                drop(slot);
                nb.kill();
                random.pause(20, 120);
                nb.restart()?;
            }
            (_, None) => {}
            (1..=7, Some(child)) => child.kill()?,
            (_, Some(child)) => kill_clients(child.id())?,
        }
    }
    Ok(())
}

/// Kills what a run of qdns has started.
fn kill_clients(qdns: u32) -> Result<()> {
    let Ok(threads) = fs::read_dir(format!("/proc/{qdns}/task")) else { return Ok(()) };
    for thread in threads.flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        // One that has ended is no error.
        Command::new("kill").arg("-KILL").args(children.split_whitespace()).stderr(Stdio::null()).status()?;
    }
    Ok(())
}

/// Another program adds and removes records of its own. Returns those that it must still have, and those that it must not.
fn write_foreign(nb: &Nb, zone: &str, is_over: &AtomicBool) -> (Vec<String>, Vec<String>) {
    let (mut kept, mut removed) = (Vec::new(), Vec::new());
    for number in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let key = format!("foreign-{number}.example");
        let set = ["--timeout=5", "set", "DNS", zone, &format!("records:{key}=192.0.2.1")];
        if nb.try_nbctl(&set).status.success() {
            if number % 3 > 0 {
                kept.push(key);
            } else if nb.try_nbctl(&["--timeout=5", "remove", "DNS", zone, "records", &key]).status.success()
            {
                removed.push(key);
            }
        }
        thread::sleep(Duration::from_millis(30));
    }
    (kept, removed)
}

/// The transactions that changed records, from the database's file (ovsdb(5), "Database File Format").
fn transactions(nb: &Nb) -> Result<Vec<Transaction>> {
    let log = fs::read_to_string(nb.dir().join("ovnnb_db.db"))?;
    let mut records = Records::new();
    let mut found = Vec::new();
    // The first is the schema.
    for line in log.lines().filter(|line| line.starts_with('{')).skip(1) {
        let transaction: Value = serde_json::from_str(line)?;
        let comment = transaction["_comment"].as_str().unwrap_or_default().to_owned();
        let before = records.clone();
        for row in transaction["DNS"].as_object().into_iter().flat_map(|rows| rows.values()) {
            let Some(pairs) = row["records"][1].as_array() else { continue };
            if transaction["_is_diff"] != true {
                records.clear();
            }
            for pair in pairs {
                let [key, value] = [&pair[0], &pair[1]].map(|text| text.as_str().unwrap_or_default());
                // A pair of a difference that the row has already is one that was removed.
                if records.get(key).is_some_and(|known| known == value) {
                    records.remove(key);
                } else {
                    records.insert(key.to_owned(), value.to_owned());
                }
            }
        }
        if records != before {
            found.push(Transaction { comment, before, after: records.clone() });
        }
    }
    Ok(found)
}

/// Each host has its short name, its FQDN and its PTR record, and each PTR record has its host.
fn check_whole(records: &Records) -> Result<()> {
    let is_foreign = |key: &str| key.starts_with("foreign-");
    for (key, value) in records.iter().filter(|(key, _)| !is_foreign(key)) {
        let (short, fqdn) = if let Some(reversed) = key.strip_suffix(".in-addr.arpa") {
            let address: Vec<&str> = reversed.rsplit('.').collect();
            let address = address.join(".");
            ensure!(records.get(value) == Some(&address), "{key} is {value}, which is not {address}");
            continue;
        } else if let Some(short) = key.strip_suffix(".internal") {
            (short.to_owned(), key.clone())
        } else {
            (key.clone(), format!("{key}.internal"))
        };
        let reversed: Vec<&str> = value.rsplit('.').collect();
        let reversed = format!("{}.in-addr.arpa", reversed.join("."));
        ensure!(records.get(&short) == Some(value), "{short} is not {value}, which {key} is");
        ensure!(records.get(&fqdn) == Some(value), "{fqdn} is not {value}, which {key} is");
        ensure!(records.get(&reversed) == Some(&fqdn), "{reversed} is not {fqdn}");
    }
    Ok(())
}

/// Whether an exit code says what was done.
fn check_truth(change: &Change, log: &[Transaction]) -> Result<()> {
    let Change { id, host, address, code, said } = change;
    let mark = format!("--timeout {id} ");
    let own: Vec<&Transaction> = log.iter().filter(|done| done.comment.contains(&mark)).collect();
    for done in &own {
        ensure!(done.after.get(host) == address.as_ref(), "{id}: it made something else of {host}");
    }
    // Of two removals at once, one finds that it is done.
    let removed_by_another = || {
        let is_removal =
            |done: &&Transaction| done.before.contains_key(host) && !done.after.contains_key(host);
        address.is_none() && log.iter().any(|done| is_removal(&done))
    };
    let is_unknown = code.is_none() || said.contains("unknown");
    let times = own.len();
    let is_true = match code {
        _ if is_unknown => times <= 1,
        Some(0) => times == 1 || times == 0 && removed_by_another(),
        _ => times == 0,
    };
    ensure!(is_true, "{id} ({host} {address:?}) was made {times} times and ended with {code:?}: {said}");
    Ok(())
}

fn storm(changes: usize) -> Result<()> {
    let nb = net()?;
    nb.qdns("zone create net1").ok();
    let zone = nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).trim().to_owned();
    let slots: Vec<Slot> = (0..WRITERS).map(|_| Mutex::default()).collect();
    let is_over = AtomicBool::new(false);
    let running = AtomicUsize::new(WRITERS);
    let each = changes.div_ceil(WRITERS);
    let (written, (kept, removed)) = thread::scope(|scope| -> Result<_> {
        let (nb, zone, slots, is_over, running) = (&nb, &zone, &slots, &is_over, &running);
        let killer = scope.spawn(move || kill_some(nb, slots, is_over));
        let foreign = scope.spawn(move || write_foreign(nb, zone, is_over));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let first = FIRST + writer * each;
                    let written = write(nb, &slots[writer], writer, first..first + each);
                    if running.fetch_sub(1, Ordering::Relaxed) == 1 {
                        is_over.store(true, Ordering::Relaxed);
                    }
                    written
                })
            })
            .collect();
        let mut written = Vec::new();
        for writer in writers {
            written.extend(writer.join().expect("a writer")?);
        }
        killer.join().expect("the killer")?;
        Ok((written, foreign.join().expect("the other program")))
    })?;
    let log = transactions(&nb)?;
    for done in &log {
        check_whole(&done.after).with_context(|| done.comment.clone())?;
    }
    written.iter().try_for_each(|change| check_truth(change, &log))?;
    let last = &log.last().context("no transaction")?.after;
    ensure!(kept.iter().all(|key| last.contains_key(key)), "a record of another program is lost");
    ensure!(!removed.iter().any(|key| last.contains_key(key)), "a record of another program is back");
    let count = |is: &dyn Fn(&Change) -> bool| written.iter().filter(|change| is(change)).count();
    let done = count(&|change| change.code == Some(0));
    let killed = count(&|change| change.code.is_none());
    let unknown = count(&|change| change.said.contains("unknown"));
    println!(
        "{} changes: {done} done, {killed} killed, {unknown} unknown; {} transactions, {} of another program",
        written.len(),
        log.len(),
        kept.len() + 2 * removed.len()
    );
    ensure!(done * 5 > changes && killed > 0 && !kept.is_empty(), "the storm was none");
    ensure!(unknown * 10 < changes, "{unknown} of {changes} are unknown");
    Ok(())
}

/// 64 changes, or as many as QDNS_STORM_CHANGES says, at most 3,000.
#[test]
fn kills_at_random_moments_break_no_host_and_no_promise() -> Result<()> {
    let changes = std::env::var("QDNS_STORM_CHANGES").ok().and_then(|count| count.parse().ok());
    storm(changes.unwrap_or(64))
}
