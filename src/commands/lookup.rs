//! `qdns lookup`: what guests get for a name, who answers, and why.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use uuid::Uuid;

use super::Context;
use super::southbound::SouthboundArgs;
use crate::error::Result;
use crate::model::lookup::Asker;
use crate::model::lookup::askers::{self, Group};
use crate::model::lookup::lease::Resolver;
use crate::model::lookup::question::Question;
use crate::model::reach::{NextHop, Reach};
use crate::model::responder::QueryType;
use crate::model::snapshot::Acl;
use crate::model::topology::Topology;
use crate::output::Reply;
use crate::output::lookup::{Lookup, Lookups};
use crate::ovn::sbctl::Sbctl;
use crate::ovn::trace::{TracedQuery, trace};

/// The exit code where the guest gets no answer.
const NO_ANSWER: u8 = 4;

/// The time for the traces of all guests.
const TRACING: Duration = Duration::from_secs(10);

/// Show what a guest gets for a name, and who answers.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns lookup web-server                       what each guest gets that may ask for it
  qdns lookup web-server --from net1           what the guests of net1 get
  qdns lookup web-server --from net1-db-port   as `ping web-server` on that port
  qdns lookup 10.0.0.10 --from net1-db-port    which name an address has
  qdns lookup db-server --from web.corp.lan    from the guest that has this name
  qdns lookup web-server.internal --from net1-db-port --type AAAA -o json

The answer comes first, then how the guest gets it; -v shows the rows and the steps of traces. Guests that get \
the same are shown together. ovn-trace follows \
a query to each resolver that the port leases; it needs the southbound database (--sb-db, OVN_SB_DB). What could not \
be seen is reported. The exit code is 4 if the guest gets no answer, and 0 if it gets one or a resolver is asked.")]
pub struct LookupArgs {
    /// The names, short or with their domain, or addresses
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The guest that asks: the name or UUID of its logical switch port, its name in Neutron, or a
    /// name that is registered for it; or a switch, for all of its guests. Without it, all guests of
    /// the switches that have the name
    #[arg(long, value_name = "PORT|SWITCH")]
    from: Option<String>,
    /// The type of the query; if omitted, A and AAAA for a name, PTR for an address
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
    /// The name of an address
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
        let named = self.from.as_ref().map(|word| askers::named(&topology, word)).transpose()?;
        let mut tracer = Tracer::new(self.southbound.sbctl(context), &topology);
        let mut lookups = Vec::new();
        for question in questions {
            let groups = match &named {
                Some(groups) => groups.clone(),
                None => askers::with_name(&topology, &question)?,
            };
            let of_group = |group: &Group| {
                let reaches = tracer.reaches(&group.asker);
                let lookup = group.asker.look_up(reaches, question.clone());
                Lookup::of(&topology, group, reaches, &lookup)
            };
            lookups.push(groups.iter().map(of_group).collect());
        }
        let lookups = Lookups::of(lookups, context.global.verbose > 0);
        let code = if lookups.is_answered() { 0 } else { NO_ANSWER };
        Ok(Reply::new(lookups, code))
    }
}

/// Traces the queries of ports, each once, as long as there is time.
struct Tracer<'t> {
    sb: Result<Sbctl>,
    acls: Vec<&'t Acl>,
    deadline: Instant,
    known: HashMap<Uuid, Vec<Reach>>,
}

impl<'t> Tracer<'t> {
    fn new(sb: Result<Sbctl>, topology: &Topology<'t>) -> Self {
        let acls = topology.rows.acls.iter().collect();
        Tracer { sb, acls, deadline: Instant::now() + TRACING, known: HashMap::new() }
    }

    /// How far the port's queries get: to each resolver that it leases, or to any.
    fn reaches(&mut self, asker: &Asker) -> &[Reach] {
        if !self.known.contains_key(&asker.port.uuid) {
            let reaches = self.trace_all(asker);
            self.known.insert(asker.port.uuid, reaches);
        }
        &self.known[&asker.port.uuid]
    }

    fn trace_all(&self, asker: &Asker) -> Vec<Reach> {
        let resolvers = asker.lease.iter().flat_map(|lease| &lease.resolvers);
        match &asker.lease {
            Some(_) => resolvers.map(|resolver| self.reach(asker, Some(resolver))).collect(),
            None => vec![self.reach(asker, None)],
        }
    }

    fn reach(&self, asker: &Asker, resolver: Option<&Resolver>) -> Reach {
        match self.trace(asker, resolver) {
            // Without ACLs nothing but what the rows show ends a query before the responder.
            Reach::Unknown(_) if asker.acls.is_empty() => asker.open_reach(resolver),
            reach => reach,
        }
    }

    fn trace(&self, asker: &Asker, resolver: Option<&Resolver>) -> Reach {
        if let Some(stop) = asker.stop(resolver) {
            return Reach::Stopped(stop);
        }
        if Instant::now() > self.deadline {
            return Reach::Unknown(format!("there was no time for its trace after {} s", TRACING.as_secs()));
        }
        let query = TracedQuery {
            switch: asker.network.name(),
            port: asker.port,
            server: resolver.map(|resolver| resolver.address),
            mac: resolver.and_then(|resolver| match resolver.next_hop {
                NextHop::Mac(mac) => Some(mac),
                _ => None,
            }),
            acls: &self.acls,
        };
        match &self.sb {
            Ok(sb) => trace(sb, &query).unwrap_or_else(|error| Reach::Unknown(error.message)),
            Err(error) => Reach::Unknown(error.message.clone()),
        }
    }
}
