//! Reads what the overview of switches shows: only the columns that it needs, of all switches or of some.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::northbound::Northbound;
use super::ports::PORTS_MAX;
use super::query::{BALANCER_COLUMNS, DHCP_COLUMNS, DNS_COLUMNS, PORT, Query, SwitchRef, Test, Wanted};
use crate::error::Result;
use crate::model::balancer::balancer_uuids;
use crate::model::snapshot::{Snapshot, Switch};

const SWITCH_COLUMNS: &str = "_uuid,name,dns_records,external_ids,ports";
const PORT_COLUMNS: &str = "_uuid,type,dhcpv4_options,dhcpv6_options";
/// The columns of a port that may refer to a DHCP row.
const REFERENCES: [&str; 2] = ["dhcpv4_options", "dhcpv6_options"];

impl Northbound {
    /// Switches, DNS rows, ports with DHCP options, DHCP rows, and the load balancers that forward.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_status(&self) -> Result<Snapshot> {
        let mut query = Query::of_few_columns();
        query.table("Logical_Switch", SWITCH_COLUMNS);
        query.table("DNS", DNS_COLUMNS);
        for column in REFERENCES {
            query.select(PORT, PORT_COLUMNS, Wanted::Where(column, Test::IsNotEmpty));
        }
        query.table("DHCP_Options", DHCP_COLUMNS);
        query.table("Load_Balancer", BALANCER_COLUMNS);
        self.read(query)
    }

    /// As [`Northbound::read_status`], for some switches, each once; also for deleted ones that left their zones over.
    ///
    /// # Errors
    /// Not found or ambiguous for a switch; otherwise as [`Northbound::run`].
    pub fn read_status_of(&self, switches: &[SwitchRef]) -> Result<(Snapshot, Vec<Switch>)> {
        let mut snapshot = Snapshot::default();
        let mut found: Vec<Switch> = Vec::new();
        for switch in switches {
            let (more, switch) = self.read_even_deleted(switch)?;
            snapshot.absorb(more);
            if !found.contains(&switch) {
                found.push(switch);
            }
        }
        self.read_ports_for_status(&mut snapshot, &found)?;
        Ok((snapshot, found))
    }

    /// Adds the ports of switches with their DHCP rows and balancers. Where rows cannot be read, these are whole tables.
    fn read_ports_for_status(&self, snapshot: &mut Snapshot, switches: &[Switch]) -> Result<()> {
        let uuids: Vec<Uuid> = switches.iter().map(|switch| switch.uuid).collect();
        let mut query = Query::default();
        query.rows("Logical_Switch", "_uuid,ports", &uuids);
        let balancers: Vec<Uuid> = uuids.iter().flat_map(|switch| balancer_uuids(*switch)).collect();
        query.rows("Load_Balancer", BALANCER_COLUMNS, &balancers);
        let mut read = self.read(query)?;
        let ports: Vec<Uuid> = read.switches.iter().flat_map(|row| &row.ports).copied().collect();
        for row in std::mem::take(&mut read.switches) {
            let own = snapshot.switches.iter_mut().filter(|switch| switch.uuid == row.uuid);
            own.for_each(|switch| switch.ports.clone_from(&row.ports));
        }
        snapshot.load_balancers = read.load_balancers;
        let mut query = Query::of_few_columns();
        if self.reads_rows() && ports.len() <= PORTS_MAX {
            query.rows(PORT, PORT_COLUMNS, &ports);
        } else {
            query.table(PORT, PORT_COLUMNS);
        }
        snapshot.ports = self.read(query)?.ports;
        let own: BTreeSet<Uuid> = ports.into_iter().collect();
        snapshot.ports.retain(|port| own.contains(&port.uuid));
        let rows = snapshot.ports.iter().flat_map(|port| [port.dhcpv4_options, port.dhcpv6_options]);
        let rows: BTreeSet<Uuid> = rows.flatten().collect();
        let mut query = Query::default();
        query.rows("DHCP_Options", DHCP_COLUMNS, &Vec::from_iter(rows));
        snapshot.dhcp_options = self.read(query)?.dhcp_options;
        Ok(())
    }
}
