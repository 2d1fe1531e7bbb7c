//! Reads what an export of everything holds, and what an import of it is planned from.

use super::northbound::Northbound;
use super::query::{DNS_COLUMNS, Query};
use crate::error::Result;
use crate::model::snapshot::Snapshot;

const PORT_COLUMNS: &str = "_uuid,name,type,options,external_ids,dhcpv4_options,dhcpv6_options";

impl Northbound {
    /// All zones, and all that `forwarders set` writes, with their switches and ports.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub fn read_backup(&self) -> Result<Snapshot> {
        let mut query = Query::default();
        query.networks(PORT_COLUMNS);
        query.table("DNS", DNS_COLUMNS);
        query.table("NB_Global", "_uuid,options");
        self.read(query)
    }
}
