//! Reads the tables that decide what guests get for a name.

use super::northbound::Northbound;
use super::query::{
    ACL_COLUMNS, DHCP_COLUMNS, DNS_COLUMNS, NAT_COLUMNS, PORT, Query, ROUTER_COLUMNS, ROUTER_PORT_COLUMNS,
};
use crate::error::Result;
use crate::model::snapshot::Snapshot;

impl Northbound {
    /// All rows of the northbound database that concern names, in one run.
    ///
    /// # Errors
    /// As [`Northbound::run`]; garbage if ovn-nbctl does not print every table.
    pub fn read_everything(&self) -> Result<Snapshot> {
        let mut query = Query::default();
        query.networks(
            "_uuid,name,type,addresses,dynamic_addresses,port_security,enabled,options,external_ids,dhcpv4_options,dhcpv6_options",
        );
        query.table("DNS", DNS_COLUMNS);
        query.table("ACL", ACL_COLUMNS);
        query.table("NAT", NAT_COLUMNS);
        query.table("Address_Set", "name,addresses");
        query.table("NB_Global", "nb_cfg,sb_cfg,options");
        self.read_once(&query)
    }
}

impl Query {
    /// Adds switches and ports, and the DHCP options, routers, load balancers and ACLs that they use.
    pub(super) fn networks(&mut self, port_columns: &'static str) {
        self.table(
            "Logical_Switch",
            "_uuid,name,dns_records,other_config,external_ids,ports,load_balancer,load_balancer_group,acls",
        );
        self.table(PORT, port_columns);
        self.table("DHCP_Options", DHCP_COLUMNS);
        self.table("Logical_Router", ROUTER_COLUMNS);
        self.table("Logical_Router_Port", ROUTER_PORT_COLUMNS);
        self.table("Load_Balancer", "_uuid,name,protocol,vips,options,external_ids,health_check");
        self.table("Load_Balancer_Group", "_uuid,load_balancer");
        self.table("Port_Group", "name,ports,acls,external_ids");
    }
}
