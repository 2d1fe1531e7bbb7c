//! The systemd unit that `sync --print-unit` prints.

use crate::commands::Context;
use crate::commands::service::{Service, unit_word};
use crate::error::Result;

const UNIT: &str = include_str!("qdns-sync.service");
/// What the unit's file has instead of the program and the options for the connection.
const PROGRAM: &str = "/usr/bin/qdns";
const OPTIONS: &str = " --db=DB";

/// The unit for the running program and its connection.
///
/// # Errors
/// As [`Service::of`] and [`Service::check_for_systemd`].
pub fn text(context: &Context) -> Result<String> {
    let service = Service::of(context)?;
    service.check_for_systemd()?;
    let options: String = service.options.iter().map(|option| format!(" {}", unit_word(option))).collect();
    Ok(UNIT.replace(OPTIONS, &options).replace(PROGRAM, &unit_word(&service.program.to_string_lossy())))
}
