//! The checks, one file for each subject.

mod access;
mod clients;
mod delivery;
mod dhcp;
mod forwarding;
mod guests;
mod names;
mod resolvers;
mod reverse;
mod values;
mod zones;

pub(super) use dhcp::types as option_types;
pub(super) use names::asked_for;
pub(super) use values::{flaw, is_truncated, put_right};

use super::Check;

/// Every check, in the order of the report.
pub fn all() -> impl Iterator<Item = &'static Check> {
    [
        access::CHECKS,
        delivery::CHECKS,
        zones::CHECKS,
        names::CHECKS,
        values::CHECKS,
        reverse::CHECKS,
        guests::CHECKS,
        dhcp::CHECKS,
        resolvers::CHECKS,
        forwarding::CHECKS,
        clients::CHECKS,
    ]
    .into_iter()
    .flatten()
}
