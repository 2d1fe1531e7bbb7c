//! Files of hosts as people have them: other encodings, line ends and marks, typing errors, garbage.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{Run, qdns};

struct Net {
    nb: Nb,
}

impl Net {
    fn start() -> Result<Self> {
        let nb = Nb::start()?;
        nb.nbctl(&["ls-add", "net1"]);
        Ok(Net { nb })
    }

    fn qdns(&self, args: &[&str]) -> Run {
        qdns(&self.nb.remote(), args)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.nb.dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }
}

/// What a refusal of a file of these bytes says.
fn refused(net: &Net, name: &str, bytes: &[u8]) -> String {
    let file = net.file(name, bytes);
    let before = net.nb.dump();
    let said = net.qdns(&["record", "import", "net1", &file]).fails(2);
    assert_eq!(before, net.nb.dump(), "{name}");
    said.replace(&file, "FILE")
}

#[test]
fn a_refusal_can_be_read_whatever_the_file_holds() -> Result<()> {
    let net = Net::start()?;
    // Another encoding: every line that shows it, and how to recode it.
    let said = refused(&net, "latin.hosts", b"10.0.0.1 caf\xe9\n10.0.0.2 web\n10.0.0.3 # \xfc\n");
    assert!(said.contains("FILE:1: it is not UTF-8\nFILE:3: it is not UTF-8\n"), "{said}");
    assert!(said.contains("iconv -f ISO-8859-1"), "{said}");
    assert!(refused(&net, "utf16.csv", b"\xff\xfeh\0o\0").contains("iconv -f UTF-16"));
    assert!(refused(&net, "binary.csv", b"\x7fELF\0\xff\n\xff\n").contains("is no text"));
    // A terminal obeys nothing of it, a line stays a line, and a long one is cut.
    let said = refused(&net, "escape.csv", b"name,ip\nweb,10.0.0.300\x1b[2J\n\"a\nb\",x\n");
    assert!(!said.contains('\u{1b}') && said.contains("\\u{1b}[2J") && said.lines().count() == 3, "{said}");
    let said = refused(&net, "escape.zone", b"\x1b[2Jweb\n");
    assert!(!said.contains('\u{1b}') && said.contains("FILE:1: \\u{1b}[2jweb has no"), "{said}");
    let said = refused(&net, "long.hosts", &[b"10.0.0.1", "x".repeat(100_000).as_bytes(), b" web"].concat());
    assert!(said.len() < 1000, "{}", said.len());
    // However many lines are bad, the reasons of the first are told, and the numbers of all.
    let said = refused(&net, "garbage.hosts", "no address\n".repeat(100_000).as_bytes());
    assert!(said.contains("100000 lines of FILE") && said.contains("\nFILE:1000: "), "{said}");
    assert!(said.ends_with("\nFILE: and lines 1001-100000\n") && said.lines().count() == 1002, "{said}");
    // Each format says what to mend.
    for (name, text, told) in [
        ("few.csv", "name,ip\nweb 10.0.0.1\n", "FILE:2: \"web 10.0.0.1\" has no address (it has 1 of the"),
        ("open.csv", "name,ip\n\"web,10.0.0.1\ndb,10.0.0.2\n", "a double quote in front of it has no end"),
        ("list.json", "[\n7]", "FILE:2: it is not a host: invalid type: integer `7`, expected an object ("),
        ("include.zone", "$INCLUDE other\n", "FILE:1: $INCLUDE is not followed (import that file by itself)"),
        ("generate.zone", "$GENERATE 1-2 a$ A 10.0.0.$\n", "FILE:1: $GENERATE is not understood (named-"),
        ("six.hosts", "fe80::1%eth0 web\n", "unknown to any guest"),
        ("far.hosts", "10.0.0.1 web.prod.internal\n", "qdns zone create net1 --domain prod.internal"),
    ] {
        let said = refused(&net, name, text.as_bytes());
        assert!(said.contains(told), "{name}: {said}");
    }
    let folder = net.nb.dir().display().to_string();
    for file in ["/nonexistent", &folder] {
        let said = net.qdns(&["record", "import", "net1", file]).fails(1);
        assert!(said.contains(&format!("{file} cannot be read")) && said.contains("cause:"), "{said}");
    }
    Ok(())
}

#[test]
fn files_from_elsewhere_are_read_as_they_are() -> Result<()> {
    let net = Net::start()?;
    for (name, text) in [
        ("dos.hosts", "10.0.0.1\tWEB\r\n\r\nFD00:0:0:0:0:0:0:0001 web # both\r\n"),
        ("mark.hosts", "\u{feff}10.0.0.1 web\nfd00::1 web\n"),
        ("mark.csv", "\u{feff}Hostname;IP Address\r\nweb;10.0.0.1 fd00::1\r\n"),
        ("tabs", "name\tipv4\tipv6\nweb\t10.0.0.1\tfd00:0::1\n"),
        ("mark.json", "\u{feff}[{\"hostname\":\"web\",\"addresses\":[\"10.0.0.1\",\"FD00::1\"]}]"),
        ("dos.zone", "$ORIGIN internal.\r\n$TTL 3600\r\nweb\tIN\tA\t10.0.0.1\r\n\tAAAA fd00::0:1\r\n"),
    ] {
        let file = net.file(name, text);
        net.qdns(&["record", "import", "net1", &file]).ok();
        let plain = net.qdns(&["record", "ls", "net1", "-o", "plain"]).ok().to_owned();
        assert!(
            plain.starts_with("web\tweb.internal\t10.0.0.1") && plain.contains("fd00::1"),
            "{name}: {plain}"
        );
        assert_eq!(plain.lines().count(), 1, "{name}: {plain}");
        net.qdns(&["zone", "rm", "net1", "--yes"]).ok();
    }
    for format in ["hosts", "csv", "json", "zone"] {
        let file = net.file("empty", "");
        let done = net.qdns(&["record", "import", "net1", &file, "--format", format]);
        assert!(done.ok().contains("Nothing") && done.stderr.contains("has no hosts"), "{format}: {done:?}");
    }
    // What every machine's own hosts file has is passed over, and not without end.
    let file = net.file("loop.hosts", "127.0.0.1 localhost\n".repeat(50_000));
    let done = net.qdns(&["record", "import", "net1", &file]);
    assert!(done.ok().contains("Nothing") && done.stderr.lines().count() == 1002, "{}", done.stderr.len());
    assert!(done.stderr.contains("loop.hosts:1001: and 49000 more like these"), "{}", done.stderr.len());
    Ok(())
}

/// Each document of a JSON text is looked at once: a text of one host a line took 4 s, and should
/// take no longer than the same hosts as one document.
#[test]
fn hosts_as_json_lines_are_read_in_one_pass() -> Result<()> {
    let net = Net::start()?;
    let line =
        |n: usize| format!(r#"{{"hostname":"host-{n:05}","ip_address":"10.1.{}.{}"}}"#, n / 250, 1 + n % 250);
    let lines: Vec<String> = (0..10_000).map(line).collect();
    let timed = |name: &str, text: &str| {
        let file = net.file(name, text);
        let times = (0..3).map(|_| {
            let started = Instant::now();
            net.qdns(&["record", "import", "net1", &file, "--dry-run", "-q"]).ok();
            started.elapsed()
        });
        times.min().unwrap()
    };
    let document = timed("one.json", &format!("[{}]", lines.join(",\n")));
    let separate = timed("lines.json", &lines.join("\n"));
    assert!(separate < document * 3, "{separate:?} {document:?}");
    Ok(())
}

#[test]
fn a_terminal_is_told_that_it_is_read() -> Result<()> {
    let net = Net::start()?;
    let shown = |quiet: &str| {
        let line = format!("{} record import net1 - {quiet}", env!("CARGO_BIN_EXE_qdns"));
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).env("OVN_NB_DB", net.nb.remote()).stdin(Stdio::null());
        String::from_utf8_lossy(&script.output().unwrap().stdout).contains("up to Ctrl-D")
    };
    assert!(shown("") && !shown("--quiet"));
    let piped = net.qdns(&["record", "import", "net1", "-"]);
    assert!(!piped.stderr.contains("Ctrl-D"), "{piped:?}");
    Ok(())
}
