//! Runs the tests of parsers on texts that are made from real ones. 256 texts each, or as many as
//! `QDNS_FUZZ_SECONDS` has time for: `QDNS_FUZZ_SECONDS=3600 cargo test --release --lib fuzz_ -- --test-threads=1`.

use std::io::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// The longest text, in bytes.
const LENGTH_MAX: usize = 1 << 16;

/// Pieces that parsers may stumble over.
const PIECES: &[&str] = &[
    "\0",
    "\u{1b}]0;x\u{7}",
    "\u{7f}",
    "\u{9b}31m",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffff}",
    "é",
    "数",
    "\r",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "<",
    ">",
    "</",
    "/>",
    "&amp;",
    "&#0;",
    "&x;",
    "<!--",
    "<![CDATA[",
    "<!DOCTYPE x [",
    ":",
    ";",
    ",",
    ".",
    "..",
    "=",
    "==",
    "#",
    "$",
    "%",
    "%00",
    "@",
    "*",
    "/",
    "|",
    "-",
    "--",
    "_",
    "+",
    "~",
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1e999",
    "-0.0",
    "255",
    "256",
    "65536",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775808",
    "10.0.0.1",
    "010.0.0.1",
    "10.0.0.1/24",
    "0.0.0.0/0",
    "fd00::1",
    "::ffff:10.0.0.1",
    "fe80::1%eth0",
    "::/0",
    "a.b",
    "xn--a",
    "internal",
    "qdns-",
    "static",
];

/// A change of a text.
#[derive(Clone, Debug)]
enum Edit {
    Remove(Index, Index),
    /// Adds a text this many times.
    Insert(Index, String, usize),
    Repeat(Index, Index, usize),
    /// Copies a part to another place.
    Copy(Index, Index, Index),
    Replace(Index, char),
    /// Ends the text with the end of another one.
    End(Index, usize, Index),
    /// Changes one value of a text that is JSON: another text, a number, or nothing.
    Value(Index, Option<String>),
}

fn edit(words: &'static [&'static str]) -> impl Strategy<Value = Edit> {
    let word = prop_oneof![
        4 => select(if words.is_empty() { PIECES } else { words }).prop_map(str::to_owned),
        4 => select(PIECES).prop_map(str::to_owned),
        1 => "(?s).{1,6}",
    ];
    let value = proptest::option::of(prop_oneof![
        select(if words.is_empty() { PIECES } else { words }).prop_map(str::to_owned),
        select(PIECES).prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
    ]);
    let times = prop_oneof![30 => Just(1_usize), 5 => 2..40_usize, 1 => Just(5_000)];
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), at()).prop_map(|(from, to)| Edit::Remove(from, to)),
        6 => (at(), word, times).prop_map(|(at, word, times)| Edit::Insert(at, word, times)),
        1 => (at(), at(), 2..200_usize).prop_map(|(from, to, times)| Edit::Repeat(from, to, times)),
        2 => (at(), at(), at()).prop_map(|(from, to, into)| Edit::Copy(from, to, into)),
        4 => (at(), any::<char>()).prop_map(|(at, c)| Edit::Replace(at, c)),
        1 => (at(), any::<usize>(), at()).prop_map(|(at, other, from)| Edit::End(at, other, from)),
        6 => (at(), value).prop_map(|(at, value)| Edit::Value(at, value)),
    ]
}

/// The position of a character.
fn place(text: &str, index: Index) -> usize {
    let mut at = index.index(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A short part of a text: what is wrong with a long one is in one place.
fn part(text: &str, from: Index, length: Index) -> std::ops::Range<usize> {
    let start = place(text, from);
    let mut end = (start + length.index(60)).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

fn edited(mut text: String, edit: Edit, samples: &[String]) -> String {
    match edit {
        Edit::Value(at, value) => text = with_value(text, at, value.as_deref()),
        Edit::Remove(from, length) => drop(text.drain(part(&text, from, length))),
        Edit::Insert(at, word, times) => text.insert_str(place(&text, at), &word.repeat(times)),
        Edit::Repeat(from, length, times) => {
            let part = part(&text, from, length);
            text.insert_str(part.end, &text[part.clone()].repeat(times));
        }
        Edit::Copy(from, length, into) => {
            let copied = text[part(&text, from, length)].to_owned();
            text.insert_str(place(&text, into), &copied);
        }
        Edit::Replace(at, c) => {
            let start = place(&text, at);
            let end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
            text.replace_range(start..end, c.encode_utf8(&mut [0; 4]));
        }
        Edit::End(at, other, from) => {
            let other = &samples[other % samples.len()];
            text.truncate(place(&text, at));
            text.push_str(&other[place(other, from)..]);
        }
    }
    let mut end = text.len().min(LENGTH_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// A text that is JSON with one value changed. Another text stays as it is.
fn with_value(text: String, at: Index, value: Option<&str>) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(&text) else { return text };
    let mut left = at.index(values(&document));
    change(&mut document, &mut left, value);
    document.to_string()
}

/// How many values a document has, itself included.
fn values(document: &Value) -> usize {
    match document {
        Value::Array(items) => items.iter().map(values).sum::<usize>() + 1,
        Value::Object(fields) => fields.values().map(values).sum::<usize>() + 1,
        _ => 1,
    }
}

/// Changes the value that `left` others precede; returns whether it did.
fn change(document: &mut Value, left: &mut usize, value: Option<&str>) -> bool {
    if *left == 0 {
        *document = match (value, &*document) {
            (None, _) => Value::Null,
            (Some(text), Value::String(_)) => text.into(),
            (Some(text), _) => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        };
        return true;
    }
    *left -= 1;
    match document {
        Value::Array(items) => items.iter_mut().any(|item| change(item, left, value)),
        Value::Object(fields) => fields.values_mut().any(|item| change(item, left, value)),
        _ => false,
    }
}

/// Samples after some edits.
fn texts(samples: Vec<String>, words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let edits = proptest::collection::vec(edit(words), 0..9);
    (select(samples.clone()), edits).prop_map(move |(text, edits)| {
        edits.into_iter().fold(text, |text, edit| edited(text, edit, &samples))
    })
}

/// Runs a test on texts that are made from `samples` and from the `words` of their language.
#[track_caller]
pub fn fuzz(samples: &[&str], words: &'static [&'static str], test: impl Fn(&str)) {
    let samples: Vec<String> = samples.iter().map(|sample| (*sample).to_owned()).collect();
    let texts = texts(samples, words);
    let asked = std::env::var("QDNS_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let limit = Duration::from_secs(asked.unwrap_or(0));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let (start, mut rounds) = (Instant::now(), 0_u64);
    while rounds == 0 || start.elapsed() < limit {
        let run = TestRunner::new(config.clone()).run(&texts, |text| {
            test(&text);
            Ok(())
        });
        if let Err(failure) = run {
            panic!("after {rounds} rounds: {failure}");
        }
        rounds += 1;
    }
    if asked.is_some() {
        let seconds = start.elapsed().as_secs();
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        let count = rounds * u64::from(config.cases);
        let _ = writeln!(std::io::stdout(), "{name}: {count} texts in {seconds} s");
    }
}
