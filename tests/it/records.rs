//! Zones and records on a real database: what is stored, what is shown, what is left alone.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::{Run, qdns};

const FOREIGN: &[(&str, &str)] = &[
    ("aaaaaaaa-0000-4000-8000-000000000001", "ls_name=neutron-1"),
    ("aaaaaaaa-0000-4000-8000-000000000002", "lxd_switch=lxd-net2-ls-int"),
    ("aaaaaaaa-0000-4000-8000-000000000003", "incus_switch=incus-net3-ls-int"),
    ("aaaaaaaa-0000-4000-8000-000000000004", "who=knows"),
];

/// A database with `net1`, and a row of every other owner on it.
struct Net {
    nb: Nb,
}

impl Net {
    fn start() -> Result<Self> {
        let nb = Nb::start()?;
        nb.nbctl(&[
            "ls-add",
            "net1",
            "--",
            "set",
            "Logical_Switch",
            "net1",
            "other_config:subnet=10.0.0.0/24",
        ]);
        Ok(Net { nb })
    }

    fn with_foreign_rows() -> Self {
        let net = Net::start().unwrap();
        for (uuid, mark) in FOREIGN {
            let mark = format!("external_ids:{mark}");
            net.nb.nbctl(&[
                &format!("--id={uuid}"),
                "create",
                "DNS",
                &mark,
                "records:other=192.0.2.1 192.0.2.2",
                "records:Other.Example.=192.0.2.1,192.0.2.2",
            ]);
            net.nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid]);
        }
        net
    }

    fn qdns(&self, args: &[&str]) -> Run {
        qdns(&self.nb.remote(), args)
    }

    /// The records of the one row that carries the switch's name, as ovn-nbctl prints them.
    fn records(&self) -> String {
        self.nb
            .nbctl(&["--bare", "--columns=records", "find", "DNS", "external_ids:switch=net1"])
            .trim()
            .to_owned()
    }

    fn foreign(&self) -> String {
        let rows: Vec<&str> = FOREIGN.iter().map(|(uuid, _)| *uuid).collect();
        self.nb.nbctl(&[&["list", "DNS"], &rows[..]].concat())
    }

    /// A zone as `ovn-nbctl create DNS` makes it.
    fn adopted(records: &[&str]) -> Self {
        let net = Net::start().unwrap();
        let uuid = net.nb.nbctl(&["create", "DNS", "external_ids:switch=net1", "records={}"]);
        net.nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid.trim()]);
        for record in records {
            net.nb.nbctl(&["set", "DNS", uuid.trim(), &format!("records:{record}")]);
        }
        net
    }
}

#[test]
fn a_host_is_stored_with_both_names_and_reverse_names_in_one_row() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "Web-Server", "fd00::10", "10.0.0.10"]).ok();
    assert_eq!(
        net.records(),
        "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa=web-server.internal \
         10.0.0.10.in-addr.arpa=web-server.internal web-server=10.0.0.10 fd00::10 \
         web-server.internal=10.0.0.10 fd00::10"
    );
    let uuid = net.nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]);
    assert_eq!(uuid.trim().as_bytes()[14], b'5', "a UUIDv5: {uuid}");
    net.qdns(&["record", "rm", "net1", "web-server.internal"]).ok();
    assert_eq!(net.records(), "");
    Ok(())
}

#[test]
fn adding_what_is_there_changes_nothing() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10", "10.0.0.11", "--static"]).ok();
    let before = net.nb.dump();
    for args in [&["web", "10.0.0.10", "10.0.0.11"][..], &["WEB.internal.", "10.0.0.11", "10.0.0.10"]] {
        let run = net.qdns(&[&["-o", "json", "record", "add", "net1"], args].concat());
        assert_eq!(run.json()["changed"], false, "{run:?}");
    }
    assert_eq!(net.nb.dump(), before);
    Ok(())
}

#[test]
fn other_addresses_are_a_conflict_that_names_the_way_out() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10"]).ok();
    let before = net.nb.dump();
    let said = net.qdns(&["record", "add", "net1", "web", "10.0.0.11"]).fails(1);
    assert!(said.contains("web has 10.0.0.10 already"), "{said}");
    assert_eq!(net.nb.dump(), before);
    let hint = said.lines().find_map(|line| line.trim().strip_prefix("hint: qdns ")).unwrap();
    net.qdns(&hint.split(' ').collect::<Vec<_>>()).ok();
    assert_eq!(net.records(), "11.0.0.10.in-addr.arpa=web.internal web=10.0.0.11 web.internal=10.0.0.11");
    Ok(())
}

#[test]
fn a_reverse_name_that_another_host_holds_is_left_alone() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10"]).ok();
    let run = net.qdns(&["record", "add", "net1", "alias", "10.0.0.10"]);
    run.ok();
    assert!(run.stderr.contains("stays with web"), "{run:?}");
    net.qdns(&["record", "rm", "net1", "alias"]).ok();
    assert_eq!(net.records(), "10.0.0.10.in-addr.arpa=web.internal web=10.0.0.10 web.internal=10.0.0.10");
    Ok(())
}

#[test]
fn options_leave_parts_out() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10", "--no-ptr", "--no-short"]).ok();
    assert_eq!(net.records(), "web.internal=10.0.0.10");
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10", "--ttl", "3600"]).ok();
    let said = net.qdns(&["record", "add", "net1", "web", "10.0.0.10", "--ttl", "60"]).fails(2);
    assert!(said.contains("3600"), "{said}");
    Ok(())
}

#[test]
fn a_short_name_that_is_left_out_on_purpose_stays_out_until_it_is_asked_for() -> Result<()> {
    let net = Net::start()?;
    net.nb.nbctl(&[
        "lsp-add",
        "net1",
        "web",
        "--",
        "lsp-set-addresses",
        "web",
        "0a:00:00:00:00:10 10.0.0.10 fd00::10",
    ]);
    let address = ["10.0.0.10", "fd00::10"];
    let add =
        |options: &[&str]| net.qdns(&[&["record", "add", "net1", "web"], &address[..], options].concat());
    let marks =
        || net.nb.nbctl(&["--bare", "--columns=external_ids", "find", "DNS", "external_ids:switch=net1"]);
    let pairs = || {
        let report =
            net.qdns(&["doctor", "net1", "--fail-on", "warning", "--skip", "dhcp-missing", "-o", "json"]);
        (report.code, report.stdout.matches("pair-incomplete").count())
    };
    let only_full = "web.internal=10.0.0.10 fd00::10";

    add(&["--no-short", "--no-ptr"]).ok();
    assert_eq!(net.records(), only_full);
    assert!(marks().contains("qdns-no-short-web=true"), "{}", marks());
    assert_eq!(pairs(), (0, 0), "a network made with qdns alone is healthy");
    assert!(add(&["--no-short", "--no-ptr"]).ok().contains("Nothing to change"));
    // What works by itself leaves it so.
    net.qdns(&["sync", "net1"]).ok();
    let lines = net.qdns(&["doctor", "-o", "json"]).json()["findings"].to_string();
    assert!(!lines.contains("record add"), "{lines}");
    assert!(!net.records().contains(" web=") && net.records().contains("web.internal="), "{}", net.records());

    // There and back, by what a list prints and by every format.
    let list = net.nb.dir().join("list.json");
    let list = list.to_str().unwrap();
    let before = net.nb.dump();
    for (format, args) in [
        ("json", &["record", "ls", "net1", "-o", "json"][..]),
        ("json", &["record", "export", "net1"]),
        ("csv", &["record", "export", "net1", "--format", "csv"]),
        ("hosts", &["record", "export", "net1", "--format", "hosts"]),
        ("zone", &["record", "export", "net1", "--format", "zone"]),
    ] {
        std::fs::write(list, net.qdns(args).ok())?;
        net.qdns(&["record", "rm", "net1", "web"]).ok();
        assert!(!marks().contains("no-short"), "{}", marks());
        net.qdns(&["record", "import", "net1", list, "--format", format]).ok();
        assert_eq!(net.nb.dump(), before, "{args:?}");
    }

    add(&[]).ok();
    assert!(net.records().contains(" web=") && !marks().contains("no-short"), "{}", marks());
    add(&["--no-short", "--replace"]).ok();
    assert!(!net.records().contains(" web=") && marks().contains("no-short"), "{}", marks());
    Ok(())
}

#[test]
fn a_short_name_that_was_never_there_is_no_wish_of_anybody() -> Result<()> {
    let net = Net::adopted(&["web.internal=10.0.0.10"]);
    let found = || net.qdns(&["doctor", "-o", "json"]).stdout.contains("pair-incomplete");
    assert!(found());
    let file = net.nb.dir().join("net1.json");
    std::fs::write(&file, net.qdns(&["record", "export", "net1"]).ok())?;
    let before = net.nb.dump();
    for options in [&[][..], &["--replace"], &["--prune"]] {
        let import = ["record", "import", "net1", file.to_str().unwrap()];
        net.qdns(&[&import[..], options].concat()).ok();
        assert_eq!(net.nb.dump(), before, "{options:?}");
    }
    assert!(found());
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10", "--no-short", "--no-ptr"]).ok();
    assert!(!found());
    Ok(())
}

#[test]
fn rows_made_by_hand_are_shown_as_they_are_and_put_right() -> Result<()> {
    let net = Net::adopted(&["Web.internal=10.0.0.10,10.0.0.11", "db.internal=10.0.0.12", "VM_1=10.0.0.13"]);
    let shown = net.qdns(&["record", "ls", "net1", "-o", "plain"]).ok().to_owned();
    assert_eq!(
        shown,
        "db\tdb.internal\t10.0.0.12\tnet1\tdynamic\n\
         VM_1\tvm_1.internal\t10.0.0.13\tnet1\tdynamic\n\
         Web\tWeb.internal\t10.0.0.10,10.0.0.11\tnet1\tdynamic\n"
    );
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10", "10.0.0.11"]).ok();
    net.qdns(&["record", "add", "net1", "db", "10.0.0.12", "--no-ptr"]).ok();
    net.qdns(&["record", "rm", "net1", "VM_1"]).ok();
    assert_eq!(
        net.records(),
        "10.0.0.10.in-addr.arpa=web.internal 11.0.0.10.in-addr.arpa=web.internal db=10.0.0.12 \
         db.internal=10.0.0.12 web=10.0.0.10 10.0.0.11 web.internal=10.0.0.10 10.0.0.11"
    );
    assert_eq!(net.nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).lines().count(), 1);
    Ok(())
}

#[test]
fn a_switch_is_found_by_name_and_by_uuid_and_an_ambiguous_name_lists_both() -> Result<()> {
    let net = Net::start()?;
    let uuid = net.nb.nbctl(&["get", "Logical_Switch", "net1", "_uuid"]);
    net.qdns(&["record", "add", uuid.trim(), "web", "10.0.0.10"]).ok();
    assert!(net.qdns(&["record", "ls", uuid.trim()]).ok().contains("web.internal"));
    net.nb.nbctl(&["set", "Logical_Switch", "net1", "name=renamed"]);
    net.qdns(&["record", "add", "renamed", "db", "10.0.0.11"]).ok();
    assert_eq!(net.qdns(&["record", "ls", "renamed", "-o", "plain"]).ok().lines().count(), 2);

    net.nb.nbctl(&["create", "Logical_Switch", "name=renamed"]);
    let said = net.qdns(&["record", "ls", "renamed"]).fails(1);
    assert!(said.contains(uuid.trim()) && said.contains("2 switches"), "{said}");
    let said = net.qdns(&["record", "ls", "renamde"]).fails(1);
    assert!(said.contains("did you mean `renamed`"), "{said}");
    Ok(())
}

#[test]
fn a_zone_is_made_shown_and_removed() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["zone", "create", "net1", "--domain", "prod.internal"]).ok();
    net.qdns(&["zone", "create", "net1"]).fails(1);
    net.qdns(&["zone", "create", "net1", "--may-exist"]).ok();
    net.qdns(&["zone", "create", "net1", "--may-exist", "--domain", "other.internal"]).fails(1);
    net.qdns(&["record", "add", "net1", "web.prod.internal", "10.0.0.10"]).ok();
    let zones = net.qdns(&["zone", "ls", "-o", "json"]).json();
    assert_eq!(zones["zones"][0]["domain"], "prod.internal");
    assert_eq!(zones["zones"][0]["hosts"], 1);
    assert!(net.qdns(&["zone", "show", "net1"]).ok().contains("prod.internal"));

    let said = net.qdns(&["zone", "rm", "net1"]).fails(1);
    assert!(said.contains("--yes"), "{said}");
    net.qdns(&["zone", "rm", "net1", "--dry-run"]).ok();
    assert!(net.records().contains("web.prod.internal"));
    net.qdns(&["zone", "rm", "net1", "--yes"]).ok();
    assert_eq!(net.nb.nbctl(&["list", "DNS"]).trim(), "");
    net.qdns(&["zone", "rm", "net1"]).fails(1);
    net.qdns(&["zone", "rm", "net1", "--if-exists"]).ok();
    Ok(())
}

#[test]
fn a_zone_that_the_switch_lost_is_attached_again() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10"]).ok();
    net.nb.nbctl(&["clear", "Logical_Switch", "net1", "dns_records"]);
    let run = net.qdns(&["record", "add", "net1", "db", "10.0.0.11"]);
    run.ok();
    assert!(run.stderr.contains("attached again"), "{run:?}");
    assert_eq!(net.qdns(&["record", "ls", "net1", "-o", "plain"]).ok().lines().count(), 2);
    assert_ne!(net.nb.nbctl(&["get", "Logical_Switch", "net1", "dns_records"]).trim(), "[]");
    Ok(())
}

#[test]
fn rows_of_other_owners_are_the_same_after_every_command() -> Result<()> {
    let net = Net::with_foreign_rows();
    let before = net.foreign();
    let commands: &[&[&str]] = &[
        &["zone", "create", "net1"],
        &["record", "add", "net1", "web", "10.0.0.10"],
        &["record", "add", "net1", "other", "10.0.0.11"],
        &["record", "add", "net1", "web", "10.0.0.12", "--replace", "--static"],
        &["record", "ls"],
        &["record", "ls", "net1"],
        &["zone", "ls"],
        &["zone", "show", "net1"],
        &["record", "rm", "net1", "web", "other"],
        &["record", "rm", "net1", "other.example", "--if-exists"],
        &["forwarders", "show"],
        &["zone", "rm", "net1", "--yes"],
        &["zone", "rm", "net1", "--yes", "--if-exists"],
    ];
    for command in commands {
        let run = net.qdns(command);
        assert!(run.code == 0 || run.code == 2 && command.contains(&"other.example"), "{command:?}: {run:?}");
        assert_eq!(net.foreign(), before, "{command:?}");
        if command.contains(&"other") && command.contains(&"add") {
            assert!(run.stderr.contains("also in a row of neutron"), "{run:?}");
        }
    }
    assert_eq!(
        net.nb.nbctl(&["--bare", "--columns=_uuid", "list", "DNS"]).split_whitespace().count(),
        FOREIGN.len()
    );
    Ok(())
}

#[test]
fn the_databases_log_says_who_typed_what() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10"]).ok();
    let log = net.nb.show_log();
    assert!(log.contains("qdns record add net1 web 10.0.0.10 (by tester)"), "{log}");
    Ok(())
}

#[test]
fn ovn_nbctl_runs_twice_for_an_addition_and_once_for_a_list() -> Result<()> {
    let net = Net::start()?;
    net.qdns(&["zone", "create", "net1"]).ok();
    let runs = |args: &[&str]| {
        let run = net.qdns(&[&["-v"], args].concat());
        run.ok();
        run.stderr.lines().filter(|line| line.starts_with("+ ")).count()
    };
    assert_eq!(runs(&["record", "add", "net1", "web", "10.0.0.10"]), 2);
    assert_eq!(runs(&["record", "add", "net1", "web", "10.0.0.10"]), 1, "nothing to change");
    assert_eq!(runs(&["record", "ls", "net1"]), 1);
    assert_eq!(runs(&["record", "ls"]), 1);
    assert_eq!(runs(&["zone", "ls"]), 1);
    assert_eq!(runs(&["record", "rm", "net1", "web"]), 2);
    Ok(())
}

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() -> Result<()> {
    let net = Net::start()?;
    let before = net.nb.dump();
    let run = net.qdns(&["-n", "-o", "json", "record", "add", "net1", "web", "10.0.0.10"]);
    let plan = run.json();
    assert_eq!((&plan["changed"], &plan["dry_run"]), (&false.into(), &true.into()));
    assert_eq!(plan["changes"].as_array().unwrap().len(), 4);
    assert_eq!(net.nb.dump(), before);
    Ok(())
}

#[test]
fn a_host_that_is_named_twice_is_removed_once() -> Result<()> {
    let net = Net::start()?;
    for (names, left) in [(["web", "web"], ""), (["db", "DB.internal"], "")] {
        net.qdns(&["record", "add", "net1", names[0], "10.0.0.10"]).ok();
        net.qdns(&["record", "rm", "net1", names[0], names[1]]).ok();
        assert_eq!(net.records().trim(), left);
    }
    Ok(())
}

/// `net1` with a zone as the design document makes it, which the switch then no longer lists.
fn detached() -> Result<Net> {
    let net = Net::start()?;
    let uuid = net.nb.nbctl(&["create", "DNS", "external_ids:switch=net1"]).trim().to_owned();
    net.nb.nbctl(&["add", "Logical_Switch", "net1", "dns_records", &uuid]);
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10"]).ok();
    net.nb.nbctl(&["remove", "Logical_Switch", "net1", "dns_records", &uuid]);
    Ok(net)
}

#[test]
fn a_zone_that_its_switch_no_longer_lists_is_its_zone_for_every_reader() -> Result<()> {
    let net = detached()?;
    let everywhere = net.qdns(&["record", "ls"]).ok().to_owned();
    assert!(everywhere.contains("web.internal"), "{everywhere}");
    assert_eq!(net.qdns(&["record", "ls", "net1"]).ok(), everywhere);
    let shown = net.qdns(&["zone", "show", "net1"]).ok().to_owned();
    assert!(shown.contains("not attached to a switch") && shown.contains("hosts    1"), "{shown}");
    assert_eq!(net.qdns(&["zone", "ls", "-o", "json"]).json()["zones"][0]["attached"], false);
    let one = net.qdns(&["record", "export", "net1"]).ok().to_owned();
    assert!(one.contains("web.internal"), "{one}");
    assert_eq!(net.qdns(&["record", "export"]).ok(), one);
    Ok(())
}

#[test]
fn a_change_of_a_detached_zone_attaches_it_and_makes_no_second_one() -> Result<()> {
    let net = detached()?;
    let added = net.qdns(&["record", "add", "net1", "db", "10.0.0.11"]);
    assert!(added.ok().contains("zone  net1") && added.stderr.contains("attached again"), "{added:?}");
    let zones = net.qdns(&["zone", "ls", "-o", "json"]).json();
    assert_eq!(zones["zones"].as_array().map(Vec::len), Some(1), "{zones}");
    assert_eq!((&zones["zones"][0]["attached"], &zones["zones"][0]["hosts"]), (&true.into(), &2.into()));
    Ok(())
}

#[test]
fn a_switch_that_lists_the_zone_of_another_has_its_own() -> Result<()> {
    let net = Net::start()?;
    net.nb.nbctl(&["ls-add", "net2"]);
    net.qdns(&["record", "add", "net1", "web", "10.0.0.10"]).ok();
    let uuid = net.nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net1"]);
    net.nb.nbctl(&["add", "Logical_Switch", "net2", "dns_records", uuid.trim()]);
    let before = net.records();
    assert_eq!(net.qdns(&["record", "ls", "net2"]).ok(), "No hosts.\n");
    net.qdns(&["record", "add", "net2", "db", "10.0.0.11"]).ok();
    net.qdns(&["zone", "rm", "net2", "--yes"]).ok();
    assert_eq!(net.records(), before, "net1's zone is as it was");
    Ok(())
}
