//! What TAB offers from a hostile database, in the protocols of three shells.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::commands::Place;
use super::pasted::split;
use super::rows::Texts;
use super::shown::harmless;
use crate::support::run;

/// The separator that the script of bash asks for.
const BASH_SEPARATOR: &str = "\u{b}";

/// The command lines to complete; the last word is the one that is typed.
fn lines(texts: &Texts) -> Vec<Vec<&str>> {
    let switch = texts.switch.as_str();
    vec![
        vec!["status", ""],
        vec!["record", "rm", "--", switch, ""],
        vec!["record", "rm", "net"],
        vec!["record", "add", switch, "www", "--alias-of", ""],
        vec!["lookup", ""],
        vec!["lookup", "web", "--from", ""],
        vec!["lookup", "web", "--from=net"],
        vec!["forwarders", "set", switch, ""],
        vec!["forwarders", "set", switch, "9.9.9.9", "--via", ""],
        vec!["doctor", "--skip", "dhcp-missing="],
        vec!["record", "import", switch, ""],
    ]
}

/// Checks that each offer is one plain word for the shell that inserts it, and that its description is harmless.
pub fn check_completion(place: &Place, texts: &Texts) -> Result<()> {
    let dir = place.nb.dir().join("completing");
    fs::create_dir_all(&dir)?;
    for shell in ["bash", "zsh", "fish"] {
        let mut offered = Vec::new();
        for words in lines(texts) {
            offered.extend(offers(place, shell, &words)?);
        }
        let script = offered.iter().map(|word| format!("printf '%s\\n' {word}\n")).collect::<String>();
        let typed = run(Command::new(shell).args(["-c", &script]).current_dir(&dir).env("LC_ALL", "C.UTF-8"));
        assert_eq!(typed.ok().lines().collect::<Vec<_>>(), offered, "{shell}");
        if shell != "fish" {
            assert_eq!(
                split(shell, &offered, &dir)?,
                offered.iter().map(|word| vec![word.clone()]).collect::<Vec<_>>()
            );
        }
    }
    assert_eq!(fs::read_dir(&dir)?.count(), 0);
    Ok(())
}

/// The words that a shell inserts.
fn offers(place: &Place, shell: &str, words: &[&str]) -> Result<Vec<String>> {
    let separator = if shell == "bash" { BASH_SEPARATOR } else { "\n" };
    let mut command = place.command();
    command.env("QDNS_COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    command.env("_CLAP_IFS", separator).args(["--", "qdns"]).args(words);
    let asked = run(&mut command);
    let what = format!("{shell}: {words:?}");
    assert_eq!((asked.code, asked.stderr.as_str()), (0, ""), "{what}");
    let lines = asked.stdout.split(separator).filter(|line| !line.is_empty() && *line != "<files>");
    lines.map(|line| word(shell, line).with_context(|| what.clone())).collect()
}

/// The word of an offer, without the description that zsh and fish show.
fn word(shell: &str, line: &str) -> Result<String> {
    let (word, about) = match shell {
        "fish" => line.split_once('\t').unwrap_or((line, "")),
        // zsh has the colons of a word behind backslashes.
        "zsh" => {
            let colon = line.match_indices(':').find(|(at, _)| !line[..*at].ends_with('\\'));
            colon.map_or((line, ""), |(at, _)| (&line[..at], &line[at + 1..]))
        }
        _ => (line, ""),
    };
    harmless("a description", about, &[]);
    let word = if shell == "zsh" { word.replace("\\:", ":") } else { word.to_owned() };
    Ok(word)
}
