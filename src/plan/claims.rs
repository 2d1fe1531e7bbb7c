//! Which port may register a hostname: the first one that did.

use std::collections::HashSet;
use std::net::IpAddr;

use uuid::Uuid;

use crate::error::{Error, Result};
use crate::model::address::same_set;
use crate::model::host::Host;
use crate::model::port_index::PortIndex;
use crate::model::shell::CommandLine;
use crate::model::snapshot::Port;
use crate::model::topology::Network;

/// What happens to a host that a port claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The host gets these addresses, in place of other ones.
    Register(Vec<IpAddr>),
    /// The host has the port's addresses and stays as it is.
    Keep,
}

/// The ports of a switch that decide who has a hostname.
#[derive(Debug)]
pub struct Claims<'n, 'a> {
    pub network: &'n Network<'a>,
    pub index: &'n PortIndex<'a>,
    /// The ports that have another name now: what they registered is free.
    pub renamed: HashSet<Uuid>,
}

impl Claims<'_, '_> {
    /// Checks that the ports of one machine, with these addresses, may have a host.
    ///
    /// # Errors
    /// A conflict where another port has the host, or it was made by hand with other addresses.
    pub fn check(&self, known: Option<&Host>, ports: &[Uuid], addresses: &[IpAddr]) -> Result<Claim> {
        let Some(known) = known else { return Ok(Claim::Register(addresses.to_vec())) };
        let stored = known.addresses();
        if let Some(host) = &known.alias_of {
            return Err(self.is_alias(known, host));
        }
        let has_all = addresses.iter().all(|address| stored.contains(address));
        if known.is_static {
            return if has_all { Ok(Claim::Keep) } else { Err(is_static(known)) };
        }
        match known.origin {
            Some(origin) if ports.contains(&origin) => {
                Ok(Claim::Register(self.with_other_family(addresses, &stored)))
            }
            Some(origin) => match self.holder(origin) {
                Some(port) => {
                    Err(Error::conflict(format!("{} is the name of port {}", known.name, port.name)))
                }
                None => Ok(Claim::Register(addresses.to_vec())),
            },
            None if same_set(&stored, addresses) => Ok(Claim::Register(addresses.to_vec())),
            None if has_all => Ok(Claim::Keep),
            None => Err(self.made_before(known, ports)),
        }
    }

    /// The port that registered a host, where it exists and still has that name.
    fn holder(&self, origin: Uuid) -> Option<&Port> {
        self.index.port(origin).filter(|_| !self.renamed.contains(&origin))
    }

    /// The addresses of a port, and those of the other family that an operator gave the host.
    fn with_other_family(&self, addresses: &[IpAddr], stored: &[IpAddr]) -> Vec<IpAddr> {
        let is_other = |address: &&IpAddr| {
            addresses.iter().all(|own| own.is_ipv4() != address.is_ipv4())
                && self.index.holder(**address).is_none()
        };
        let mut all: Vec<IpAddr> = addresses.to_vec();
        all.extend(stored.iter().filter(is_other));
        all
    }

    fn is_alias(&self, known: &Host, host: &str) -> Error {
        let switch = &self.network.switch.name;
        let remove = CommandLine::qdns(["record", "rm"]).value(switch).value(&known.name);
        Error::conflict(format!("{} of {switch} is an alias of {host}", known.name))
            .hint(format!("{remove} lets the port register it"))
    }

    /// The conflict with a host that no port registered.
    fn made_before(&self, known: &Host, ports: &[Uuid]) -> Error {
        let switch = &self.network.switch.name;
        let has = format!("{} of {switch} has {}", known.name, known.value());
        let holders = known.addresses().into_iter().filter_map(|address| self.index.holder(address));
        let remove = CommandLine::qdns(["record", "rm"]).value(switch).value(&known.name);
        let hint = format!("{remove} lets the port register it");
        match holders.into_iter().find(|holder| !ports.contains(&holder.uuid)) {
            Some(other) => Error::conflict(format!("{has} of port {}", other.name)).hint(hint),
            None => Error::conflict(format!("{has} and was made by hand")).hint(hint),
        }
    }
}

fn is_static(known: &Host) -> Error {
    Error::conflict(format!(
        "{} is static and keeps {}, although the port has other addresses",
        known.name,
        known.value()
    ))
}
