//! The benchmark compares each command with the commands of OVN's own clients that do the same. Both run in turns. `cargo bench --bench bench` prints the tables.
//!
//! With `QDNS_BENCH_WRITE=1` it also writes `tests/bench/RESULTS.md`, `tests/bench/cost.svg` and the
//! figures in `README.md`. `QDNS_BENCH_ROUNDS` is the number of turns (15); with `QDNS_BENCH_FULL=1` the
//! way by hand is followed host by host.

mod by_hand;
mod chart;
mod client;
mod doctor;
mod growth;
mod import;
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../it/support/lab/mod.rs"]
mod lab;
mod large;
mod place;
mod readme;
mod reads;
mod report;
mod start;
mod table;
mod target;
mod turns;
mod writes;

use std::path::Path;

use anyhow::Result;

use doctor::Memory;
use growth::Measured;
use import::OneByOne;
use lab::Nb;
use place::Place;
use report::Report;
use table::Row;
use target::Target;
use turns::Patience;

/// What was measured.
struct Results {
    /// On the large network: direct, and through a daemon.
    large: [Vec<Row>; 2],
    memory: Memory,
    imports: Vec<Row>,
    one_by_one: OneByOne,
    growth: Vec<Measured>,
}

fn main() -> Result<()> {
    let patience = Patience::from_env();
    let mut report = Report::begin()?;
    report.part("A start", &start::markdown()?);

    network(&mut report, patience, (1, 10, 20), false)?;
    let (large, memory) = network(&mut report, patience, (500, 200, 400), true)?;

    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net-1"]);
    let target = Target::direct(&nb);
    let imports = import::rows(&target, patience)?;
    report.part("10,000 hosts from a file, into an empty zone", &table::markdown(&imports));
    let one_by_one = import::one_by_one(&target)?;
    report.part("The same one by one", &one_by_one.markdown(&imports));

    let growth = growth::measure(patience)?;
    report.part("Cost against size", &growth::markdown(&growth));

    let results = Results { large, memory, imports, one_by_one, growth };
    let picture = chart::svg(&results.growth)?;
    report::write(&report.whole(patience)?, &picture, &readme::section(&results)?)
}

/// All pairs on a network of so many switches, with so many ports and keys each.
fn network(
    report: &mut Report,
    patience: Patience,
    (switches, ports, keys): (u32, u32, u32),
    is_judged: bool,
) -> Result<([Vec<Row>; 2], Memory)> {
    let nb = Nb::start()?;
    large::fill(&nb, switches, ports, keys)?;
    let noun = if switches == 1 { "switch" } else { "switches" };
    let size = |number: u32| table::thousands(u64::from(switches * number));
    let title = format!("{switches} {noun}, {} ports, {} keys", size(ports), size(keys));
    let switch = format!("net-{}", switches.div_ceil(2));
    let direct = Target::direct(&nb);
    let place = Place { target: &direct, switch: &switch, patience, is_judged };
    let memory = doctor::memory(&place)?;
    let mut rows = pairs(&place)?;
    rows.extend(client::rows(&place)?);
    let memory_line = if is_judged { memory.markdown() } else { String::new() };
    report.part(&title, &[table::markdown(&rows), memory_line].join("\n"));

    let daemon = nb.daemon()?;
    let socket: &Path = daemon.socket();
    let through = Target::through(&nb, socket);
    // The daemon reads its copy first.
    through.nbctl(&["ls-list"])?;
    let place = Place { target: &through, ..place };
    let through = pairs(&place)?;
    report.part(&format!("{title}, through a daemon"), &table::markdown(&through));
    Ok(([rows, through], memory))
}

/// All pairs at one place.
fn pairs(place: &Place) -> Result<Vec<Row>> {
    let mut rows = writes::rows(place)?;
    rows.extend(reads::rows(place)?);
    rows.push(doctor::row(place)?);
    Ok(rows)
}
