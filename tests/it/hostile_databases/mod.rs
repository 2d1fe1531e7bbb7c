//! Databases with hostile text in every column that is read: no output holds a character that a terminal obeys, no
//! value prints a line of its own, and pasted commands have exactly the words that were meant.

mod commands;
mod completing;
mod pasted;
mod requests;
mod restored;
mod rows;
mod shown;
mod watched;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context as _, Result};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use self::commands::{Place, commands};
use self::completing::check_completion;
use self::pasted::{check_pasted, pasted};
use self::requests::check_requests;
use self::restored::check_restored;
use self::rows::{southbound_transaction, texts, transaction};
use self::watched::check_watch;
use crate::support::lab::{Nb, Southbound};
use crate::support::{Run, run};

pub use self::commands::on_terminal;
pub use self::rows::{FORGED, Texts};
pub use self::shown::{harmless, without_styles};

/// How many databases were filled. OVSDB lets no row have the UUID of an earlier one.
static FILLED: AtomicU64 = AtomicU64::new(0);

fn transact(remote: &str, transaction: &Value) {
    let answer = run(Command::new("ovsdb-client").args(["transact", remote, &transaction.to_string()]));
    assert!(!answer.ok().contains("\"error\""), "{answer}");
}

/// Checks every command in every format.
pub fn check(nb: &Nb, texts: &Texts) -> Result<()> {
    check_at(&Place { nb, sb: None, client: "auto" }, texts, 1)
}

fn check_at(place: &Place, texts: &Texts, seed: u64) -> Result<()> {
    let format = if seed.is_multiple_of(3) { "wide" } else { "table" };
    let nb = place.nb;
    let switch = format!("153380f9-4e26-47b3-b1fe-{:012x}", FILLED.fetch_add(1, Ordering::Relaxed));
    transact(&nb.remote(), &transaction(texts, &switch));
    if let Some(sb) = &place.sb {
        transact(sb, &southbound_transaction(texts, &switch));
    }
    let backup = run(place.command().args(["record", "export"]));
    fs::write(nb.dir().join("backup.json"), &backup.stdout)?;
    let dump = nb.dir().join("dump.json");
    run(place.command().args(["doctor", "--dump"]).arg(&dump));
    harmless("dump", &fs::read_to_string(&dump)?, &['\n']);
    let lines = commands(nb.dir(), &texts.switch, &texts.port);
    let (tables, plains, documents) = thread::scope(|scope| {
        let plains = scope.spawn(|| place.in_format("plain", &lines));
        let documents = scope.spawn(|| place.in_format("json", &lines));
        (place.on_terminal(format, &lines), plains.join(), documents.join())
    });
    let (tables, plains) = (tables?, plains.expect("the commands run"));
    let documents = documents.expect("the commands run");
    let mut found = BTreeSet::new();
    for (((words, table), plain), json) in lines.iter().zip(&tables).zip(&plains).zip(&documents) {
        found.extend(check_one(&words.join(" "), table, plain, json)?);
    }
    check_pasted(nb, Some(&texts.switch), &Vec::from_iter(found))?;
    check_completion(place, texts)?;
    // These change the database.
    check_requests(place, texts)?;
    check_restored(place, texts)?;
    check_watch(place, texts, ["json", "table", "plain"][(seed % 3) as usize])
}

/// Checks what one command printed in three formats; returns the lines to paste.
fn check_one(what: &str, table: &Run, plain: &Run, json: &Run) -> Result<Vec<String>> {
    harmless(what, &without_styles(&table.stdout), &['\n', '\t']);
    harmless(what, &without_styles(&table.stderr), &['\n']);
    assert_eq!((table.code, plain.code), (json.code, json.code), "{what}: {table}{plain}{json}");
    assert!((0..=4).contains(&json.code), "{what}: {json}");
    for shown in [&plain.stdout, &plain.stderr, &json.stderr] {
        harmless(what, shown, &['\n', '\t']);
    }
    if what.starts_with("record export") && !json.stdout.is_empty() {
        harmless(what, &json.stdout, &['\n', '\t']);
        return Ok(Vec::new());
    }
    harmless(what, &json.stdout, &['\n']);
    if json.stdout.is_empty() {
        let error = json.stderr.lines().last().context("an error")?;
        assert!(serde_json::from_str::<Value>(error)?["error"]["message"].is_string(), "{what}: {json}");
        return Ok(Vec::new());
    }
    let document = json.json();
    let shown = table.stdout.lines().filter(|line| line.contains("\u{1b}[32mfix:")).count();
    let fixes = document["findings"].as_array().into_iter().flatten();
    let meant: usize = fixes.filter_map(|finding| finding["fix"].as_array()).map(Vec::len).sum();
    // Without -v, similar findings are one.
    assert!(shown == meant || shown < meant && !what.starts_with("-v"), "{what}: {shown}, {meant}: {table}");
    Ok(pasted(&document))
}

/// A number in an environment variable.
fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Fills a database from a seed, and checks every command on it.
fn check_seed(nb: &Nb, sb: &Southbound, seed: u64) {
    let place = Place {
        nb,
        // Traces of queries take much of the time.
        sb: seed.is_multiple_of(4).then(|| sb.remote()),
        client: if seed.is_multiple_of(2) { "auto" } else { "ovn-nbctl" },
    };
    let config = ProptestConfig {
        cases: 1,
        max_shrink_iters: 10,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let checked = TestRunner::new_with_rng(config, rng).run(&texts(), |texts| {
        check_at(&place, &texts, seed).unwrap();
        Ok(())
    });
    if let Err(failure) = checked {
        panic!("QDNS_HOSTILE_SEED={seed}: {failure}");
    }
}

/// 6 databases, or as many as QDNS_HOSTILE_DATABASES says, from seeds of which QDNS_HOSTILE_SEED is the first.
#[test]
fn any_database_is_shown_harmlessly() -> Result<()> {
    let count = asked("QDNS_HOSTILE_DATABASES").unwrap_or(6);
    let first = asked("QDNS_HOSTILE_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20);
    let nb = Nb::start()?;
    let sb = nb.southbound()?;
    (first..first + count).for_each(|seed| check_seed(&nb, &sb, seed));
    Ok(())
}
