//! What the programs of guests see when they ask, all at once.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::thread;

use anyhow::{Context as _, Result};

use super::rows::NAMES;
use super::world::Member;
use super::{Dice, rows};

/// A program of a guest that asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Program {
    /// With the type, and whether it uses EDNS.
    Dig(&'static str, bool),
    Glibc,
    Musl,
    Resolved,
}

#[derive(Clone, Debug)]
pub struct Question {
    pub name: String,
    pub program: Program,
}

impl Question {
    pub fn random(dice: &mut Dice) -> Self {
        let program = match dice.below(8) {
            0 => Program::Dig("ANY", false),
            1 => Program::Dig("PTR", dice.once_in(4)),
            2 => Program::Dig("AAAA", dice.once_in(4)),
            3 => Program::Dig("A", dice.once_in(4)),
            4 | 5 => Program::Glibc,
            6 => Program::Musl,
            _ => Program::Resolved,
        };
        let name = match program {
            Program::Dig(kind, _) => loop {
                let name = dice.pick(rows::KEYS).trim_end_matches('.');
                if !name.ends_with(".arpa") || ["PTR", "ANY"].contains(&kind) {
                    break name;
                }
            },
            _ => dice.pick(NAMES),
        };
        Question { name: dice.capitals(name), program }
    }
}

/// What a program saw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// dig: no reply.
    Nothing,
    /// dig: a reply that no one can read.
    Unreadable,
    /// dig: the reply's code, and what OVN answered, which its TTL tells from the answers of others.
    Reply { code: String, answers: BTreeSet<String> },
    /// A resolver library: the addresses, each once.
    Addresses(BTreeSet<String>),
}

/// A question of a guest, and what it saw.
pub type Asked = (usize, Question, Seen);

const DIG: &str = "dig +notcp +ignore +tries=1 +noall +comments +answer";

/// Asks all of it at once: each question with the index of its guest. dig gives up after so many seconds.
pub fn ask(members: &[Member], questions: &[(usize, Question)], seconds: u32) -> Result<Vec<Asked>> {
    let answers = thread::scope(|scope| {
        let asking: Vec<_> = members
            .iter()
            .enumerate()
            .map(|(index, member)| {
                let own = questions.iter().filter(move |(of, _)| *of == index).map(|(_, question)| question);
                scope.spawn(move || ask_from(member, &own.collect::<Vec<_>>(), seconds))
            })
            .collect();
        asking.into_iter().map(|thread| thread.join().expect("a thread")).collect::<Result<Vec<_>>>()
    })?;
    let mut answers: Vec<_> = answers.into_iter().map(Vec::into_iter).collect();
    let seen = |(of, question): &(usize, Question)| {
        Ok((*of, question.clone(), answers[*of].next().context("an answer")?))
    };
    questions.iter().map(seen).collect()
}

fn ask_from(member: &Member, questions: &[&Question], seconds: u32) -> Result<Vec<Seen>> {
    let musl = member.guest.musl_getaddrinfo()?.display().to_string();
    let dir = member.guest.dir().join("asked");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir(&dir)?;
    let line = |(index, question): (usize, &&Question)| {
        let name = &question.name;
        let program = match &question.program {
            Program::Dig(kind, edns) => {
                let edns = if *edns { "+edns=0" } else { "+noedns" };
                format!("{DIG} +time={seconds} {edns} {name} {kind}")
            }
            Program::Glibc => format!("getent ahosts {name}"),
            Program::Musl => format!("{musl} {name}"),
            // It gives up after 120 s.
            Program::Resolved => format!("timeout 30 {}", member.resolved.getent(name)),
        };
        format!("{index} {program}\n")
    };
    fs::write(dir.join("questions"), questions.iter().enumerate().map(line).collect::<String>())?;
    let place = dir.display();
    let script = format!("xargs -r -a {place}/questions -P 30 -L 1 sh -c '\"$@\" > {place}/$0 2>&1; true'");
    let ran = member.guest.run_for(150, &["sh", "-c", &script]);
    assert!(ran.status.success(), "{ran:?}");
    let seen = |(index, question): (usize, &&Question)| {
        let out = fs::read_to_string(dir.join(index.to_string()))?;
        Ok(match question.program {
            Program::Dig(..) => of_dig(&out),
            Program::Glibc | Program::Musl | Program::Resolved => Seen::Addresses(addresses(&out)),
        })
    };
    questions.iter().enumerate().map(seen).collect()
}

/// The addresses that a program printed, each once.
fn addresses(out: &str) -> BTreeSet<String> {
    let words = out.lines().filter_map(|line| line.split_whitespace().next());
    // The reason of a failure is no address.
    words.filter(|word| word.parse::<IpAddr>().is_ok()).map(str::to_owned).collect()
}

/// What dig saw.
pub fn of_dig(out: &str) -> Seen {
    let Some(header) = out.lines().find(|line| line.starts_with(";; ->>HEADER<<-")) else {
        if out.contains("bad packet") {
            return Seen::Unreadable;
        }
        // The error of an ACL that rejects.
        let is_lost = ["timed out", "refused", "unreachable"].iter().any(|word| out.contains(word));
        assert!(is_lost, "{out}");
        return Seen::Nothing;
    };
    let code = header.split("status: ").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or_default();
    let words = out.lines().filter(|line| !line.starts_with(';'));
    let words = words.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let words = words.filter(|words| words.len() >= 5 && words[1] == "3600");
    let answers = words.map(|words| words[4].trim_end_matches('.').replace("\\032", " ")).collect();
    Seen::Reply { code: code.to_owned(), answers }
}
