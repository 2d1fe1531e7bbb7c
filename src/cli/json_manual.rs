//! The manual page qdns-json(5): every field of every JSON document, and the columns of the plain lines.

use std::io;

use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::roff::{RELEASED, section, tidy};
use crate::error::Kind;
use crate::output::documents::{self, Document, Field};

const DESCRIPTION: &[&str] = &[
    "With -o json, a command prints one document on standard output. A failure is a document on standard error. Warnings \
     are in the document, not on standard error. Text that a command prints as it is (scripts, units, exported files) is \
     the same in every format.",
    "With -o plain, a command prints one item a line on standard output, its columns separated by tabs, without a header. \
     A list in a column is separated by spaces. What is not printable is escaped, such as \\n and \\u{1b}, and nothing \
     else: a column with a command can be pasted.",
    "The exit codes are the same in every format; qdns(1) lists them. Fields and columns stay as they are. A release may \
     add fields, and columns at the end of a line: a program must ignore those that it does not know. A field marked \
     optional is left out where there is nothing to say. A name is the name of an OVN row as it is stored, a switch is a \
     logical switch by name.",
];

/// The text of the page.
///
/// # Errors
/// Those of a write to memory, which does not fail in practice.
pub(super) fn page() -> io::Result<String> {
    let mut text = Vec::new();
    let mut title = Roff::new();
    title.control("TH", ["QDNS-JSON", "5", RELEASED, "", "qdns manual"]);
    title.to_writer(&mut text)?;
    let name = "qdns-json - the documents of qdns -o json and the columns of qdns -o plain";
    section("NAME", &[name]).to_writer(&mut text)?;
    section("DESCRIPTION", DESCRIPTION).to_writer(&mut text)?;
    for document in documents::all() {
        written(&document).to_writer(&mut text)?;
    }
    section(
        "EXAMPLES",
        &["The addresses of a host, the switches with a fault, and the reason of a failure:"],
    )
    .to_writer(&mut text)?;
    let mut examples = Roff::new();
    examples.control("EX", []);
    for line in [
        "qdns -o json record ls net1 | jq -r '.records[] | .fqdn + \" \" + .ip'",
        "qdns -o json doctor | jq -r '.findings[] | select(.severity == \"error\") | .switch'",
        "qdns -o json record rm net1 web 2>&1 >/dev/null | jq -r .error.kind",
        "qdns -o plain record ls | cut -f 2,3",
    ] {
        examples.text([roman(line)]);
    }
    examples.control("EE", []);
    examples.to_writer(&mut text)?;
    section("SEE ALSO", &["qdns(1), jq(1), cut(1)"]).to_writer(&mut text)?;
    Ok(tidy(&String::from_utf8_lossy(&text)))
}

/// The section of a document.
fn written(document: &Document) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [document.title]);
    roff.text([roman(if document.commands.is_empty() {
        "The document on standard error of a command that fails. The exit code is 1, 2 or 3.".to_owned()
    } else {
        format!("The answer of {}.", document.commands.join(", "))
    })]);
    for field in &document.fields {
        roff.control("TP", []);
        roff.text([bold(&field.path), roman(" ("), italic(&field.kind), roman(optional(field))]);
        roff.text([roman(&field.description)]);
        for (value, meaning) in &field.values {
            roff.control("RS", []);
            roff.control("TP", []);
            roff.text([bold(value)]);
            roff.text([roman(format!("{meaning}{}", exit_code(value)))]);
            roff.control("RE", []);
        }
    }
    if !document.plain.is_empty() {
        roff.control("PP", []);
        let mut words: Vec<Inline> = vec![roman("Columns of -o plain: ")];
        for (number, column) in document.plain.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            words.push(roman(format!("{comma}{} {column}", number + 1)));
        }
        words.push(roman("."));
        roff.text(words);
    }
    roff
}

fn optional(field: &Field) -> &'static str {
    if field.is_required { ")" } else { ", optional)" }
}

/// The exit code of a kind of failure, where a value is one.
fn exit_code(value: &str) -> String {
    let kind = Kind::ALL.iter().find(|kind| kind.name() == value);
    kind.map_or_else(String::new, |kind| format!(" Exit code {}.", kind.exit_code()))
}
