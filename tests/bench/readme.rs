//! The section of README.md: the picture and the most telling figures of what was measured.

use anyhow::{Context as _, Result};

use super::Results;
use super::table::{Row, thousands, time};

/// The rows that are shown, by what their names begin with.
const SHOWN: [&str; 5] = ["`record add", "`record ls SWITCH`", "`zone ls", "`prune-stale --all", "`doctor"];

/// The section, between its marks.
pub fn section(results: &Results) -> Result<String> {
    let [direct, through] = &results.large;
    let mut text = String::from(
        "![What a command costs as the network grows](tests/bench/cost.svg)\n\n\
         | 500 switches, 100,000 ports, 200,000 keys | qdns | bare ovn-nbctl | ratio | through a daemon | bare | ratio |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    for name in SHOWN {
        let (direct, through) = (row_of(direct, name)?, row_of(through, name)?);
        text += &format!("| {} | {} | {} |\n", direct.name, figures(direct), figures(through));
    }
    let import = results.imports.iter().map(|import| import.ours).max().context("an import")?;
    let ratio = results.imports.iter().map(Row::ratio).fold(0.0, f64::max);
    let (hosts, slow) = results.one_by_one.end();
    text += &format!(
        "\nAn import of 10,000 hosts takes at most {}; one bare `set` of the same keys is up to {:.2} times faster. A script \
         that sets the whole map for each host takes about {} for {} hosts, and then the map is too long for a command \
         line. `doctor` needs {:.0} MB of memory in this network. [tests/bench/RESULTS.md](tests/bench/RESULTS.md) has \
         all figures, the bare commands, the machine, and the command that measured them.\n",
        time(import),
        ratio,
        time(slow),
        thousands(u64::from(hosts)),
        results.memory.peak as f64 / 1e6,
    );
    Ok(text)
}

fn row_of<'a>(rows: &'a [Row], name: &str) -> Result<&'a Row> {
    rows.iter().find(|row| row.name.starts_with(name)).with_context(|| format!("no row {name}"))
}

fn figures(row: &Row) -> String {
    format!("{} | {} | {:.2}", time(row.ours), time(row.bare), row.ratio())
}
