//! Reads what the ports of switches say: all zones, ports and router ports in one run, because a port
//! does not tell which switch it is of.

use std::collections::BTreeMap;

use super::nbctl::Nbctl;
use super::read::{Query, SwitchRef};
use crate::error::{Error, Kind, Result};
use crate::model::plan::Plan;
use crate::model::port::Ports;
use crate::model::snapshot::{Snapshot, Switch};
use crate::model::stale::Standing;

const PORT_COLUMNS: &str = "_uuid,name,type,addresses,dynamic_addresses,port_security,options,external_ids";

/// Which switches a command is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switches {
    /// Every switch of the database.
    All,
    /// These.
    Named(Vec<SwitchRef>),
}

impl Switches {
    /// Those that were typed, or all.
    ///
    /// # Errors
    /// As [`SwitchRef::parse`].
    pub fn parse(names: &[String], all: bool) -> Result<Self> {
        match all {
            true => Ok(Switches::All),
            false => {
                Ok(Switches::Named(names.iter().map(|name| SwitchRef::parse(name)).collect::<Result<_>>()?))
            }
        }
    }
}

impl Nbctl {
    /// Everything that ports and zones say of guests, and the switches that were asked for, each once.
    ///
    /// # Errors
    /// Not found or ambiguous for a switch; otherwise as [`Nbctl::run`].
    pub fn read_guests(&self, switches: &Switches) -> Result<(Snapshot, Vec<Switch>)> {
        let mut query = ports_query();
        query.table("DNS", "_uuid,external_ids,records");
        let snapshot = self.read(query)?;
        let found = match switches {
            Switches::All => snapshot.switches.clone(),
            Switches::Named(names) => {
                let mut found: Vec<Switch> = Vec::new();
                for name in names {
                    let switch = self.only(name, &snapshot)?;
                    if !found.contains(&switch) {
                        found.push(switch);
                    }
                }
                found
            }
        };
        Ok((snapshot, found))
    }

    /// Whether the hosts that a plan removes for want of a port still want one.
    ///
    /// # Errors
    /// Lost race where a port stands behind one of them now; otherwise as [`Nbctl::run`].
    pub(super) fn check_vacant(&self, plan: &Plan) -> Result<()> {
        if plan.vacant.is_empty() {
            return Ok(());
        }
        let snapshot = self.read(ports_query())?;
        let ports = Ports::of(&snapshot);
        let mut standing: BTreeMap<_, Standing> = BTreeMap::new();
        for vacant in &plan.vacant {
            let Some(switch) = snapshot.switches.iter().find(|row| row.uuid == vacant.switch) else {
                continue;
            };
            let standing = standing
                .entry(vacant.switch)
                .or_insert_with(|| Standing::of(&ports, switch, &vacant.domain, vacant.name_from.as_deref()));
            if let Some(port) = standing.behind(&vacant.name, &vacant.addresses) {
                return Err(Error::new(
                    Kind::LostRace,
                    format!(
                        "port {} of {} stands behind {} now, so the host stays",
                        port.name, switch.name, vacant.name
                    ),
                )
                .hint("nothing of this change was kept; the same command again works on what is there now"));
            }
        }
        Ok(())
    }
}

fn ports_query() -> Query {
    let mut query = Query::default();
    query.table("Logical_Switch", "_uuid,name,dns_records,other_config,ports");
    query.table("Logical_Switch_Port", PORT_COLUMNS);
    query.table("Logical_Router_Port", "_uuid,name,networks");
    query
}
