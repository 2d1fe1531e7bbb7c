//! The refusal to change a name that another row of the switch has.

use crate::error::Error;
use crate::model::snapshot::{Map, Switch};

/// The error for a name that the zone does not have and another row has; `None` where none has it.
pub(super) fn has_name(switch: &Switch, foreign: &[(String, &Map)], name: &str) -> Option<Error> {
    let key = name.trim_end_matches('.').to_ascii_lowercase();
    let (row, _) = foreign.iter().find(|(_, records)| records.contains_key(&key))?;
    Some(
        Error::not_found(format!("{name} is no host of switch {}'s zone: {row} has it", switch.name))
            .hint("qdns changes only the zone of the switch itself"),
    )
}
