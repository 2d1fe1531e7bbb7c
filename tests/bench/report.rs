//! The result: Markdown for the terminal, and with `QDNS_BENCH_WRITE` the files in the repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::turns::Patience;

/// The marks in README.md between which the section is kept.
const MARKS: [&str; 2] = ["<!-- the benchmark writes from here -->\n", "<!-- to here -->\n"];

/// What the parts of a report are about.
pub struct Report {
    text: String,
    /// The machine's load when it began.
    load: String,
}

impl Report {
    /// An empty report.
    pub fn begin() -> Result<Self> {
        Ok(Report { text: String::new(), load: load()? })
    }

    /// One more part of it, shown at once.
    pub fn part(&mut self, title: &str, text: &str) {
        let part = format!("## {title}\n\n{text}\n");
        println!("{part}");
        self.text += &part;
    }

    /// The whole of it, with where and how it was made.
    pub fn whole(&self, patience: Patience) -> Result<String> {
        Ok(format!(
            "# The benchmark\n\nMade by `QDNS_BENCH_WRITE=1 cargo bench --bench bench`, which writes this file, \
             [cost.svg](cost.svg) and the figures in the README.\n\n\
             | | |\n|---|---|\n| date | {} |\n| processor | {}, {} cores |\n| memory | {} |\n| kernel | {} |\n\
             | OVN | {} |\n| qdns | {} |\n| load average | {} at the beginning, {} at the end |\n\n{}",
            said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?,
            field("/proc/cpuinfo", "model name")?,
            std::thread::available_parallelism().map_or(0, usize::from),
            field("/proc/meminfo", "MemTotal")?,
            said("uname", &["-sr"])?,
            said("ovn-nbctl", &["--version"])?,
            env!("CARGO_PKG_VERSION"),
            self.load,
            load()?,
            method(patience),
        ) + "\n"
            + &self.text)
    }
}

/// How it is measured.
fn method(patience: Patience) -> String {
    format!(
        "qdns and the bare commands are run turn by turn, each turn beginning with another one; a time is the median of \
         {} turns, or of fewer (at least 5) once {} s are over. Both print into a pipe that is read to its end, as a \
         script would; ovn-nbctl prints JSON, of its formats the cheapest. The bare side is the cheapest way found to \
         read and write the same rows and columns, for an operator who has the switch's name and not the UUIDs of \
         rows; where two ways could be the cheapest, both are timed and the better one stands in the table. A ratio \
         above its target is marked.",
        patience.turns,
        patience.time.as_secs()
    )
}

/// Writes what the repository keeps; nothing, unless it is wanted.
pub fn write(results: &str, picture: &str, readme: &str) -> Result<()> {
    if std::env::var_os("QDNS_BENCH_WRITE").is_none() {
        return Ok(());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::write(root.join("tests/bench/RESULTS.md"), results)?;
    fs::write(root.join("tests/bench/cost.svg"), picture)?;
    let page = root.join("README.md");
    let old = fs::read_to_string(&page)?;
    let (before, rest) = old.split_once(MARKS[0]).context("README.md has no first mark")?;
    let (_, after) = rest.split_once(MARKS[1]).context("README.md has no second mark")?;
    fs::write(&page, [before, MARKS[0], readme, MARKS[1], after].concat())?;
    Ok(())
}

fn said(program: &str, args: &[&str]) -> Result<String> {
    let output = Command::new(program).args(args).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
}

/// The first value of a name in a file of `name: value` lines.
fn field(path: &str, name: &str) -> Result<String> {
    let text = fs::read_to_string(path)?;
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    Ok(line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default())
}

/// The load average of the last minute.
fn load() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}
