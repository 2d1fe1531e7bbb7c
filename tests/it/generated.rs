//! The files that are made from the command definitions are the ones checked in: `man/`,
//! `completions/`. `UPDATE=1 cargo test --test it generated` writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use clap_complete::Shell;

/// Compares a folder with what it should hold, or writes it.
fn check(folder: &str, wanted: &BTreeMap<String, String>) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(&folder)?;
        // Other tests read the files meanwhile.
        for entry in fs::read_dir(&folder)?.flatten() {
            if !wanted.contains_key(&*entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path())?;
            }
        }
        for (name, text) in wanted {
            fs::write(folder.join(name), text)?;
        }
    }
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path())?;
        found.insert(entry.file_name().to_string_lossy().into_owned(), text);
    }
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    let update = "UPDATE=1 cargo test --test it generated writes them again";
    assert_eq!(names(&found), names(wanted), "{update}");
    for (name, text) in wanted {
        assert!(found[name] == *text, "{name} is not what the command definitions give; {update}");
    }
    Ok(())
}

#[test]
fn manual_pages_are_up_to_date() -> Result<()> {
    check("man", &qdns::cli::manual::pages()?.into_iter().collect())
}

#[test]
fn completions_are_up_to_date() -> Result<()> {
    let scripts = [("qdns.bash", Shell::Bash), ("_qdns", Shell::Zsh), ("qdns.fish", Shell::Fish)];
    let script = |shell| qdns::cli::completion_script(shell);
    check("completions", &scripts.map(|(name, shell)| (name.to_owned(), script(shell))).into())
}

/// Runs a program that judges files; what it says is the failure.
#[track_caller]
fn judge(program: &str, args: &[&str]) {
    let output = std::process::Command::new(program)
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; tests/setup.sh installs it"));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{program}: {}", String::from_utf8_lossy(&said));
}

#[test]
fn mandoc_is_content_with_every_page() -> Result<()> {
    judge("sh", &["-c", "mandoc -Tlint -Wstyle man/*"]);
    Ok(())
}

#[test]
fn every_shell_sources_its_completions() -> Result<()> {
    judge("bash", &["--norc", "-c", "source completions/qdns.bash && complete -p qdns >/dev/null"]);
    judge("zsh", &["-f", "-c", "autoload -U compinit && compinit -u -D && source completions/_qdns"]);
    judge("fish", &["--no-config", "-c", "source completions/qdns.fish"]);
    Ok(())
}
