//! The systemd unit that `sync --print-unit` prints.

use crate::commands::Context;
use crate::commands::service::Service;
use crate::error::Result;

const UNIT: &str = include_str!("qdns-sync.service");

/// The unit for the running program and its connection.
///
/// # Errors
/// As [`Service::of`] and [`Service::check_for_systemd`].
pub fn text(context: &Context) -> Result<String> {
    let service = Service::of(context)?;
    service.check_for_systemd()?;
    Ok(service.unit(UNIT))
}
