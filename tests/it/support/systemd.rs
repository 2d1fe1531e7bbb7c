//! What systemd says of a unit that is not installed.

use std::path::Path;
use std::process::{Command, Stdio};

/// The highest exposure that systemd-analyze(1) may find in a unit of qdns, from 0 to 10.
const EXPOSURE_MAX: f64 = 2.0;

/// Checks how much of the machine a unit may use. A machine without systemd-analyze finds nothing.
#[track_caller]
pub fn check_exposure(unit: &Path) {
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["security", "--offline=true", "--no-pager"]).arg(unit).stdin(Stdio::null());
    let Ok(output) = analyze.env("LC_ALL", "C.UTF-8").output() else { return };
    let text = String::from_utf8_lossy(&output.stdout);
    let exposure =
        text.lines().find_map(|line| line.split_once("Overall exposure level for")?.1.split_once(": "));
    let exposure = exposure.and_then(|(_, rest)| rest.split(' ').next()?.parse::<f64>().ok());
    let exposure = exposure.unwrap_or_else(|| panic!("{output:?}"));
    assert!(exposure <= EXPOSURE_MAX, "{}: {exposure}\n{text}", unit.display());
}
