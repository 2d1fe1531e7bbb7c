//! The tables and columns that names depend on.

use crate::ovn::ports::{PORT_COLUMNS, SWITCH_COLUMNS};
use crate::ovn::query::{DHCP_COLUMNS, DNS_COLUMNS, NAT_COLUMNS, PORT};

/// A table of the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Switch,
    Port,
    Dns,
    Dhcp,
    RouterPort,
    Balancer,
    Nat,
}

impl Table {
    pub const ALL: [Table; 7] =
        [Table::Switch, Table::Port, Table::Dns, Table::Dhcp, Table::RouterPort, Table::Balancer, Table::Nat];

    pub fn name(self) -> &'static str {
        match self {
            Table::Switch => "Logical_Switch",
            Table::Port => PORT,
            Table::Dns => "DNS",
            Table::Dhcp => "DHCP_Options",
            Table::RouterPort => "Logical_Router_Port",
            Table::Balancer => "Load_Balancer",
            Table::Nat => "NAT",
        }
    }

    /// The columns without the UUID.
    pub fn columns(self) -> &'static str {
        let all = match self {
            Table::Switch => SWITCH_COLUMNS,
            Table::Port => PORT_COLUMNS,
            Table::Dns => DNS_COLUMNS,
            Table::Dhcp => DHCP_COLUMNS,
            Table::RouterPort => "_uuid,name,networks",
            Table::Balancer => "_uuid,name,vips",
            Table::Nat => NAT_COLUMNS,
        };
        all.strip_prefix("_uuid,").unwrap_or(all)
    }
}
