//! The way by hand: find the zone, get its records, put the host in, set the whole map. The
//! map is edited as text, which is less than a program does that keeps its promise.

use std::io;
use std::process::Stdio;

use anyhow::{Result, ensure};

use super::target::Target;

/// What one argument of a program may have, in bytes (execve(2), `MAX_ARG_STRLEN`).
pub const ARGUMENT_MAX: usize = 128 * 1024;

/// A zone's map, as ovn-nbctl prints it.
pub fn records(target: &Target, row: &str) -> Result<String> {
    Ok(target.nbctl(&["get", "DNS", row, "records"])?.trim().to_owned())
}

fn find(target: &Target, switch: &str) -> Result<String> {
    let condition = format!("external_ids:switch={switch}");
    Ok(target.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &condition])?.trim().to_owned())
}

/// Adds a host: three runs. Returns the system's error when the map is too long for an argument.
pub fn add(target: &Target, switch: &str, name: &str, address: &str) -> Result<Option<io::Error>> {
    let row = find(target, switch)?;
    let records = records(target, &row)?;
    let rest = records.trim_start_matches('{');
    let comma = if rest == "}" { "" } else { ", " };
    let whole = format!("records={{\"{name}\"=\"{address}\", \"{name}.internal\"=\"{address}\"{comma}{rest}");
    let mut set = target.command("ovn-nbctl");
    match set.args(["set", "DNS", &row, &whole]).stdout(Stdio::null()).status() {
        Err(error) if error.kind() == io::ErrorKind::ArgumentListTooLong => Ok(Some(error)),
        status => {
            ensure!(status?.success(), "set DNS {row}");
            Ok(None)
        }
    }
}

/// Lists a zone: two runs.
pub fn list(target: &Target, switch: &str) -> Result<String> {
    records(target, &find(target, switch)?)
}
