//! Rows of a comparison, and the Markdown they become.

use std::time::Duration;

use super::turns::millis;

/// What keeps a command from its target: a part of the row's name, and the reason.
const REASONS: &[(&str, &str)] = &[
    (
        "`record add",
        "two runs, and a process of its own of about 2 ms; the whole column is compared with what was listed, \
         so that a lost race is told (2 to 3 ms in a daemon), and the bare `set` compares nothing",
    ),
    ("`record rm", "as `record add`"),
    (
        "`record ls SWITCH`",
        "a process of its own, and the start of another, are 2 to 3 ms, more than half of what the bare read \
         takes in all",
    ),
    ("`zone show SWITCH`", "as `record ls SWITCH`"),
    (
        "`record ls -o json`",
        "100,000 hosts are put together from 200,000 keys and printed with everything that is known of each: \
         twice the text that is read",
    ),
    (
        "`record ls`",
        "as with JSON, and a table is laid out of 100,000 rows whose columns fit the widest; -o plain does not",
    ),
    (
        "`zone ls`",
        "the hosts of 500 zones are counted, which takes all of their keys; bare, they are printed and no more",
    ),
    ("`forwarders show", "a process of its own of about 2 ms for each run"),
    (
        "`doctor`",
        "beside the read, which a daemon makes cheap, the checks themselves are 0.5 s of processor time",
    ),
    (
        "`record import",
        "each of the transactions is a process, takes at most 128 KiB as one argument, and has its keys twice: the second \
         time as the condition that they were absent",
    ),
];

/// A command of qdns, compared with the commands of OVN's own clients.
#[derive(Clone)]
pub struct Row {
    /// The command.
    pub name: String,
    /// How long qdns takes.
    pub ours: Duration,
    /// How long the bare commands take.
    pub bare: Duration,
    /// The greatest ratio that is good enough.
    pub target: Option<f64>,
    /// How many turns the medians are of.
    pub turns: usize,
    /// What is run bare.
    pub what: String,
}

impl Row {
    /// qdns's time by the bare one.
    pub fn ratio(&self) -> f64 {
        self.ours.as_secs_f64() / self.bare.as_secs_f64()
    }

    /// Whether the ratio, as it is printed, is above the target.
    pub fn is_missed(&self) -> bool {
        self.target.is_some_and(|target| self.ratio() >= target + 0.005)
    }
}

/// The rows as a table; those that miss their target are marked.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| command | qdns | bare | ratio | target | turns | what is run bare |\n\
         |---|--:|--:|--:|--:|--:|---|\n",
    );
    for row in rows {
        let target = match (row.target, row.is_missed()) {
            (None, _) => "—".to_owned(),
            (Some(target), false) => format!("{target:.1}"),
            (Some(target), true) => format!("{target:.1} **missed**"),
        };
        text += &format!(
            "| {} | {} | {} | {:.2} | {target} | {} | {} |\n",
            row.name,
            time(row.ours),
            time(row.bare),
            row.ratio(),
            row.turns,
            row.what
        );
    }
    let missed: Vec<String> = rows.iter().filter(|row| row.is_missed()).map(reason).collect();
    if !missed.is_empty() {
        text += &format!("\nMissed:\n{}\n", missed.join("\n"));
    }
    text
}

/// Why a row misses its target, where that is known.
fn reason(row: &Row) -> String {
    let known = REASONS.iter().find(|(name, _)| row.name.contains(name));
    format!("- {}: {}", row.name, known.map_or("not explained yet.", |(_, reason)| reason))
}

/// A time with three figures: `7.31 ms`, `412 ms`, `2.93 s`.
pub fn time(time: Duration) -> String {
    let millis = millis(time);
    match millis {
        ..10.0 => format!("{millis:.2} ms"),
        ..100.0 => format!("{millis:.1} ms"),
        ..1000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.2} s", millis / 1000.0),
    }
}

/// `100`, `10,000`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    match digits.len() {
        ..=3 => digits,
        length => format!("{},{}", &digits[..length - 3], &digits[length - 3..]),
    }
}
