//! `qdns lookup`: what a guest on a port gets for a name, who answers, and why.

use clap::{Args, ValueEnum};

use super::Context;
use super::southbound::SouthboundArgs;
use crate::error::Result;
use crate::model::lookup::question::Question;
use crate::model::lookup::{AclEffect, Asker};
use crate::model::responder::QueryType;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::lookup::{LookupView, Lookups};
use crate::ovn::trace::{Traced, trace};

/// Tell what a guest gets for a name, and who answers.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns lookup web-server --from net1-db-port   as `ping web-server` on that port
  qdns lookup 10.0.0.10 --from net1-db-port    which name an address has
  qdns lookup db-server --from web.corp.lan    from the guest that has this name
  qdns lookup web-server.internal --from net1-db-port --type AAAA -o json

Where ACLs concern the port, ovn-trace follows a query up to the responder; it needs the southbound \
database (--sb-db, OVN_SB_DB). What could not be seen is reported.")]
pub struct LookupArgs {
    /// The names, short or with their domain, or addresses
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The guest that asks: the name or UUID of its logical switch port, its name in Neutron, or a
    /// name that is registered for it
    #[arg(long, value_name = "PORT")]
    from: String,
    /// What is asked; without it, A and AAAA for a name, PTR for an address
    #[arg(long = "type", value_name = "TYPE", ignore_case = true)]
    kind: Option<Kind>,
    /// The southbound database.
    #[command(flatten)]
    southbound: SouthboundArgs,
}

/// The types of query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// IPv4 addresses
    #[value(name = "A")]
    A,
    /// IPv6 addresses
    #[value(name = "AAAA")]
    Aaaa,
    /// The name of a reverse name
    #[value(name = "PTR")]
    Ptr,
    /// All addresses
    #[value(name = "ANY")]
    Any,
}

impl From<Kind> for QueryType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::A => QueryType::A,
            Kind::Aaaa => QueryType::Aaaa,
            Kind::Ptr => QueryType::Ptr,
            Kind::Any => QueryType::Any,
        }
    }
}

impl LookupArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        let kind = self.kind.map(QueryType::from);
        let questions = self.names.iter().map(|name| Question::parse(name, kind));
        let questions = questions.collect::<Result<Vec<Question>>>()?;
        let rows = context.nb.read_lookup()?;
        let topology = Topology::of(&rows);
        let asker = Asker::find(&topology, &self.from)?;
        let acls = self.acl_effect(context, &asker);
        let lookups = questions.into_iter().map(|question| asker.look_up(&acls, question));
        let lookups = lookups.map(|lookup| LookupView::of(&topology, &asker, &acls, &lookup)).collect();
        Ok(Reply::from(Lookups { lookups }))
    }

    /// Traces a query, where ACLs concern the port.
    fn acl_effect<'t>(&self, context: &Context, asker: &Asker<'t>) -> AclEffect<'t> {
        if asker.acls.is_empty() {
            return AclEffect::Passed;
        }
        let acls: Vec<_> = asker.acls.iter().map(|acl| acl.uuid).collect();
        let server = asker.resolvers().first().copied();
        let traced = self
            .southbound
            .sbctl(context)
            .and_then(|sb| trace(&sb, asker.network.name(), asker.port, server, &acls));
        match traced {
            Ok(Traced::Passed) => AclEffect::Passed,
            Ok(Traced::Dropped { acl, step }) => {
                let acl = asker.acls.iter().copied().find(|row| Some(row.uuid) == acl);
                AclEffect::Dropped { acl, step }
            }
            Ok(Traced::NoSender) => {
                AclEffect::Unknown("the port has no MAC and address to trace a query from".to_owned())
            }
            Err(error) => AclEffect::Unknown(error.message),
        }
    }
}
