//! The commands that qdns prints to be pasted: how shells split them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use crate::support::lab::Nb;
use crate::support::{command, run};

/// The words of each line, as a shell splits it.
pub fn split(shell: &str, lines: &[String], dir: &Path) -> Result<Vec<Vec<String>>> {
    let script: String =
        lines.iter().map(|line| format!("set -- {line}\nprintf '%s\\0' $# \"$@\"\n")).collect();
    let output =
        Command::new(shell).args(["-c", &script]).env("LC_ALL", "C.UTF-8").current_dir(dir).output()?;
    assert!(output.status.success(), "{shell}: {lines:?}: {output:?}");
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_terminator('\0');
    let mut all = Vec::new();
    while let Some(count) = words.next() {
        all.push(words.by_ref().take(count.parse()?).map(str::to_owned).collect());
    }
    Ok(all)
}

/// All commands of a document that are pasted.
pub fn pasted(document: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let findings = document["findings"].as_array().into_iter().flatten();
    findings.flat_map(|finding| texts(&finding["fix"])).chain(texts(&document["undo"])).collect()
}

/// Two switches of the same name go by their UUIDs.
fn is_uuid(word: &str) -> bool {
    word.len() == 36 && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// Checks that three shells read the same words, that each qdns command is understood, and that nothing else runs.
pub fn check_pasted(nb: &Nb, switch: Option<&str>, lines: &[String]) -> Result<()> {
    let dir = nb.dir().join("shell");
    fs::create_dir_all(&dir)?;
    let words = split("bash", lines, &dir)?;
    assert_eq!(words.len(), lines.len(), "{lines:?}");
    for shell in ["dash", "zsh"] {
        assert_eq!(split(shell, lines, &dir)?, words, "{shell}: {lines:?}");
    }
    assert_eq!(fs::read_dir(&dir)?.count(), 0, "{lines:?}");
    for words in &words {
        match words[0].as_str() {
            "qdns" => {
                let args: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                // It is understood before it looks for a client.
                let mut tried = command("unix:/nonexistent");
                tried.args(["--dry-run", "--ovn-nbctl=false", "--ovsdb-client=false"]).args(&args);
                let tried = run(&mut tried);
                assert!(!tried.stderr.contains("Usage:"), "{words:?}: {tried}");
                let names_switch = matches!(args[0], "record" | "zone" | "forwarders");
                assert!(
                    !names_switch
                        || switch
                            .is_none_or(|switch| words.iter().any(|word| word == switch || is_uuid(word))),
                    "{words:?}: {switch:?}"
                );
            }
            program => assert!(["ovn-nbctl", "ovn-appctl", "sudo"].contains(&program), "{words:?}"),
        }
    }
    Ok(())
}
