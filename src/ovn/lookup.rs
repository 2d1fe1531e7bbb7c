//! Reads the rows that decide about a guest's queries, in one run of ovn-nbctl(8).

use super::northbound::Northbound;
use super::query::{ACL_COLUMNS, NAT_COLUMNS, Query};
use crate::error::Result;
use crate::model::snapshot::Snapshot;

impl Northbound {
    /// Switches, ports, DNS and DHCP rows, load balancers, ACLs and the release.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_lookup(&self) -> Result<Snapshot> {
        let mut query = Query::default();
        query.networks(
            "_uuid,name,type,addresses,dynamic_addresses,port_security,enabled,options,external_ids,dhcpv4_options,dhcpv6_options",
        );
        // Every column: 23.03 has no column `options` and would refuse to name it.
        query.table("DNS", "");
        query.table("ACL", ACL_COLUMNS);
        query.table("NAT", NAT_COLUMNS);
        query.table("NB_Global", "_uuid,options");
        self.read(query)
    }
}
