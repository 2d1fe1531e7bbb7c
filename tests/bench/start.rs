//! What a start of the program costs, above a start of `true`.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::target::QDNS;
use super::turns::median;

/// Batches of each program, turn by turn, and starts in each.
const BATCHES: usize = 20;
const STARTS: usize = 50;

/// Processor time of one start, user and system, in milliseconds: bash(1) tells what its children used
/// to a millisecond, of [`STARTS`] of them.
fn batch(program: &str) -> Result<f64> {
    let script =
        format!("for ((n = 0; n < {STARTS}; n++)); do '{program}' --version; done >/dev/null; times");
    let output = Command::new("bash").args(["-c", &script]).output()?;
    let said = String::from_utf8(output.stdout)?;
    let children = said.lines().nth(1).context("two lines")?;
    let mut sum = 0.0;
    for time in children.split_whitespace() {
        sum += seconds(time)?;
    }
    Ok(sum * 1000.0 / STARTS as f64)
}

/// A time as bash(1) prints it: `0m0.123s`.
fn seconds(text: &str) -> Result<f64> {
    let (minutes, seconds) = text.trim_end_matches('s').split_once('m').context("minutes and seconds")?;
    Ok(minutes.parse::<f64>()? * 60.0 + seconds.parse::<f64>()?)
}

/// Millions of instructions of a start, where valgrind(1) is there to count them.
fn instructions(program: &str) -> Option<f64> {
    let count = ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, "--version"];
    let output = Command::new("valgrind").args(count).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find_map(|line| line.split_once("Collected :"))?.1;
    Some(line.trim().parse::<f64>().ok()? / 1e6)
}

/// The table of starts.
pub fn markdown() -> Result<String> {
    let programs = [QDNS, "ovn-nbctl", "/bin/true"];
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..BATCHES {
        for (times, program) in times.iter_mut().zip(programs) {
            times.push(batch(program)?);
        }
    }
    let [qdns, nbctl, nothing] = times.map(median);
    let mut text = format!(
        "Processor time of one start, user and system, the median of {BATCHES} batches of {STARTS}, turn by turn:\n\n\
         | program | a start | above `true` | million instructions |\n|---|--:|--:|--:|\n"
    );
    for (name, program, time) in
        [("qdns", QDNS, qdns), ("ovn-nbctl", "ovn-nbctl", nbctl), ("true", "/bin/true", nothing)]
    {
        let counted = instructions(program).map_or("—".to_owned(), |millions| format!("{millions:.2}"));
        text += &format!("| `{name} --version` | {time:.2} ms | {:.2} ms | {counted} |\n", time - nothing);
    }
    Ok(text)
}
