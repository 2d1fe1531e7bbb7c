//! Files of hosts as people have them: other encodings, line ends and marks, typing errors, garbage.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::export::nets;
use crate::support::lab::Nb;
use crate::support::{Run, run, snapshot};

/// Imports a file that must be refused, and change nothing.
fn refusal(nb: &Nb, name: &str, content: impl AsRef<[u8]>) -> Result<Run> {
    let file = nb.file(name, content)?;
    let before = nb.dump();
    let run = nb.qdns(&format!("record import net1 {file}"));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run}");
    assert_eq!(nb.dump(), before, "{run}");
    Ok(run)
}

#[test]
fn another_encoding() -> Result<()> {
    let text = b"10.0.0.1 caf\xe9\n10.0.0.2 web\n10.0.0.3 # \xfc\n";
    snapshot!(refusal(&nets()?, "latin.hosts", text)?, @"
    ----- stderr -----
    error: 2 lines of [DIR]/latin.hosts cannot be imported; nothing was changed
    [DIR]/latin.hosts:1: it is not UTF-8
    [DIR]/latin.hosts:3: it is not UTF-8
       hint: write it as UTF-8, for example with: iconv -f ISO-8859-1 -t UTF-8
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn utf_16() -> Result<()> {
    snapshot!(refusal(&nets()?, "utf16.csv", b"\xff\xfeh\0o\0")?, @"
    ----- stderr -----
    error: [DIR]/utf16.csv is UTF-16, not UTF-8; nothing was changed
       hint: write it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn a_program() -> Result<()> {
    snapshot!(refusal(&nets()?, "binary.csv", b"\x7fELF\0\xff\n\xff\n")?, @"
    ----- stderr -----
    error: [DIR]/binary.csv is not a text file; nothing was changed
       hint: a file of hosts is text: hosts(5), CSV, JSON or a zone file
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn what_a_terminal_obeys() -> Result<()> {
    let nb = nets()?;
    snapshot!(refusal(&nb, "escape.csv", b"name,ip\nweb,10.0.0.300\x1b[2J\n\"a\nb\",x\n")?, @r#"
    ----- stderr -----
    error: 2 lines of [DIR]/escape.csv cannot be imported; nothing was changed
    [DIR]/escape.csv:2: address "10.0.0.300\u{1b}[2J" is refused: it is neither an IPv4 nor an IPv6 address (use an address such as `10.0.0.10` or `fd00::10`)
    [DIR]/escape.csv:3: address "x" is refused: it is neither an IPv4 nor an IPv6 address (use an address such as `10.0.0.10` or `fd00::10`)
    ----- exit 2 -----
    "#);
    snapshot!(refusal(&nb, "escape.zone", b"\x1b[2Jweb\n")?, @r"
    ----- stderr -----
    error: 1 line of [DIR]/escape.zone cannot be imported; nothing was changed
    [DIR]/escape.zone:1: \u{1b}[2jweb has no record type
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn a_long_line() -> Result<()> {
    let line = format!("10.0.0.1{} web", "x".repeat(100_000));
    snapshot!(refusal(&nets()?, "long.hosts", line)?, @r#"
    ----- stderr -----
    error: 1 line of [DIR]/long.hosts cannot be imported; nothing was changed
    [DIR]/long.hosts:1: address "10.0.0.1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (use an address such as `10.0.0.10` or `fd00::10`)
    ----- exit 2 -----
    "#);
    Ok(())
}

/// The reasons of the first lines are shown, and the numbers of all.
#[test]
fn a_hundred_thousand_bad_lines() -> Result<()> {
    let refusal = refusal(&nets()?, "garbage.hosts", "no address\n".repeat(100_000))?;
    let lines: Vec<&str> = refusal.stderr.lines().collect();
    assert_eq!(lines.len(), 1002);
    snapshot!([&lines[..3], &["…"], &lines[1000..]].concat().join("\n"), @r#"
    error: 100000 lines of [DIR]/garbage.hosts cannot be imported; nothing was changed
    [DIR]/garbage.hosts:1: address "no" is refused: it is neither an IPv4 nor an IPv6 address (use an address such as `10.0.0.10` or `fd00::10`)
    [DIR]/garbage.hosts:2: address "no" is refused: it is neither an IPv4 nor an IPv6 address (use an address such as `10.0.0.10` or `fd00::10`)
    …
    [DIR]/garbage.hosts:1000: address "no" is refused: it is neither an IPv4 nor an IPv6 address (use an address such as `10.0.0.10` or `fd00::10`)
    [DIR]/garbage.hosts: and lines 1001-100000
    "#);
    Ok(())
}

#[test]
fn a_line_with_few_columns() -> Result<()> {
    snapshot!(refusal(&nets()?, "few.csv", "name,ip\nweb 10.0.0.1\n")?, @r#"
    ----- stderr -----
    error: 1 line of [DIR]/few.csv cannot be imported; nothing was changed
    [DIR]/few.csv:2: "web 10.0.0.1" has no address (it has 1 of the header's 2 fields)
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn a_quote_that_is_not_closed() -> Result<()> {
    snapshot!(refusal(&nets()?, "open.csv", "name,ip\n\"web,10.0.0.1\ndb,10.0.0.2\n")?, @r#"
    ----- stderr -----
    error: 1 line of [DIR]/open.csv cannot be imported; nothing was changed
    [DIR]/open.csv:2: "web,10.0.0.1\ndb,10.0.0.2" has no address (a double quote in front of it has no end)
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn json_that_is_no_host() -> Result<()> {
    snapshot!(refusal(&nets()?, "list.json", "[\n7]")?, @r#"
    ----- stderr -----
    error: 1 line of [DIR]/list.json cannot be imported; nothing was changed
    [DIR]/list.json:2: it is not a host: invalid type: integer `7`, expected an object (a host is {"hostname":"web-server","ip_address":"10.0.0.10"})
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn a_zone_file_that_includes_another() -> Result<()> {
    snapshot!(refusal(&nets()?, "include.zone", "$INCLUDE other\n")?, @"
    ----- stderr -----
    error: 1 line of [DIR]/include.zone cannot be imported; nothing was changed
    [DIR]/include.zone:1: $INCLUDE is not followed (import that file by itself)
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn a_zone_file_that_generates_records() -> Result<()> {
    snapshot!(refusal(&nets()?, "generate.zone", "$GENERATE 1-2 a$ A 10.0.0.$\n")?, @"
    ----- stderr -----
    error: 1 line of [DIR]/generate.zone cannot be imported; nothing was changed
    [DIR]/generate.zone:1: $GENERATE is not understood (named-compilezone -o - ZONE FILE writes its records out)
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn an_address_with_an_interface() -> Result<()> {
    snapshot!(refusal(&nets()?, "six.hosts", "fe80::1%eth0 web\n")?, @r#"
    ----- stderr -----
    error: 1 line of [DIR]/six.hosts cannot be imported; nothing was changed
    [DIR]/six.hosts:1: address "fe80::1%eth0" is refused: `%eth0` is an interface of this machine, unknown to any guest (use a global or unique local address, such as `fd00::10`)
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn names_of_another_domain() -> Result<()> {
    snapshot!(refusal(&nets()?, "far.hosts", "10.0.0.1 web.prod.internal\n")?, @r#"
    ----- stderr -----
    error: 1 line of [DIR]/far.hosts cannot be imported; nothing was changed
    [DIR]/far.hosts:1: hostname "web.prod.internal" has dots, but does not end in the zone's domain `internal` (use `web` or `web-prod-internal`)
       hint: a zone has one domain; to make one with the file's: qdns zone create net1 --domain prod.internal
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn a_file_that_cannot_be_read() -> Result<()> {
    let nb = nets()?;
    let folder = format!("record import net1 {}", nb.dir().display());
    snapshot!(nb.session(&["record import net1 /nonexistent", &folder]), @"
    $ qdns record import net1 /nonexistent
    ----- stderr -----
    error: /nonexistent cannot be read
      cause: No such file or directory (os error 2)
       hint: name a file, or - for standard input
    ----- exit 1 -----
    $ qdns record import net1 [DIR]
    ----- stderr -----
    error: [DIR] cannot be read
      cause: Is a directory (os error 21)
       hint: name a file, or - for standard input
    ----- exit 1 -----
    ");
    Ok(())
}

/// Each file is the same host.
#[test]
fn files_from_elsewhere() -> Result<()> {
    let nb = nets()?;
    for (name, text) in [
        ("dos.hosts", "10.0.0.1\tWEB\r\n\r\nFD00:0:0:0:0:0:0:0001 web # both\r\n"),
        ("mark.hosts", "\u{feff}10.0.0.1 web\nfd00::1 web\n"),
        ("mark.csv", "\u{feff}Hostname;IP Address\r\nweb;10.0.0.1 fd00::1\r\n"),
        ("tabs", "name\tipv4\tipv6\nweb\t10.0.0.1\tfd00:0::1\n"),
        ("mark.json", "\u{feff}[{\"hostname\":\"web\",\"addresses\":[\"10.0.0.1\",\"FD00::1\"]}]"),
        ("dos.zone", "$ORIGIN internal.\r\n$TTL 3600\r\nweb\tIN\tA\t10.0.0.1\r\n\tAAAA fd00::0:1\r\n"),
    ] {
        nb.qdns(&format!("record import net1 {}", nb.file(name, text)?)).ok();
        let list = nb.qdns("record ls net1 -o plain");
        assert_eq!(list.ok(), "web\tweb.internal\t10.0.0.1 fd00::1\tnet1\tdynamic\t\n", "{name}");
        nb.qdns("zone rm net1 --yes").ok();
    }
    Ok(())
}

#[test]
fn an_empty_file() -> Result<()> {
    let nb = nets()?;
    let import = format!("record import net1 {} --format", nb.file("empty", "")?);
    let formats = ["hosts", "csv", "json", "zone"].map(|format| format!("{import} {format}"));
    snapshot!(nb.session(&formats.each_ref().map(String::as_str)), @"
    $ qdns record import net1 [DIR]/empty --format hosts
    Nothing to change.
    ----- stderr -----
    warning: [DIR]/empty has no hosts
    $ qdns record import net1 [DIR]/empty --format csv
    Nothing to change.
    ----- stderr -----
    warning: [DIR]/empty has no hosts
    $ qdns record import net1 [DIR]/empty --format json
    Nothing to change.
    ----- stderr -----
    warning: [DIR]/empty has no hosts
    $ qdns record import net1 [DIR]/empty --format zone
    Nothing to change.
    ----- stderr -----
    warning: [DIR]/empty has no hosts
    ");
    Ok(())
}

/// What every machine's own hosts file has is passed over, and the warnings have an end.
#[test]
fn fifty_thousand_lines_for_localhost() -> Result<()> {
    let nb = nets()?;
    let file = nb.file("loop.hosts", "127.0.0.1 localhost\n".repeat(50_000))?;
    let import = nb.qdns(&format!("record import net1 {file}"));
    import.ok();
    let lines: Vec<&str> = import.stderr.lines().collect();
    assert_eq!(lines.len(), 1002);
    snapshot!([&[import.stdout.trim_end()], &lines[..2], &["…"], &lines[999..]].concat().join("\n"), @"
    Nothing to change.
    warning: [DIR]/loop.hosts:1: 127.0.0.1 localhost is left out: a machine's own loopback address
    warning: [DIR]/loop.hosts:2: 127.0.0.1 localhost is left out: a machine's own loopback address
    …
    warning: [DIR]/loop.hosts:1000: 127.0.0.1 localhost is left out: a machine's own loopback address
    warning: [DIR]/loop.hosts:1001: and 49000 more like these from here on
    warning: [DIR]/loop.hosts has no hosts
    ");
    Ok(())
}

/// Whether a terminal shows how the input ends.
fn shows_how_to_end(nb: &Nb, quiet: &str) -> bool {
    let line = format!("{} record import net1 - {quiet}", env!("CARGO_BIN_EXE_qdns"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).env("OVN_NB_DB", nb.remote()).stdin(Stdio::null());
    run(&mut script).stdout.contains("Ctrl-D")
}

#[test]
fn a_terminal_shows_how_its_input_ends() -> Result<()> {
    let nb = nets()?;
    assert!(shows_how_to_end(&nb, ""));
    assert!(!shows_how_to_end(&nb, "--quiet"));
    snapshot!(nb.qdns("record import net1 -"), @"
    Nothing to change.
    ----- stderr -----
    warning: standard input has no hosts
    ");
    Ok(())
}
