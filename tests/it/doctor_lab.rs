//! `qdns doctor` on a whole OVN: a healthy network is healthy, one made by the obvious commands is not and
//! can be mended, and what happens behind the northbound database is seen.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use crate::support::Run;
use crate::support::doctor::{codes, counts, doctor, fix, healthy, network, qdns};
use crate::support::lab::{self, Guest, Lab, Ran};

#[test]
fn a_network_made_with_qdns_alone_is_healthy() -> Result<()> {
    let lab = Lab::start()?;
    lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    let (web, _db) = healthy(&lab)?;
    let report = doctor(&lab, &["--fail-on", "warning"]);
    assert_eq!((counts(&report), report.code), ((0, 0), 0), "{report:?}");
    assert_eq!(codes(&report).contains("edns-ignored"), lab.version()? < (24, 3), "{report:?}");
    let skipped = report.json()["skipped"].to_string();
    for code in ["northd-stalled", "sb-records-differ", "dns-flows-missing", "chassis-behind"] {
        assert!(!skipped.contains(code), "{skipped}");
    }
    web.dhcp()?;
    assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"));
    Ok(())
}

#[test]
fn a_network_made_by_the_obvious_commands_is_mended() -> Result<()> {
    let lab = Lab::start()?;
    let (web, db) = network(&lab, Some("8.8.8.8,8.8.4.4"))?;
    let zone = lab.nbctl(&["create", "DNS", "external_ids:switch=net1", "records={}"]).trim().to_owned();
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", &zone]);
    lab.nbctl(&["set", "DNS", &zone, "records:web.internal=10.0.0.11"]);
    lab.nbctl(&[
        "set",
        "DNS",
        &zone,
        r#"records={"web.internal"="10.0.0.11","Db.internal"="10.0.0.12,fd00::12"}"#,
    ]);
    lab.hv_sync();
    assert!(web.dhcp().is_err(), "the list without braces ends DHCP");

    let report = doctor(&lab, &[]);
    assert_eq!(report.code, 4);
    let found = codes(&report);
    for code in [
        "dhcp-option-syntax",
        "key-never-matches",
        "value-truncated",
        "pair-incomplete",
        "search-domain-missing",
    ] {
        assert!(found.contains(code), "{code}: {found:?}");
    }
    let fixed = doctor(&lab, &["--fix", "--yes"]);
    assert_eq!((counts(&fixed), fixed.code), ((0, 0), 0), "{fixed:?}");
    lab.hv_sync();
    for guest in [&web, &db] {
        let lease = guest.dhcp()?;
        assert_eq!(lease.dns(), ["8.8.8.8", "8.8.4.4"]);
        assert_eq!(lease.get("search"), Some("internal"));
    }
    assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"));
    assert!(db.run(&["getent", "ahostsv4", "web.internal"]).ok().starts_with("10.0.0.11"));
    Ok(())
}

#[test]
fn an_acl_that_drops_queries_is_named() -> Result<()> {
    let lab = Lab::start()?;
    let (web, _db) = healthy(&lab)?;
    web.dhcp()?;
    lab.nbctl(&["acl-add", "net1", "from-lport", "1001", "udp && udp.dst == 53", "drop"]);
    lab.nbctl(&["pg-add", "guarded", "db"]);
    let rule = "inport == @guarded && ip4";
    lab.nbctl(&["--type=port-group", "acl-add", "guarded", "from-lport", "1002", rule, "drop"]);
    lab.hv_sync();
    assert!(!web.run(&["getent", "ahostsv4", "db"]).status.success());
    let report = doctor(&lab, &[]);
    // Another switch of that name makes no difference.
    lab.nbctl(&["create", "Logical_Switch", "name=net1"]);
    lab.hv_sync();
    let twin = doctor(&lab, &["--only", "acl-drops-dns"]);
    let acls = lab.nbctl(&["--bare", "--columns=_uuid", "list", "ACL"]);
    assert_eq!(twin.json()["summary"]["error"], report.json()["summary"]["error"], "{twin:?}");
    let found = report.json()["findings"].to_string();
    assert_eq!(report.code, 4);
    for acl in acls.split_whitespace() {
        assert!(found.contains(&format!("ACL {acl} drops")), "{acl}: {found}");
    }
    fix(&lab, &report, "acl-drops-dns")?;
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
    assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"));
    Ok(())
}

#[test]
fn a_paused_northd_is_found_and_resumed() -> Result<()> {
    let lab = Lab::start()?;
    let _guests = healthy(&lab)?;
    lab.appctl("ovn-northd", &["pause"]);
    qdns(&lab, &["record", "add", "net1", "late", "10.0.0.11", "fd00::11"]).ok();
    let report = doctor(&lab, &[]);
    assert_eq!(report.code, 4);
    assert!(codes(&report).contains("sb-records-differ"), "{report:?}");
    lab.nbctl(&["ls-add", "net2"]);
    let report = doctor(&lab, &[]);
    assert!(
        codes(&report).is_superset(&["northd-stalled", "sb-records-differ"].map(str::to_owned).into()),
        "{report:?}"
    );
    fix(&lab, &report, "northd-stalled")?;
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);

    // Flows that are gone while ovn-northd sleeps.
    lab.appctl("ovn-northd", &["pause"]);
    let flows = lab.sbctl(&["--bare", "--columns=_uuid", "find", "Logical_Flow", "match=\"udp.dst == 53\""]);
    for flow in flows.split_whitespace() {
        lab.sbctl(&["destroy", "Logical_Flow", flow]);
    }
    let report = doctor(&lab, &[]);
    assert_eq!(codes(&report).iter().filter(|code| *code == "dns-flows-missing").count(), 1, "{report:?}");
    fix(&lab, &report, "dns-flows-missing")?;
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
    Ok(())
}

#[test]
fn a_dead_northd_and_a_chassis_that_is_behind_are_named() -> Result<()> {
    let lab = Lab::start()?;
    let _guests = healthy(&lab)?;
    lab.kill_controller();
    lab.nbctl(&["--wait=sb", "sync"]);
    let report = doctor(&lab, &[]);
    let behind = report.json()["findings"].to_string();
    assert!(behind.contains("chassis-behind") && behind.contains(lab::CHASSIS), "{report:?}");
    assert_eq!(report.code, 0);
    lab.start_controller()?;
    lab.hv_sync();
    assert!(!codes(&doctor(&lab, &[])).contains("chassis-behind"));

    lab.kill_northd();
    lab.nbctl(&["ls-add", "net2"]);
    let report = doctor(&lab, &[]);
    assert_eq!((report.code, codes(&report).contains("northd-stalled")), (4, true), "{report:?}");
    lab.start_northd()?;
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
    Ok(())
}

/// What a guest gets for a name outside, after a new lease: an address, or nothing.
fn outside(guest: &Guest) -> String {
    guest.dhcp().unwrap();
    guest.dig(&["google.com"]).join(" ")
}

#[test]
fn the_routers_address_as_resolver_is_mended() -> Result<()> {
    let lab = Lab::start()?;
    let _upstream = lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    let (web, _db) = network(&lab, Some("10.0.0.1"))?;
    let zone = lab.nbctl(&["create", "DNS", "external_ids:switch=net1", "records={}"]).trim().to_owned();
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", &zone]);
    lab.nbctl(&[
        "set",
        "DNS",
        &zone,
        r#"records={"web.internal"="10.0.0.11","db.internal"="10.0.0.12","db"="10.0.0.12"}"#,
    ]);
    // The resolver that the site has is known from another network.
    let row = lab.nbctl(&["create", "DHCP_Options", "cidr=10.0.9.0/24", "options:dns_server=172.16.0.53"]);
    lab.nbctl(&["ls-add", "net9", "--", "lsp-add", "net9", "p9"]);
    lab.nbctl(&["lsp-set-dhcpv4-options", "p9", row.trim()]);
    lab.hv_sync();
    let local = || web.run_for(20, &["getent", "ahostsv4", "db.internal"]).out();
    assert_eq!(outside(&web), "", "nothing listens on the router");
    assert!(local().starts_with("10.0.0.12"), "local names resolve all the same");

    let report = doctor(&lab, &["net1"]);
    let subjects: Vec<String> = errors(&report).into_iter().map(|(_, subject)| subject).collect();
    assert!(codes(&report).contains("dns-server-answers-nothing") && report.code == 4, "{report:?}");
    assert_eq!(subjects, ["10.0.0.1"], "{report:?}");
    fix(&lab, &report, "dns-server-answers-nothing")?;
    lab.hv_sync();
    assert_eq!(outside(&web), "142.250.0.1");
    assert!(local().starts_with("10.0.0.12"));
    assert_eq!(doctor(&lab, &["net1"]).code, 0);
    Ok(())
}

/// Code and subject of every error.
fn errors(report: &Run) -> BTreeSet<(String, String)> {
    let report = report.json();
    let found =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found.map(|finding| (text(&finding["code"]), text(&finding["subject"]))).collect()
}

#[test]
fn a_balancer_that_does_not_forward_is_named_and_mended() -> Result<()> {
    let lab = Lab::start()?;
    let _upstream = lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    let (web, _db) = healthy(&lab)?;
    qdns(&lab, &["forwarders", "set", "net1", "172.16.0.53", "--via", "auto"]).ok();
    lab.hv_sync();
    assert_eq!(outside(&web), "142.250.0.1");
    let balancer = |protocol: &str| {
        let condition = format!("protocol={protocol}");
        let row = lab.nbctl(&["--bare", "--columns=_uuid,name", "find", "Load_Balancer", &condition]);
        let mut words = row.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.next().unwrap())
    };
    let (udp, tcp) = (balancer("udp"), balancer("tcp"));
    let both = [udp.1.as_str(), tcp.1.as_str()];
    let detached = ["lr-lb-del", "lr0"];
    let moved =
        [&detached[..], &["--", "ls-lb-add", "net1", &udp.0, "--", "ls-lb-add", "net1", &tcp.0]].concat();
    let emptied = ["set", "Load_Balancer", &udp.0, r#"vips={"10.0.0.1:53"=""}"#];
    let cleared = ["clear", "Load_Balancer", &udp.0, "vips", "--", "clear", "Load_Balancer", &tcp.0, "vips"];
    let inner = ["remove", "Logical_Router", "lr0", "options", "chassis"];
    for (code, subjects, broken, is_deaf) in [
        ("balancer-without-backends", &both[..1], &emptied[..], true),
        ("balancer-without-backends", &both, &cleared, true),
        ("balancer-not-attached", &both, &detached, true),
        // On a switch it forwards too, but local answers come from another address before OVN 25.03.
        ("balancer-misplaced", &both, &moved, false),
        ("balancer-misplaced", &both, &inner, false),
    ] {
        assert_eq!(errors(&doctor(&lab, &[])), BTreeSet::new(), "before {broken:?}");
        lab.nbctl(broken);
        lab.hv_sync();
        if is_deaf {
            assert_eq!(outside(&web), "", "{broken:?}");
        }
        let report = doctor(&lab, &[]);
        let expected = subjects.iter().map(|name| (code.to_owned(), (*name).to_owned())).collect();
        assert_eq!((errors(&report), report.code), (expected, 4), "{broken:?}: {report:?}");
        fix(&lab, &report, code)?;
        lab.hv_sync();
        let left = codes(&doctor(&lab, &[]));
        assert!(!left.iter().any(|code| code.starts_with("balancer-")), "after {broken:?}: {left:?}");
        if broken == cleared {
            // Nobody knows the resolvers any more: the line takes the balancers away, and the next says so.
            assert!(left.contains("dhcp-no-dns-server"), "{left:?}");
            qdns(&lab, &["forwarders", "set", "net1", "172.16.0.53", "--via", "auto"]).ok();
            lab.hv_sync();
        }
        assert_eq!(outside(&web), "142.250.0.1", "{broken:?}");
        assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"), "{broken:?}");
    }
    Ok(())
}
