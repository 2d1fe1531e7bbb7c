//! The refusal to change a name that another row of the switch has.

use super::draft::OtherRow;
use crate::error::Error;
use crate::model::snapshot::Switch;

/// The error for a name that the zone does not have and another row has; `None` where none has it.
pub(super) fn has_name(switch: &Switch, others: &[OtherRow], name: &str) -> Option<Error> {
    let key = name.trim_end_matches('.').to_ascii_lowercase();
    let other = others.iter().find(|other| other.has(&key))?;
    Some(
        Error::not_found(format!(
            "{name} is no host of switch {}'s zone: {} has it",
            switch.name, other.label
        ))
        .hint("qdns changes only the zone of the switch itself"),
    )
}
