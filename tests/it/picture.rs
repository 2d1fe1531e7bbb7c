//! The picture of the README: a terminal with doctor on a sick network, as SVG. `UPDATE=1 cargo test --test it picture`
//! writes it again.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::support::doctor::{healthy, inside};
use crate::support::lab::{Lab, Release};
use crate::support::run;

const FILE: &str = "tests/picture/doctor.svg";
const LINE: &str = "qdns doctor net1";

/// Characters in a line of the terminal; a longer fix goes on in the next one.
const COLUMNS: usize = 100;
/// Of a character, in hundredths of a pixel, and of a line, in pixels.
const WIDTH: usize = 843;
const HEIGHT: usize = 19;
const MARGIN: usize = 16;
const BACKGROUND: &str = "#0d1117";
const TEXT: &str = "#e6edf3";

/// The colour of an SGR parameter (ECMA-48), as a dark terminal has it.
fn color(parameter: &str) -> Option<&'static str> {
    Some(match parameter {
        "31" => "#ff7b72",
        "32" => "#7ee787",
        "33" => "#e3b341",
        "36" => "#79c0ff",
        _ => return None,
    })
}

/// A character and how it is shown.
#[derive(Clone, Copy)]
struct Cell {
    character: char,
    color: &'static str,
    is_bold: bool,
}

/// What the terminal shows of a line.
fn cells(line: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let (mut shown, mut is_bold) = (TEXT, false);
    for (index, piece) in line.split("\u{1b}[").enumerate() {
        let mut text = piece;
        if index > 0
            && let Some((parameters, rest)) = piece.split_once('m')
        {
            for parameter in parameters.split(';') {
                match parameter {
                    "0" | "" => (shown, is_bold) = (TEXT, false),
                    "1" => is_bold = true,
                    parameter => shown = color(parameter).unwrap_or(shown),
                }
            }
            text = rest;
        }
        cells.extend(text.chars().map(|character| Cell { character, color: shown, is_bold }));
    }
    cells
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn svg(screen: &str) -> Result<String> {
    let lines: Vec<Vec<Cell>> = screen.lines().map(cells).collect();
    let rows: Vec<&[Cell]> = lines
        .iter()
        .flat_map(|line| if line.is_empty() { vec![&line[..]] } else { line.chunks(COLUMNS).collect() })
        .collect();
    let width = COLUMNS * WIDTH / 100 + 2 * MARGIN;
    let height = rows.len() * HEIGHT + 2 * MARGIN;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title>{LINE}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for (number, row) in rows.iter().enumerate() {
        let y = MARGIN + number * HEIGHT + 14;
        let mut column = 0;
        for run in row.chunk_by(|one, other| (one.color, one.is_bold) == (other.color, other.is_bold)) {
            let shown: String = run.iter().map(|cell| cell.character).collect();
            if !shown.trim().is_empty() {
                let x = MARGIN + column * WIDTH / 100;
                let length = run.len() * WIDTH / 100;
                let bold = if run[0].is_bold { " font-weight=\"bold\"" } else { "" };
                let (fill, shown) = (run[0].color, escaped(&shown));
                writeln!(
                    text,
                    "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" fill=\"{fill}\"{bold}>{shown}</text>"
                )?;
            }
            column += run.len();
        }
    }
    Ok(text + "</g>\n</svg>\n")
}

/// The text of a picture, without what differs from run to run, and without the number of checks.
fn comparable(svg: &str) -> String {
    let digits =
        |text: &str| text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>();
    let texts = svg.lines().filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>"));
    let all: String = texts.collect::<Vec<_>>().concat();
    digits(&all)
}

#[test]
fn the_picture_shows_what_doctor_says_of_a_sick_network() -> Result<()> {
    // The picture is of one release.
    if matches!(Release::detect()?, Release::Root(_)) {
        return Ok(());
    }
    let lab = Lab::start()?;
    let _guests = healthy(&lab)?;
    let row = |table| lab.nbctl(&["--bare", "--columns=_uuid", "list", table]);
    let (zone, dhcp) = (row("DNS"), row("DHCP_Options"));
    let (zone, dhcp) = (zone.trim(), dhcp.trim());
    lab.nbctl(&[
        "remove",
        "DNS",
        zone,
        "records",
        "db",
        "--",
        "set",
        "DNS",
        zone,
        "records:DB=\"10.0.0.12 fd00::12\"",
    ]);
    lab.nbctl(&["set", "DHCP_Options", dhcp, "options:dns_server=\"172.16.0.53,172.16.0.54\""]);
    lab.nbctl(&["lsp-add", "net1", "app", "--", "lsp-set-addresses", "app", "0a:00:00:00:00:13 10.0.0.13"]);
    lab.hv_sync();
    let mut doctor = inside(&lab, "qdns")?;
    let report =
        run(doctor.args(["doctor", "net1", "--color", "always"]).env("COLUMNS", COLUMNS.to_string()));
    let shown = report.fails(4).replace(dhcp, "1f7bd3cf-5a39-4c4e-8d4c-6f2d0b8f3a51");
    let screen = format!("\u{1b}[1moperator$\u{1b}[0m {LINE}\n{shown}");
    let picture = svg(&screen)?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &picture)?;
    }
    let is = fs::read_to_string(&file).context(FILE)?;
    let update = "UPDATE=1 cargo test --test it picture writes it again";
    assert_eq!(comparable(&is), comparable(&picture), "{update}");
    Ok(())
}
