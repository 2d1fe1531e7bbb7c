//! The settings file: an option goes before a variable, a variable before the file, and the file before the default.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::support::lab::{Nb, wait_for};
use crate::support::{Run, command, install_qdns, run, snapshot};

/// `net1` on a database, and a settings file.
struct Site {
    nb: Nb,
    file: String,
}

impl Site {
    fn with(settings: &str) -> Result<Self> {
        let nb = Nb::start()?;
        nb.nbctl(&["ls-add", "net1"]);
        let file = nb.file("qdns.toml", settings)?;
        Ok(Site { nb, file })
    }

    fn command(&self, line: &str) -> Command {
        let mut qdns = command(&self.nb.remote());
        qdns.args(line.split(' ')).env("QDNS_CONFIG", &self.file);
        qdns
    }

    fn qdns(&self, line: &str) -> Run {
        run(&mut self.command(line))
    }

    fn domain(&self) -> String {
        self.nb.nbctl(&["--bare", "--columns=external_ids", "list", "DNS"])
    }
}

/// The settings that `-v` shows.
fn shown(qdns: &mut Command) -> String {
    let run = run(qdns);
    run.ok();
    run.stderr.lines().filter(|line| line.starts_with("# ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn each_setting_is_from_the_nearest_source() -> Result<()> {
    let site = Site::with("timeout = 7\ncertificate = \"/a/cert.pem\"\ndb = \"unix:/nonexistent\"\n")?;
    snapshot!(shown(&mut site.command("-v zone ls")), @"
    # db: [DB] (OVN_NB_DB)
    # certificate: /a/cert.pem ([DIR]/qdns.toml)
    # timeout: 7 ([DIR]/qdns.toml)
    # ovn-nbctl: /usr/bin/ovn-nbctl (default)
    # ovsdb-client: /usr/bin/ovsdb-client (default)
    ");
    snapshot!(shown(site.command("-v zone ls").env("QDNS_TIMEOUT", "8").env("QDNS_CERTIFICATE", "/b")), @"
    # db: [DB] (OVN_NB_DB)
    # certificate: /b (QDNS_CERTIFICATE)
    # timeout: 8 (QDNS_TIMEOUT)
    # ovn-nbctl: /usr/bin/ovn-nbctl (default)
    # ovsdb-client: /usr/bin/ovsdb-client (default)
    ");
    snapshot!(shown(site.command("-v zone ls --timeout 9 -c /c").env("QDNS_TIMEOUT", "8")), @"
    # db: [DB] (OVN_NB_DB)
    # certificate: /c (--certificate)
    # timeout: 9 (--timeout)
    # ovn-nbctl: /usr/bin/ovn-nbctl (default)
    # ovsdb-client: /usr/bin/ovsdb-client (default)
    ");
    Ok(())
}

#[test]
fn the_database_of_the_file_is_used_where_no_other_is_named() -> Result<()> {
    let site = Site::with("")?;
    site.nb.file("qdns.toml", format!("db = {:?}\n", site.nb.remote()))?;
    snapshot!(shown(site.command("-v zone create net1").env_remove("OVN_NB_DB")), @"
    # db: [DB] ([DIR]/qdns.toml)
    # timeout: 10 (default)
    # ovn-nbctl: /usr/bin/ovn-nbctl (default)
    # ovsdb-client: /usr/bin/ovsdb-client (default)
    ");
    let daemon = site.nb.daemon()?;
    let mut through = site.command("-v zone ls");
    snapshot!(shown(through.env_remove("OVN_NB_DB").env("OVN_NB_DAEMON", daemon.socket())), @"
    # db: through the daemon [DIR]/nbctl.[PID].ctl (OVN_NB_DAEMON)
    # timeout: 10 (default)
    # ovn-nbctl: /usr/bin/ovn-nbctl (default)
    ");
    Ok(())
}

#[test]
fn what_is_no_setting_is_named_with_file_line_and_key() -> Result<()> {
    snapshot!(Site::with("\ntimout = 7\n")?.qdns("zone ls"), @"
    ----- stderr -----
    error: [DIR]/qdns.toml, line 2, timout: there is no such setting
       hint: did you mean `timeout`?
       hint: QDNS_CONFIG names this file
    ----- exit 2 -----
    ");
    snapshot!(Site::with("timeout = 7\ndomain = \"local\"\n")?.qdns("zone create net1"), @r#"
    ----- stderr -----
    error: [DIR]/qdns.toml, line 2, domain: domain "local" is refused: multicast DNS owns it (RFC 6762)
       hint: use `internal`
       hint: QDNS_CONFIG names this file
    ----- exit 2 -----
    "#);
    snapshot!(Site::with("db = x\n")?.qdns("-o json zone ls"), @r#"
    ----- stderr -----
    {"error":{"kind":"invalid-input","message":"[DIR]/qdns.toml, line 1: string values must be quoted, expected literal string","causes":[],"hints":["QDNS_CONFIG names this file"]}}
    ----- exit 2 -----
    "#);
    let site = Site::with("")?;
    snapshot!(run(site.command("zone ls").env("QDNS_TIMEOUT", "soon")), @r#"
    ----- stderr -----
    error: QDNS_TIMEOUT: "soon" is refused: a time limit is a whole number of seconds, 1 to 86400
    ----- exit 2 -----
    "#);
    Ok(())
}

#[test]
fn only_a_regular_file_of_some_size_is_read() -> Result<()> {
    let mut site = Site::with(&"#".repeat((1 << 20) + 1))?;
    snapshot!(site.qdns("zone ls"), @"
    ----- stderr -----
    error: [DIR]/qdns.toml is larger than 1 MiB, the most that qdns reads of it
       hint: QDNS_CONFIG names this file
    ----- exit 2 -----
    ");
    site.nb.file("qdns.toml", "")?;
    std::fs::set_permissions(&site.file, std::fs::Permissions::from_mode(0o666))?;
    snapshot!(site.qdns("zone ls"), @"
    ----- stderr -----
    error: [DIR]/qdns.toml is refused: every user can change it
       hint: sudo chmod o-w [DIR]/qdns.toml
       hint: QDNS_CONFIG names this file
    ----- exit 2 -----
    ");
    for path in ["/dev/zero", "/"] {
        site.file = path.to_owned();
        assert!(site.qdns("zone ls").fails(2).contains("settings are read from a regular file"));
    }
    site.file = "/nonexistent".to_owned();
    snapshot!(site.qdns("zone ls"), @"
    ----- stderr -----
    error: /nonexistent cannot be read
      cause: No such file or directory (os error 2)
       hint: QDNS_CONFIG names this file
    ----- exit 2 -----
    ");
    Ok(())
}

#[test]
fn a_variable_that_is_no_text_is_not_passed_over() -> Result<()> {
    use std::os::unix::ffi::OsStringExt as _;
    let site = Site::with("")?;
    let value = std::ffi::OsString::from_vec(b"unix:/x\xff".to_vec());
    snapshot!(run(site.command("zone ls").env("OVN_NB_DB", &value)), @r#"
    ----- stderr -----
    error: OVN_NB_DB: "unix:/x\xFF" is refused: it is not UTF-8
    ----- exit 2 -----
    "#);
    for variable in ["OVN_NB_DAEMON", "QDNS_OVN_NBCTL", "QDNS_CA_CERT", "QDNS_TIMEOUT"] {
        assert!(run(site.command("zone ls").env(variable, &value)).fails(2).contains(variable));
    }
    Ok(())
}

/// It may name a program, so its owner could run one as the user of qdns.
#[test]
fn a_file_of_another_user_is_refused() -> Result<()> {
    let site = Site::with("timeout = 7\n")?;
    let owned_by = |uid: u32| std::os::unix::fs::chown(&site.file, Some(uid), None);
    owned_by(65534)?;
    snapshot!(site.qdns("zone ls"), @"
    ----- stderr -----
    error: [DIR]/qdns.toml is refused: it belongs to user nobody, and it may name a program that qdns runs
       hint: sudo chown root [DIR]/qdns.toml
       hint: QDNS_CONFIG names this file
    ----- exit 2 -----
    ");
    owned_by(1000)?;
    assert!(site.qdns("zone ls").fails(2).contains("it belongs to "));
    // As with git, the file of the user who ran sudo.
    run(site.command("zone ls").env("SUDO_UID", "1000")).ok();
    assert_eq!(run(site.command("zone ls").env("SUDO_UID", "1001")).code, 2);
    Ok(())
}

/// In a user namespace without root of the machine, root's files are those of the overflow user.
#[test]
fn the_file_of_root_is_read_in_a_user_namespace() -> Result<()> {
    let directory = tempfile::tempdir_in("/opt")?;
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755))?;
    let (program, file) = (directory.path().join("qdns"), directory.path().join("qdns.toml"));
    install_qdns(&program)?;
    std::fs::write(&file, "timeout = 7\n")?;
    let mut inside = Command::new("setpriv");
    inside.args(["--reuid=1000", "--regid=1000", "--clear-groups", "unshare", "--user", "--map-root-user"]);
    inside
        .arg(&program)
        .args(["-v", "zone", "ls"])
        .env("OVN_NB_DB", "unix:/nonexistent")
        .env("QDNS_CONFIG", &file);
    inside.env_remove("OVN_NB_DAEMON").env_remove("SUDO_UID");
    let read = run(&mut inside);
    assert!(read.fails(3).contains("# timeout: 7 ("), "{read}");
    Ok(())
}

#[test]
fn help_and_completion_need_no_settings() -> Result<()> {
    let site = Site::with("timout = 7\n")?;
    site.qdns("completions bash").ok();
    site.qdns("zone --help").ok();
    Ok(())
}

#[test]
fn a_new_zone_has_the_domain_of_the_site() -> Result<()> {
    let site = Site::with("domain = \"prod.internal\"\n")?;
    snapshot!(site.qdns("record add net1 web 10.0.0.10"), @"
    + zone  net1
    + 10.0.0.10.in-addr.arpa  web.prod.internal
    + web  10.0.0.10
    + web.prod.internal  10.0.0.10
    ");
    snapshot!(site.domain(), @"qdns-domain=prod.internal switch=net1");
    snapshot!(site.qdns("zone rm net1 --yes"), @"
    - 10.0.0.10.in-addr.arpa  web.prod.internal
    - web  10.0.0.10
    - web.prod.internal  10.0.0.10
    - zone  net1

    To undo:
      qdns zone create net1 --domain prod.internal
      qdns record add net1 web 10.0.0.10
    ");
    snapshot!(run(site.command("zone create net1").env("QDNS_DOMAIN", "lab.internal")), @"+ zone  net1");
    snapshot!(site.domain(), @"qdns-domain=lab.internal switch=net1");
    site.qdns("zone rm net1").ok();
    site.qdns("zone create net1 --domain internal").ok();
    snapshot!(site.qdns("zone rm net1"), @"
    - zone  net1

    To undo:
      qdns zone create net1 --domain internal
    ");
    Ok(())
}

#[test]
fn a_zone_that_sync_creates_has_the_domain_of_the_site() -> Result<()> {
    let site = Site::with("domain = \"prod.internal\"\n")?;
    site.nb.nbctl(&[
        "lsp-add",
        "net1",
        "vm1",
        "--",
        "lsp-set-addresses",
        "vm1",
        "0a:00:00:00:00:02 10.0.0.2",
    ]);
    site.qdns("sync --all --create-zones").ok();
    snapshot!(site.domain(), @"qdns-domain=prod.internal qdns-port-vm1=[UUID] switch=net1");
    Ok(())
}

#[test]
fn a_zone_that_a_watch_creates_has_the_domain_of_the_site() -> Result<()> {
    let site = Site::with("domain = \"prod.internal\"\n")?;
    let mut watch = site.command("sync --all --create-zones --watch").spawn()?;
    let addresses = "0a:00:00:00:00:02 10.0.0.2";
    site.nb.nbctl(&["lsp-add", "net1", "vm1", "--", "lsp-set-addresses", "vm1", addresses]);
    let is_there = wait_for(Duration::from_secs(20), || !site.domain().trim().is_empty());
    watch.kill()?;
    watch.wait()?;
    assert!(is_there);
    snapshot!(site.domain(), @"qdns-domain=prod.internal qdns-port-vm1=[UUID] switch=net1");
    Ok(())
}

#[test]
fn the_domain_of_another_programs_names_goes_before_that_of_the_site() -> Result<()> {
    let site = Site::with("domain = \"prod.internal\"\n")?;
    let row =
        site.nb.nbctl(&["create", "DNS", "external_ids:incus_switch=net1", "records:c1.incus=10.0.0.2"]);
    site.nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    snapshot!(site.qdns("zone create net1"), @"
    + zone  net1
    ----- stderr -----
    warning: the new zone has the domain incus, as the names from a row of incus on this switch have
    ");
    Ok(())
}

#[test]
fn a_unit_carries_what_is_not_in_the_usual_file() -> Result<()> {
    let site = Site::with("db = \"ssl:192.0.2.1:6641\"\novn-nbctl = \"docker exec ovn_nb_db ovn-nbctl\"\n")?;
    let directory = tempfile::tempdir_in("/opt")?;
    let qdns = directory.path().join("qdns");
    install_qdns(&qdns)?;
    let mut print = Command::new(qdns);
    print.args(["sync", "--print-unit"]).env("QDNS_CONFIG", &site.file).env_remove("OVN_NB_DB");
    let unit = run(&mut print);
    let start = unit.ok().lines().find(|line| line.starts_with("ExecStart=")).unwrap_or_default();
    snapshot!(start, @r#"ExecStart=[DIR]/qdns sync --db=ssl:192.0.2.1:6641 "--ovn-nbctl=docker exec ovn_nb_db ovn-nbctl" --all --watch --prune"#);
    Ok(())
}
