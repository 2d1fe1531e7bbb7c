//! The systemd units that `api --print-unit` prints.

use crate::commands::Context;
use crate::commands::service::Service;
use crate::error::Result;

/// The units for the running program and its connection, each after a comment with its path, as `systemctl cat`
/// prints them.
///
/// # Errors
/// As [`Service::of`] and [`Service::check_for_systemd`].
pub fn text(context: &Context) -> Result<String> {
    let service = Service::of(context)?;
    service.check_for_systemd()?;
    let (socket, unit) = (include_str!("qdns-api.socket"), include_str!("qdns-api@.service"));
    Ok(format!("{socket}\n{}", service.unit(unit)))
}
