//! Completion in the real shells, from a real database: what TAB offers, how quickly, and silence
//! where there is none.

mod lab;
mod tool;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use lab::Nb;
use tool::qdns;

/// A database with a switch that is easy to find, its hosts, and names that must never be offered.
fn net() -> Nb {
    let nb = Nb::start();
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net-$(touch /tmp/no)", "--", "ls-add", "dmz"]);
    nb.nbctl(&["lsp-add", "net1", "vm-port-1", "--", "lsp-add", "net1", "vm-port-2"]);
    for (host, address) in [("db-server", "10.0.0.11"), ("db-copy", "10.0.0.12"), ("web", "10.0.0.10")] {
        qdns(&nb.remote(), &["record", "add", "net1", host, address]).ok();
    }
    nb
}

fn script(shell: &str) -> PathBuf {
    let name = match shell {
        "bash" => "qdns.bash",
        "zsh" => "_qdns",
        _ => "qdns.fish",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(name)
}

/// A shell that finds this qdns, and a database.
fn shell(name: &str, db: &str) -> Command {
    let mut command = Command::new(name);
    let own = Path::new(env!("CARGO_BIN_EXE_qdns")).parent().unwrap().display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap());
    command.env("PATH", path).env("OVN_NB_DB", db).env_remove("OVN_NB_DAEMON").stdin(Stdio::null());
    command
}

/// What bash offers for the last word.
fn bash(db: &str, words: &[&str]) -> (Vec<String>, Output) {
    let body = r#"source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9
        _clap_complete_qdns qdns "${@: -1}" x; printf '%s\n' "${COMPREPLY[@]}""#;
    let mut command = shell("bash", db);
    let command = command.args(["--norc", "-c", body, "bash"]).arg(script("bash")).args(words);
    lines(command.output().unwrap())
}

/// What fish offers for the end of a line.
fn fish(db: &str, line: &str) -> (Vec<String>, Output) {
    let mut command = shell("fish", db);
    let command = command.args(["--no-config", "-c", "source $argv[1]; complete -C $argv[2]"]);
    lines(command.arg(script("fish")).arg(line).output().unwrap())
}

/// What a line becomes in zsh when TAB is pressed at its end; `how` loads the script.
fn zsh(nb: &Nb, db: &str, how: &str, line: &str) -> String {
    let out = nb.dir().join("buffer");
    let _ = std::fs::remove_file(&out);
    let driver = format!(
        r#"zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z 'PS1=; {how}'
        zpty -w z 'show() {{ print -r -- "$BUFFER" > {out}.new; mv {out}.new {out} }}; zle -N show; bindkey "^X" show'
        zpty -n -w z $'{line}\t\x18'
        repeat 300 {{ [[ -e {out} ]] && break; zpty -r -t z chunk; sleep 0.02 }}
        zpty -d z"#,
        out = out.display(),
    );
    shell("zsh", db).args(["-f", "-c", &driver]).output().unwrap();
    std::fs::read_to_string(&out).unwrap_or_default().trim_end().to_owned()
}

fn lines(output: Output) -> (Vec<String>, Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    (text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(), output)
}

const SOURCED: &str = "autoload -U compinit; compinit -u -D; source SCRIPT";
const IN_FPATH: &str = "fpath=(FOLDER $fpath); autoload -U compinit; compinit -u -D";

fn loading(how: &str) -> String {
    let script = script("zsh");
    how.replace("SCRIPT", &script.display().to_string())
        .replace("FOLDER", &script.parent().unwrap().display().to_string())
}

#[test]
fn bash_completes_switches_hosts_and_codes() {
    let nb = net();
    let offered = |words: &[&str]| bash(&nb.remote(), words).0;
    assert_eq!(offered(&["qdns", "record", "rm", "net"]), ["net1"]);
    assert_eq!(offered(&["qdns", "record", "rm", "net1", "db"]), ["db-copy", "db-server"]);
    assert_eq!(offered(&["qdns", "record", "rm", "net1", "web", "db-s"]), ["db-server"]);
    assert_eq!(offered(&["qdns", "-v", "record", "rm", "net1", "w"]), ["web"]);
    assert_eq!(offered(&["qdns", "record", "imp"]), ["import"]);
    assert_eq!(offered(&["qdns", "doctor", "--explain", "value-tr"]), ["value-truncated"]);
    let elsewhere = format!("--db={}", nb.remote());
    let (names, _) = bash("unix:/nowhere", &["qdns", &elsewhere, "zone", "show", "d"]);
    assert_eq!(names, ["dmz"]);
}

#[test]
fn fish_completes_switches_and_hosts() {
    let nb = net();
    assert_eq!(fish(&nb.remote(), "qdns record rm net").0, ["net1"]);
    assert_eq!(fish(&nb.remote(), "qdns record rm net1 db").0, ["db-copy", "db-server"]);
}

#[test]
fn zsh_completes_switches_and_hosts_however_the_script_is_loaded() {
    let nb = net();
    for how in [loading(SOURCED), loading(IN_FPATH)] {
        assert_eq!(zsh(&nb, &nb.remote(), &how, "qdns record rm net"), "qdns record rm net1", "{how}");
        assert_eq!(zsh(&nb, &nb.remote(), &how, "qdns record rm net1 w"), "qdns record rm net1 web", "{how}");
    }
}

#[test]
fn without_a_database_there_is_silence() {
    let nb = net();
    let nowhere = "unix:/nonexistent/nb.sock";
    for words in [&["qdns", "record", "rm", "net"][..], &["qdns", "record", "rm", "net1", "db"]] {
        let (names, output) = bash(nowhere, words);
        assert_eq!((names.len(), output.stderr.len()), (0, 0), "{output:?}");
        let (names, output) = fish(nowhere, &words.join(" "));
        assert_eq!((names.len(), output.stderr.len()), (0, 0), "{output:?}");
    }
    let line = "qdns record rm net1 db";
    assert_eq!(zsh(&nb, nowhere, &loading(SOURCED), line), line);
}

#[test]
fn a_database_that_hangs_is_waited_for_a_second_and_no_longer() {
    let nb = net();
    nb.stop();
    let started = Instant::now();
    let (names, output) = bash(&nb.remote(), &["qdns", "record", "rm", "net"]);
    nb.cont();
    assert_eq!((names.len(), output.stderr.len()), (0, 0), "{output:?}");
    assert!(started.elapsed() < Duration::from_millis(1800), "{:?}", started.elapsed());
}

#[test]
fn an_answer_takes_less_than_a_tenth_of_a_second() {
    let nb = net();
    let mut command = shell(env!("CARGO_BIN_EXE_qdns"), &nb.remote());
    command.env("QDNS_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "4");
    command.args(["--", "qdns", "record", "rm", "net1", "db"]);
    let quickest = (0..10)
        .map(|_| {
            let started = Instant::now();
            assert!(command.output().unwrap().stdout.starts_with(b"db-copy"));
            started.elapsed()
        })
        .min();
    assert!(quickest.unwrap() < Duration::from_millis(100), "{quickest:?}");
}
