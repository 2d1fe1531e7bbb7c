//! The way by hand: find the zone, get its records, put the host in, set the whole map. The
//! map is edited as text, which is less than a program does that keeps its promise.

use std::process::Stdio;

use super::target::Target;

/// What one argument of a program may have, in bytes (execve(2), `MAX_ARG_STRLEN`).
pub const ARGUMENT_MAX: usize = 128 * 1024;

/// A zone's map, as ovn-nbctl prints it.
pub fn records(target: &Target, row: &str) -> String {
    target.nbctl(&["get", "DNS", row, "records"]).trim().to_owned()
}

fn find(target: &Target, switch: &str) -> String {
    let condition = format!("external_ids:switch={switch}");
    target.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &condition]).trim().to_owned()
}

/// Adds a host: three runs.
///
/// # Errors
/// What the system says when the map has become too long for an argument.
pub fn add(target: &Target, switch: &str, name: &str, address: &str) -> Result<(), String> {
    let row = find(target, switch);
    let records = records(target, &row);
    let rest = records.trim_start_matches('{');
    let comma = if rest == "}" { "" } else { ", " };
    let whole = format!("records={{\"{name}\"=\"{address}\", \"{name}.internal\"=\"{address}\"{comma}{rest}");
    let mut set = target.command("ovn-nbctl");
    let status = set.args(["set", "DNS", &row, &whole]).stdout(Stdio::null()).status();
    let status = status.map_err(|error| error.to_string())?;
    assert!(status.success(), "set DNS {row}");
    Ok(())
}

/// Lists a zone: two runs.
pub fn list(target: &Target, switch: &str) -> String {
    records(target, &find(target, switch))
}
