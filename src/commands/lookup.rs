//! `qdns lookup`: what a guest on a port gets for a name, who answers, and why.

use std::net::IpAddr;

use clap::{Args, ValueEnum};

use super::Context;
use super::southbound::SouthboundArgs;
use crate::error::{Error, Result};
use crate::model::address;
use crate::model::dhcp;
use crate::model::lookup::Surroundings;
use crate::model::release::Release;
use crate::model::responder::{self, Answer as Says, QueryType};
use crate::model::snapshot::DhcpOptions;
use crate::output::Reply;
use crate::output::lookup::{AclView, GuestView, LookupView, Lookups, QueryView, RowView};
use crate::ovn::trace::{Traced, trace};

/// The first release of which every version answers queries with EDNS.
const ANSWERS_EDNS: Release = Release(24, 3);

/// Tell what a guest gets for a name, and who answers.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns lookup web-server --from net1-db-port            as `ping web-server` on that port
  qdns lookup 10.0.0.10 --from net1-db-port             who is behind an address
  qdns lookup web-server.internal --from net1-db-port --type AAAA -o json

Where ACLs concern the port, ovn-trace follows a query up to the responder; it needs the southbound \
database (--sb-db, OVN_SB_DB). What could not be seen is said.")]
pub struct LookupArgs {
    /// The names, short or with their domain, or addresses
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The logical switch port of the guest that asks: its name or its UUID
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

impl Kind {
    fn parts(self) -> (&'static str, QueryType) {
        match self {
            Kind::A => ("A", QueryType::A),
            Kind::Aaaa => ("AAAA", QueryType::Aaaa),
            Kind::Ptr => ("PTR", QueryType::Ptr),
            Kind::Any => ("ANY", QueryType::Any),
        }
    }
}

impl LookupArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        for name in &self.names {
            let bare = name.strip_suffix('.').unwrap_or(name);
            if bare.len() > 253 || bare.split('.').any(|label| !(1..=63).contains(&label.len())) {
                return Err(Error::invalid(format!(
                    "name {name:?} is refused: a label has 1 to 63 characters, a name at most 253 (RFC 1035)"
                ))
                .hint("ask for a name such as `web-server` or `web-server.internal`"));
            }
        }
        let around = Surroundings::find(context.nb.read_lookup()?, &self.from)?;
        let path = Path::find(&around, || {
            let sb = self.southbound.sbctl(context).map_err(|missing| missing.message)?;
            let (resolvers, _) = leased(&around);
            trace(&sb, &around.switch.name, &around.port, resolvers.first().copied(), &around.acls)
                .map_err(|missing| missing.message)
        });
        let lookups = self.names.iter().map(|name| look_up(&around, &path, name, self.kind)).collect();
        Ok(Reply::from(Lookups { lookups }))
    }
}

/// What is between the port and the responder.
#[derive(Debug, Default)]
struct Path {
    dropped_by: Option<AclView>,
    unseen: Vec<String>,
}

impl Path {
    fn find(around: &Surroundings, follow: impl FnOnce() -> std::result::Result<Traced, String>) -> Self {
        if around.acls.is_empty() {
            return Path::default();
        }
        match follow() {
            Ok(Traced::Passed) => Path::default(),
            Ok(Traced::Dropped { acl, step }) => {
                let row = around.snapshot.acls.iter().find(|row| Some(row.uuid) == acl);
                let dropped_by = AclView {
                    uuid: acl.map(|uuid| uuid.to_string()),
                    expression: row.map(|row| row.expression.clone()),
                    trace: step,
                };
                Path { dropped_by: Some(dropped_by), ..Path::default() }
            }
            Ok(Traced::NoSender) => Path::unseen("the port has no MAC and address to trace a query from"),
            Err(why) => Path::unseen(&why),
        }
    }

    fn unseen(why: &str) -> Self {
        let unseen = vec![format!("whether an ACL drops the query: {why}")];
        Path { unseen, ..Path::default() }
    }
}

/// The resolvers and the search domains that the port leases.
fn leased(around: &Surroundings) -> (Vec<IpAddr>, Vec<String>) {
    let (mut resolvers, mut search) = (Vec::new(), Vec::new());
    for row in leases(around) {
        let option = |key: &str| row.options.get(key).map(String::as_str);
        resolvers.extend(row.resolvers());
        let domains = option("domain_search_list").or_else(|| option("domain_name")).unwrap_or_default();
        search.extend(dhcp::parse_domains(domains).map(str::to_owned));
    }
    (resolvers, search)
}

fn leases(around: &Surroundings) -> impl Iterator<Item = &DhcpOptions> {
    let used = [around.port.dhcpv4_options, around.port.dhcpv6_options];
    around.snapshot.dhcp_options.iter().filter(move |row| used.contains(&Some(row.uuid)))
}

fn look_up(around: &Surroundings, path: &Path, name: &str, kind: Option<Kind>) -> LookupView {
    let address: Option<IpAddr> = name.parse().ok();
    let asked = address.map_or_else(|| name.to_owned(), address::reverse_name);
    let bare = asked.strip_suffix('.').unwrap_or(&asked);
    let (resolvers, search) = leased(around);
    let is_reverse = address::is_reverse_name(bare);
    let mut names = vec![bare.to_owned()];
    if !bare.contains('.') && !asked.ends_with('.') {
        names.splice(0..0, search.iter().map(|domain| format!("{bare}.{domain}")));
    }
    let kinds = match kind {
        Some(kind) => vec![kind],
        None if is_reverse => vec![Kind::Ptr],
        None => vec![Kind::A, Kind::Aaaa],
    };
    let ask = |name: &str, kind: Kind| ask(around, path, &resolvers, name, kind);
    let queries: Vec<QueryView> =
        names.iter().flat_map(|name| kinds.iter().map(|kind| ask(name, *kind)).collect::<Vec<_>>()).collect();
    let mut unseen = path.unseen.clone();
    if leases(around).next().is_none() {
        unseen.push("the guest's resolver and search domain: the port has no DHCP options".to_owned());
    }
    let guests = match is_reverse {
        true => Vec::new(),
        false => guests(&names, search.is_empty(), around.snapshot.release(), ask),
    };
    let decisive = queries.iter().find(|query| query.verdict != "passed-on").or(queries.first());
    LookupView {
        name: name.to_owned(),
        from: around.port.name.clone(),
        switch: around.switch.name.clone(),
        verdict: decisive.map_or("passed-on", |query| query.verdict),
        queries,
        resolvers: resolvers.iter().map(IpAddr::to_string).collect(),
        search,
        acl: path.dropped_by.clone(),
        guests,
        unseen,
    }
}

fn ask(around: &Surroundings, path: &Path, resolvers: &[IpAddr], name: &str, kind: Kind) -> QueryView {
    let (kind, query) = kind.parts();
    let rows = around.snapshot.dns_rows_on(&around.switch);
    let found = responder::candidates(rows, name, query);
    let is_one = found.windows(2).all(|pair| same(&pair[0].answer, &pair[1].answer));
    let (mut verdict, message) = match (&path.dropped_by, found.first()) {
        (Some(acl), _) => {
            let acl = acl.expression.as_deref().unwrap_or("that ovn-trace names");
            ("dropped", format!("dropped by the ACL {acl} before the responder"))
        }
        (None, Some(_)) if !is_one => (
            "ambiguous",
            "several rows have this key and say different things; one wins by OVN's hash order".to_owned(),
        ),
        (None, Some(found)) => match &found.answer {
            Says::Addresses(_) | Says::Name(_) => {
                ("answered", format!("{}, TTL {}, from OVN", texts(&found.answer).join(" "), responder::TTL))
            }
            Says::Malformed(value) => {
                ("malformed", format!("OVN sends an answer nobody can read: {value:?}"))
            }
            Says::Refused => {
                ("refused", "OVN refuses: the row is ovn-owned and has no such address".to_owned())
            }
            Says::Silent => ("passed-on", format!("nothing of this type in OVN; {}", onward(resolvers))),
        },
        (None, None) => ("passed-on", format!("not in OVN; {}", onward(resolvers))),
    };
    let leases_none = resolvers.is_empty() && leases(around).next().is_some();
    let mut message = message;
    if verdict == "passed-on" && leases_none {
        verdict = "nobody";
        message =
            "nobody answers: OVN has nothing, and the port's DHCP options have no dns_server".to_owned();
    }
    if verdict == "passed-on" && !resolvers.is_empty() && resolvers.iter().all(|ip| around.deaf.contains(ip))
    {
        verdict = "nobody";
        let list: Vec<String> = resolvers.iter().map(IpAddr::to_string).collect();
        message = format!("nobody answers: OVN has nothing, and nothing listens at {}", list.join(", "));
    }
    let is_answered = verdict == "answered";
    QueryView {
        name: name.to_owned(),
        kind,
        verdict,
        answers: found.first().filter(|_| is_answered).map(|found| texts(&found.answer)).unwrap_or_default(),
        ttl: is_answered.then_some(responder::TTL),
        rows: found
            .iter()
            .map(|found| RowView {
                uuid: found.row.uuid.to_string(),
                owner: found.row.owner().name(),
                value: found.value.to_owned(),
                answers: texts(&found.answer),
            })
            .collect(),
        message,
    }
}

fn texts(answer: &Says) -> Vec<String> {
    match answer {
        Says::Addresses(addresses) => addresses.iter().map(IpAddr::to_string).collect(),
        Says::Name(name) => vec![name.clone()],
        _ => Vec::new(),
    }
}

/// Whether two rows say the same, whatever the order of their addresses.
fn same(one: &Says, other: &Says) -> bool {
    let sorted = |answer| {
        let mut texts = texts(answer);
        texts.sort();
        texts
    };
    std::mem::discriminant(one) == std::mem::discriminant(other) && sorted(one) == sorted(other)
}

fn onward(resolvers: &[IpAddr]) -> String {
    match resolvers {
        [] => "passed on to whatever resolver the guest was given".to_owned(),
        _ => {
            let list: Vec<String> = resolvers.iter().map(IpAddr::to_string).collect();
            format!("passed on to where the guest sends it: {}", list.join(", "))
        }
    }
}

/// What each kind of guest ends up with: the first name for which OVN has an address decides.
fn guests(
    names: &[String],
    no_search: bool,
    release: Option<Release>,
    ask: impl Fn(&str, Kind) -> QueryView,
) -> Vec<GuestView> {
    let outcome = |client: &'static str, asks: Vec<String>| {
        let pairs: Vec<[QueryView; 2]> =
            asks.iter().map(|name| [ask(name, Kind::A), ask(name, Kind::Aaaa)]).collect();
        let is_answered = |query: &QueryView| query.verdict == "answered";
        let best = pairs.iter().find(|pair| pair.iter().any(is_answered));
        let addresses: Vec<String> =
            best.into_iter().flatten().flat_map(|query| query.answers.iter().cloned()).collect();
        let message = match best {
            None => match pairs.first() {
                Some([a, _]) => format!("{}: {}", a.name, a.message),
                None => "asks no DNS: a single label is never sent without a search domain".to_owned(),
            },
            Some(pair) => {
                let list = addresses.join(" ");
                match pair.iter().find(|query| !is_answered(query)) {
                    Some(other) if client == "musl" => format!(
                        "{list}, unless the {} query, which is {}, comes back with NXDOMAIN: then nothing",
                        other.kind, other.verdict
                    ),
                    _ => list,
                }
            }
        };
        GuestView { client, asks, addresses, message }
    };
    let is_short = names.last().is_some_and(|name| !name.contains('.'));
    let resolved_asks = match (is_short, no_search) {
        (true, true) => Vec::new(),
        (true, false) => names[..names.len() - 1].to_vec(),
        (false, _) => names.to_vec(),
    };
    let mut resolved = outcome("systemd-resolved", resolved_asks);
    if !resolved.addresses.is_empty() && release.is_none_or(|release| release < ANSWERS_EDNS) {
        let which = release.map_or_else(|| "of unknown release".to_owned(), |release| release.to_string());
        resolved.message += &format!(
            ", where OVN ({which}) answers EDNS queries: those before 24.03 may pass them on to the resolver"
        );
    }
    vec![outcome("glibc", names.to_vec()), outcome("musl", names.to_vec()), resolved]
}
