//! `qdns doctor` on a whole OVN: a healthy network is healthy, a network made by hand is not and is fixed, and
//! faults in ovn-northd, chassis, ACLs and load balancers are found.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::support::doctor::{codes, counts, doctor, findings, fix, healthy, network, qdns, reachable};
use crate::support::lab::{Guest, Lab, Ran};
use crate::support::{Run, snapshot};

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
fn a_network_made_by_hand_is_fixed() -> Result<()> {
    let lab = Lab::start()?;
    let (web, db) = network(&lab, Some("8.8.8.8,8.8.4.4"))?;
    reachable(&lab, "8.8.8.8");
    reachable(&lab, "8.8.4.4");
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
    snapshot!(findings(&report), @r#"
    error dhcp-option-syntax dns_server = 8.8.8.8,8.8.4.4: several values need braces: {A, B}; OVN takes what follows the first for an option's name; no port of 10.0.0.0/24 gets a lease
    error key-never-matches OVN never finds Db.internal: it has capital letters; guests ask for db.internal
    error value-truncated Db.internal is "10.0.0.12,fd00::12": OVN ignores what follows the comma, so guests get 10.0.0.12
    info ipv4-only 1 host has no IPv6 address: musl guests (Alpine) fail to look them up
    info ptr-missing db has no reverse name for 10.0.0.12, fd00::12
    info ptr-missing web has no reverse name for 10.0.0.11
    warning pair-incomplete db.internal resolves, db does not
    warning pair-incomplete web.internal resolves, web does not
    warning search-domain-missing guests of net1 do not get internal by DHCP: short names do not resolve in systemd-resolved guests
    "#);
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
    assert_eq!(report.code, 4);
    snapshot!(findings(&report), @"
    error acl-drops-dns port db sends a DNS query to 172.16.0.53, and ACL [UUID] drops it
    error acl-drops-dns port web sends a DNS query to 172.16.0.53, and ACL [UUID] drops it
    ");
    for acl in acls.split_whitespace() {
        assert!(findings(&report).contains(&format!("ACL {acl} drops it")), "{acl}: {report}");
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
    snapshot!(findings(&report), @"
    error sb-records-differ the names that OVN serves on net1 are not those of the northbound database
    info address-shared 10.0.0.11 is the address of late and web
    info address-shared fd00::11 is the address of late and web
    ");
    lab.nbctl(&["ls-add", "net2"]);
    let report = doctor(&lab, &[]);
    assert_eq!(report.code, 4);
    snapshot!(findings(&report), @"
    error northd-stalled ovn-northd has made no datapath for 1 of 3 switches
    error sb-records-differ the names that OVN serves on net1 are not those of the northbound database
    info address-shared 10.0.0.11 is the address of late and web
    info address-shared fd00::11 is the address of late and web
    ");
    fix(&lab, &report, "northd-stalled")?;
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
    Ok(())
}

#[test]
fn flows_that_are_gone_while_northd_is_paused_are_found_and_come_back() -> Result<()> {
    let lab = Lab::start()?;
    let _guests = healthy(&lab)?;
    lab.appctl("ovn-northd", &["pause"]);
    let flows = lab.sbctl(&["--bare", "--columns=_uuid", "find", "Logical_Flow", "match=\"udp.dst == 53\""]);
    for flow in flows.split_whitespace() {
        lab.sbctl(&["destroy", "Logical_Flow", flow]);
    }
    let report = doctor(&lab, &[]);
    snapshot!(findings(&report), @"error dns-flows-missing net1 has names and no flow that looks them up");
    fix(&lab, &report, "dns-flows-missing")?;
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
    Ok(())
}

#[test]
fn a_chassis_that_is_behind_is_named() -> Result<()> {
    let lab = Lab::start()?;
    let _guests = healthy(&lab)?;
    lab.kill_controller();
    lab.nbctl(&["--wait=sb", "sync"]);
    let report = doctor(&lab, &[]);
    assert_eq!(report.code, 0);
    snapshot!(findings(&report), @"warning chassis-behind chassis hv1 has reached change 1 of 2: its guests may get old answers");
    lab.start_controller()?;
    lab.hv_sync();
    assert!(!codes(&doctor(&lab, &[])).contains("chassis-behind"));
    Ok(())
}

#[test]
fn a_dead_northd_is_named() -> Result<()> {
    let lab = Lab::start()?;
    let _guests = healthy(&lab)?;
    lab.kill_northd();
    lab.nbctl(&["ls-add", "net2"]);
    let report = doctor(&lab, &[]);
    assert_eq!(report.code, 4);
    snapshot!(findings(&report), @"error northd-stalled ovn-northd has made no datapath for 1 of 3 switches");
    lab.start_northd()?;
    lab.hv_sync();
    assert_eq!(doctor(&lab, &[]).code, 0);
    Ok(())
}

/// What a guest gets for a name outside, after a new lease: an address, or nothing.
fn outside(guest: &Guest) -> Result<String> {
    guest.dhcp()?;
    Ok(guest.dig(&["google.com"]).join(" "))
}

#[test]
fn the_routers_address_as_resolver_is_fixed() -> Result<()> {
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
    assert_eq!(outside(&web)?, "", "nothing listens on the router");
    assert!(local().starts_with("10.0.0.12"), "local names resolve all the same");

    let report = doctor(&lab, &["net1"]);
    assert_eq!(report.code, 4);
    snapshot!(findings(&report), @"
    error dns-server-answers-nothing guests of 10.0.0.0/24 ask 10.0.0.1, where no resolver listens: only local names resolve
    info ipv4-only 2 hosts have no IPv6 address: musl guests (Alpine) fail to look them up
    info ptr-missing db has no reverse name for 10.0.0.12
    info ptr-missing web has no reverse name for 10.0.0.11
    warning pair-incomplete web.internal resolves, web does not
    warning search-domain-missing guests of net1 do not get internal by DHCP: short names do not resolve in systemd-resolved guests
    ");
    fix(&lab, &report, "dns-server-answers-nothing")?;
    lab.hv_sync();
    assert_eq!(outside(&web)?, "142.250.0.1");
    assert!(local().starts_with("10.0.0.12"));
    assert_eq!(doctor(&lab, &["net1"]).code, 0);
    Ok(())
}

/// Code and subject of every error.
fn errors(report: &Run) -> BTreeSet<(String, String)> {
    let report = report.json();
    let errors = report["findings"].as_array().into_iter().flatten();
    let errors = errors.filter(|finding| finding["severity"] == "error");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors.map(|finding| (text(&finding["code"]), text(&finding["subject"]))).collect()
}

/// UUID and name of the load balancer for a protocol.
fn balancer(lab: &Lab, protocol: &str) -> Result<(String, String)> {
    let condition = format!("protocol={protocol}");
    let row = lab.nbctl(&["--bare", "--columns=_uuid,name", "find", "Load_Balancer", &condition]);
    let (uuid, name) = row.trim().split_once('\n').context("a UUID and a name")?;
    Ok((uuid.to_owned(), name.to_owned()))
}

#[test]
fn a_balancer_that_does_not_forward_is_named_and_fixed() -> Result<()> {
    let lab = Lab::start()?;
    let _upstream = lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    let (web, _db) = healthy(&lab)?;
    qdns(&lab, &["forwarders", "set", "net1", "172.16.0.53", "--via", "auto"]).ok();
    lab.hv_sync();
    assert_eq!(outside(&web)?, "142.250.0.1");
    let (udp, tcp) = (balancer(&lab, "udp")?, balancer(&lab, "tcp")?);
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
            assert_eq!(outside(&web)?, "", "{broken:?}");
        }
        let report = doctor(&lab, &[]);
        let expected = subjects.iter().map(|name| (code.to_owned(), (*name).to_owned())).collect();
        assert_eq!((errors(&report), report.code), (expected, 4), "{broken:?}: {report:?}");
        fix(&lab, &report, code)?;
        lab.hv_sync();
        let left = codes(&doctor(&lab, &[]));
        assert!(!left.iter().any(|code| code.starts_with("balancer-")), "after {broken:?}: {left:?}");
        if broken == cleared {
            // The resolvers are not known any more: the line removes the balancers, and the next report says so.
            assert!(left.contains("dhcp-no-dns-server"), "{left:?}");
            qdns(&lab, &["forwarders", "set", "net1", "172.16.0.53", "--via", "auto"]).ok();
            lab.hv_sync();
        }
        assert_eq!(outside(&web)?, "142.250.0.1", "{broken:?}");
        assert!(web.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.12"), "{broken:?}");
    }
    Ok(())
}
