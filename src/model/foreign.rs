//! The names that rows of other programs serve on a switch.

use std::fmt;

use super::address;
use super::marks::Owner;
use super::name::Domain;
use super::network::Network;
use super::snapshot::DnsRow;

/// The names that the rows of one program serve on a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignNames {
    pub owner: Owner,
    pub rows: usize,
    /// How many keys of the rows are names, and not reverse names. It is 0 where the records were not read.
    pub names: usize,
}

impl ForeignNames {
    /// The rows, such as `a row of neutron`.
    pub fn rows(&self) -> String {
        let rows = if self.rows == 1 { "a row".to_owned() } else { format!("{} rows", self.rows) };
        match self.owner {
            Owner::Unknown => format!("{rows} without a known mark"),
            owner => format!("{rows} of {}", owner.name()),
        }
    }
}

impl fmt::Display for ForeignNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, verb) = if self.names == 1 { ("name", "is") } else { ("names", "are") };
        write!(f, "{} {noun} {verb} served from {}", self.names, self.rows())
    }
}

/// The names that these rows serve and that are not ours, by program, in the order of the rows.
pub fn foreign_names<'r>(rows: impl IntoIterator<Item = &'r DnsRow>) -> Vec<ForeignNames> {
    let mut all: Vec<ForeignNames> = Vec::new();
    for row in rows.into_iter().filter(|row| !row.is_ours()) {
        let (owner, names) = (row.owner(), row.names().count());
        match all.iter_mut().find(|of_owner| of_owner.owner == owner) {
            Some(of_owner) => {
                of_owner.rows += 1;
                of_owner.names += names;
            }
            None => all.push(ForeignNames { owner, rows: 1, names }),
        }
    }
    all
}

/// Which programs serve how many names, in one sentence without an end; `None` where none does.
pub fn sentence(foreign: &[ForeignNames]) -> Option<String> {
    let some: Vec<String> =
        foreign.iter().filter(|of_owner| of_owner.names > 0).map(ToString::to_string).collect();
    (!some.is_empty()).then(|| some.join(", "))
}

/// That there is none of ours, and whose names are served instead.
pub fn nothing_but(none: &str, foreign: &[ForeignNames]) -> String {
    match sentence(foreign) {
        Some(sentence) => format!("{none} of qdns: {sentence}."),
        None => format!("{none}."),
    }
}

impl DnsRow {
    /// The keys that are names, and not reverse names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.records.keys().map(String::as_str).filter(|key| !address::is_reverse_name(key))
    }
}

impl Network<'_> {
    /// The names of other programs, by program, in the order of the switch's rows.
    pub fn foreign_names(&self) -> Vec<ForeignNames> {
        foreign_names(self.rows.iter().copied())
    }

    /// Whether a row of another program on the switch has this key.
    pub fn has_foreign(&self, key: &str) -> bool {
        self.rows.iter().any(|row| !row.is_ours() && row.records.contains_key(key))
    }

    /// The domain of most names that other programs serve on the switch: its guests search in it. `None` where qdns
    /// accepts no such domain.
    pub fn foreign_domain(&self) -> Option<Domain> {
        let foreign = self.rows.iter().filter(|row| !row.is_ours());
        Domain::of_most(foreign.flat_map(|row| row.names()))
            .and_then(|domain| Domain::parse(domain.as_str()).ok())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::snapshot::{DnsRow, Snapshot};
    use crate::model::topology::Topology;
    use uuid::Uuid;

    #[test]
    fn the_names_are_counted_by_program() {
        let mut rows = Snapshot::of_net1(vec![], &[("web", "10.0.0.2")], &[]);
        for (n, mark, keys) in [
            (7, "incus_switch", vec!["c1.incus"]),
            (8, "incus_switch", vec!["c2.incus", "2.0.0.10.in-addr.arpa"]),
            (9, "note", vec!["a"]),
        ] {
            let uuid = Uuid::from_u128(n);
            rows.dns.push(DnsRow {
                uuid,
                external_ids: [(mark.to_owned(), "x".to_owned())].into(),
                records: keys.into_iter().map(|key| (key.to_owned(), "x".to_owned())).collect(),
                ..DnsRow::default()
            });
            rows.switches[0].dns_records.push(uuid);
        }
        let names = Topology::of(&rows).switches[0].foreign_names();
        assert_eq!(
            names.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["2 names are served from 2 rows of incus", "1 name is served from a row without a known mark"]
        );
    }
}
