//! `qdns lookup` agrees with dig, glibc, musl and systemd-resolved in the guests of random networks: leases and router
//! advertisements, ACLs of every form, port security, load balancers, several switches, routers and resolvers.

use std::collections::{BTreeMap, BTreeSet};
use std::env;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::lookup_agrees::{asking, list, texts};
use crate::random::{
    Asked, Dice, Drawn, GUESTS, Kind, Member, Program, Question, Seen, WILDCARD, World, ask, draw,
};
use crate::support::run;

/// The networks of seeds that once failed.
const KEPT: &[u64] = &[14, 101];
/// How many questions each guest of a network asks.
const EACH: usize = 12;
/// From so many addresses on, an answer may not fit into a packet.
const TOO_MANY: usize = 40;

/// A number that the environment sets.
pub fn number(name: &str, default: u64) -> Result<u64> {
    match env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name}={text}")),
        Err(_) => Ok(default),
    }
}

/// What lookup predicts of a question.
struct Prediction<'a> {
    member: &'a Member,
    drawn: &'a Drawn,
    lookup: &'a Value,
    ignores_edns: bool,
}

impl Prediction<'_> {
    /// The resolvers on whose way nothing ends a query that OVN passes on, and that answer it.
    fn beyond(&self) -> Vec<Kind> {
        let is_whole = |path: &&Value| path["stopped_by"].is_null() && path["stopped_beyond"].is_null();
        let servers =
            list(&self.lookup["paths"]).filter(is_whole).filter_map(|path| path["resolver"].as_str());
        let kinds = servers.map(|server| self.drawn.kind(self.member, server));
        kinds.filter(|kind| !matches!(kind, Kind::Silent | Kind::Router)).collect()
    }

    /// Whether dig saw what lookup says.
    fn dig(&self, kind: &str, edns: bool, seen: &Seen) -> bool {
        let Some(query) = list(&self.lookup["queries"]).find(|query| {
            query["type"] == kind && query["name"].as_str().is_some_and(|name| name == self.lookup["name"])
        }) else {
            return false;
        };
        let reply = |code: &str, answers| Seen::Reply { code: code.to_owned(), answers };
        let name = self.lookup["name"].as_str().unwrap_or_default().to_ascii_lowercase();
        // dig takes the first reply, whatever it says.
        let is_from_beyond = || match self.beyond().first() {
            Some(Kind::Nxdomain) if name.ends_with(".internal") => {
                *seen == reply("NXDOMAIN", BTreeSet::new())
            }
            Some(Kind::Nxdomain | Kind::Refused) => *seen == reply("REFUSED", BTreeSet::new()),
            Some(Kind::Wildcard) => matches!(seen, Seen::Reply { answers, .. } if answers.is_empty()),
            _ => *seen == Seen::Nothing,
        };
        let verdict = query["verdict"].as_str().unwrap_or_default();
        if edns && self.ignores_edns && verdict != "dropped" {
            return is_from_beyond();
        }
        match verdict {
            "ambiguous" => list(&query["rows"]).any(|row| match texts(&row["answers"]) {
                none if none.is_empty() => true,
                some if some.len() >= TOO_MANY => *seen == Seen::Nothing || *seen == reply("NOERROR", some),
                some => *seen == reply("NOERROR", some),
            }),
            "answered" => *seen == reply("NOERROR", texts(&query["answers"])),
            "refused" => *seen == reply("REFUSED", BTreeSet::new()),
            "malformed" => *seen == Seen::Unreadable,
            "dropped" | "too-long" | "none" => *seen == Seen::Nothing,
            "passed-on" if query["message"].to_string().contains("on the way to") => *seen != Seen::Nothing,
            "passed-on" => is_from_beyond(),
            _ => false,
        }
    }

    /// Whether a resolver library got what lookup says.
    fn library(&self, client: &str, found: &BTreeSet<String>) -> bool {
        if list(&self.lookup["queries"])
            .any(|query| ["ambiguous", "malformed"].contains(&query["verdict"].as_str().unwrap_or_default()))
        {
            return true;
        }
        // Whether a guest gets an answer from a backend's address was seen to differ from time to time.
        let is_unsure = |query: &Value| {
            let message = query["message"].to_string();
            message.contains("on the way to") || message.contains("answers from the backend's address")
        };
        if list(&self.lookup["queries"]).any(is_unsure) {
            return true;
        }
        let Some(guest) = list(&self.lookup["guests"]).find(|guest| guest["client"] == client) else {
            return false;
        };
        let message = guest["message"].as_str().unwrap_or_default();
        let wanted = texts(&guest["addresses"]);
        let beyond = self.beyond();
        // systemd-resolved asks over TCP at last, which no ACL on UDP ends.
        let servers = list(&self.lookup["paths"]).filter_map(|path| path["resolver"].as_str());
        let mut kinds = servers.map(|server| self.drawn.kind(self.member, server));
        let is_wildcard = beyond.contains(&Kind::Wildcard)
            || (client == "systemd-resolved" && kinds.any(|kind| kind == Kind::Wildcard));
        // What the wildcard resolver answers is not OVN's.
        let own: BTreeSet<String> =
            found.iter().filter(|address| !WILDCARD.contains(&address.as_str())).cloned().collect();
        if !is_wildcard && own != *found {
            return false;
        }
        let is_wanted = || match guest["reads"].as_u64() {
            Some(reads) => {
                let wrong = usize::from(message.contains("a wrong one"));
                own.len() == usize::try_from(reads).unwrap_or(0) + wrong
                    && own.difference(&wanted).count() == wrong
            }
            None => own == wanted,
        };
        // It is cut off after 30 s, which are not enough for several names without an answer.
        let is_silent = |query: &Value| query["verdict"] == "none";
        let may_be_late =
            || list(&self.lookup["queries"]).any(is_silent) || message.contains("s if no resolver answers");
        if client == "systemd-resolved" && own.is_empty() && may_be_late() {
            return true;
        }
        if client == "systemd-resolved" && self.ignores_edns && is_wildcard {
            // What it asks with EDNS, the resolver answers.
            return own.is_empty() || is_wanted();
        }
        // What lookup says of the resolver: each is a condition on its answer to another query.
        if client == "musl" && message.contains("nothing after REFUSED") && !is_wildcard {
            let others: BTreeSet<String> =
                list(&self.lookup["queries"]).flat_map(|query| texts(&query["answers"])).collect();
            // It may be a long answer, of which it makes a wrong address.
            return own.difference(&others).count() <= 1;
        }
        let must_fail =
            client == "musl" && message.contains("; nothing if a resolver answers") && !is_wildcard;
        let is_said = || message.contains("NXDOMAIN") || message.contains("if no resolver answers");
        // It refuses names outside of .internal.
        let is_internal = |query: &Value| {
            query["name"].as_str().is_some_and(|name| name.to_ascii_lowercase().ends_with(".internal"))
        };
        let says_nxdomain = list(&self.lookup["queries"]).all(is_internal)
            && beyond.iter().all(|kind| *kind == Kind::Nxdomain)
            && !beyond.is_empty();
        let may_fail = message.contains("is rejected") || (!says_nxdomain && is_said());
        if must_fail { own.is_empty() } else { is_wanted() || (may_fail && own.is_empty()) }
    }

    fn agrees(&self, question: &Question, seen: &Seen) -> bool {
        match (&question.program, seen) {
            (Program::Dig(kind, edns), seen) => self.dig(kind, *edns, seen),
            (program, Seen::Addresses(found)) => self.library(client(program), found),
            _ => false,
        }
    }
}

fn client(program: &Program) -> &'static str {
    match program {
        Program::Dig(..) => "dig",
        Program::Glibc => "glibc",
        Program::Musl => "musl",
        Program::Resolved => "systemd-resolved",
    }
}

/// What lookup says to each question, in their order.
fn predictions(world: &World, questions: &[(usize, Question)]) -> Result<Vec<Value>> {
    let mut all = vec![Value::Null; questions.len()];
    let kind = |question: &Question| match question.program {
        Program::Dig(kind @ ("PTR" | "ANY"), _) => Some(kind),
        _ => None,
    };
    for (member, (port, ..)) in GUESTS.iter().enumerate() {
        for wanted in [None, Some("PTR"), Some("ANY")] {
            let is_wanted =
                |index: &usize| questions[*index].0 == member && kind(&questions[*index].1) == wanted;
            let own: Vec<usize> = (0..questions.len()).filter(is_wanted).collect();
            if own.is_empty() {
                continue;
            }
            let mut lookup = asking(&world.lab);
            lookup.args(["-o", "json", "lookup", "--from", port]);
            lookup.args(wanted.iter().flat_map(|kind| ["--type", kind]));
            let run = run(lookup.args(own.iter().map(|index| &questions[*index].1.name)));
            assert!(matches!(run.code, 0 | 4), "{run}");
            let mut lookups = run.json();
            let lookups = lookups["lookups"].as_array_mut().context("lookups")?;
            assert_eq!(lookups.len(), own.len());
            for (index, lookup) in own.into_iter().zip(lookups) {
                all[index] = lookup.take();
            }
        }
    }
    Ok(all)
}

/// What is wrong with one network, in words; each question is asked again before it counts.
fn disagreements(world: &World, seed: u64, count: &mut BTreeMap<String, usize>) -> Result<Vec<String>> {
    let drawn = draw(world, seed)?;
    let mut dice = Dice::new(!seed);
    let questions =
        (0..EACH).flat_map(|_| 0..GUESTS.len()).map(|member| (member, Question::random(&mut dice)));
    // It is not known what a guest without a lease asks.
    let questions: Vec<(usize, Question)> =
        questions.filter(|(member, _)| !drawn.leases[*member].resolvers.is_empty()).collect();
    let lookups = predictions(world, &questions)?;
    let ignores_edns = world.lab.version()? < (24, 3);
    let agrees = |lookup: &Value, (member, question, seen): &Asked| {
        let prediction = Prediction { member: &world.members[*member], drawn: &drawn, lookup, ignores_edns };
        prediction.agrees(question, seen)
    };
    let mut wrong = Vec::new();
    let asked = ask(&world.members, &questions, 1)?;
    for (lookup, asked) in lookups.iter().zip(asked) {
        let leased = &drawn.leases[asked.0];
        let strings =
            |items: &Value| list(items).filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
        if (strings(&lookup["resolvers"]), strings(&lookup["search"]))
            != (leased.resolvers.clone(), leased.search.clone())
        {
            wrong.push(format!("seed {seed}: the lease is {leased:?}, lookup {lookup:#}"));
        }
        let unseen = strings(&lookup["unseen"]);
        if unseen.iter().any(|what| !what.starts_with("what the resolver answers")) {
            wrong.push(format!("seed {seed}: not seen: {unseen:?}"));
        }
        *count.entry("all".to_owned()).or_default() += 1;
        *count.entry(client(&asked.1.program).to_owned()).or_default() += 1;
        *count.entry(lookup["verdict"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        if agrees(lookup, &asked) {
            continue;
        }
        let again = ask(&world.members, &[(asked.0, asked.1.clone())], 3)?.remove(0);
        if !agrees(lookup, &again) {
            let guest = &world.members[asked.0];
            wrong
                .push(format!("seed {seed}, {guest:?}: {:?} saw {:?}\nlookup: {lookup:#}", again.1, again.2));
        }
    }
    if !wrong.is_empty() {
        wrong.push(format!("seed {seed}: the network was\n{}\n{:?}", drawn.words, drawn));
    }
    Ok(wrong)
}

#[test]
fn lookup_agrees_with_every_program_on_random_networks() -> Result<()> {
    let (questions, first) = (number("QDNS_LOOKUP_QUESTIONS", 48)?, number("QDNS_LOOKUP_SEED", 1)?);
    let world = World::start()?;
    let mut count = BTreeMap::new();
    let mut wrong = Vec::new();
    let fresh = first..first + questions.div_ceil((EACH * GUESTS.len()) as u64);
    let (mut networks, mut bad) = (0, Vec::new());
    for seed in KEPT.iter().copied().chain(fresh) {
        let of_seed = disagreements(&world, seed, &mut count)?;
        networks += 1;
        println!("seed {seed}: {} questions so far", count.get("all").copied().unwrap_or_default());
        if !of_seed.is_empty() {
            println!("{}", of_seed.join("\n"));
            bad.push((seed, of_seed.len() - 1));
        }
        wrong.extend(of_seed);
    }
    println!("seeds from {first}, {networks} networks: {count:?}");
    assert!(wrong.is_empty(), "seeds that disagree, and how many questions: {bad:?}");
    Ok(())
}
