//! `qdns lookup` agrees with what glibc, musl and dig get in a guest: search lists, odd values, long answers.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::lookup_agrees::{
    DIG, Dice, KEYS, ON_THE_WAY, PORT, SEED, asking, lease, list, many, network, scatter, texts,
};
use crate::support::lab::{Lab, Ran, Resolved};
use crate::support::{qdns, run};

/// What `qdns lookup` says of one name from the guest's port.
fn looked_up(lab: &Lab, name: &str, more: &[&str]) -> Value {
    let run = run(asking(lab).args(["-o", "json", "lookup", name, "--from", PORT]).args(more));
    run.json()["lookups"][0].take()
}

/// What a program printed: the addresses, each once.
fn addresses(out: &str) -> BTreeSet<String> {
    out.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn glibc_and_musl_end_up_with_what_lookup_says() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = network(&lab)?;
    lease(&lab, "8.8.8.8");
    let mut dice = Dice(SEED);
    let (mut compared, mut nxdomain) = (0, 0);
    for _ in 0..3 {
        scatter(&lab, &mut dice, false)?;
        for key in KEYS.iter().filter(|key| !key.ends_with('.') && !key.ends_with(".arpa")) {
            let lookup = looked_up(&lab, key, &[]);
            if list(&lookup["queries"]).any(|query| query["verdict"] == "ambiguous") {
                continue;
            }
            for client in list(&lookup["guests"]) {
                let found = match client["client"].as_str() {
                    Some("glibc") => addresses(&guest.run(&["getent", "ahosts", key]).out()),
                    Some("musl") => addresses(&guest.musl_lookup(key)?.out()),
                    _ => continue,
                };
                // The upstream says NXDOMAIN to the other query, and musl believes it.
                let may_fail = client["message"].as_str().context("a message")?.contains("NXDOMAIN");
                let is_failure = may_fail && found.is_empty();
                assert!(found == texts(&client["addresses"]) || is_failure, "{key}: {found:?}, {client:#}");
                nxdomain += usize::from(is_failure);
                compared += 1;
            }
        }
    }
    println!("{compared} look-ups by glibc and musl agree, {nxdomain} end by NXDOMAIN as foretold");
    assert!(compared >= 24 && nxdomain > 0, "{compared} {nxdomain}");
    Ok(())
}

/// It gives up on the other query: after 6 s where OVN answers queries with EDNS, after 17 s where it passes them on, and
/// after 4 s where the query is rejected.
#[test]
fn systemd_resolved_returns_what_ovn_answers_where_the_resolver_is_silent() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = network(&lab)?;
    let resolved = Resolved::start(&guest)?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "web", "10.0.0.10"]).ok();
    lease(&lab, "8.8.8.8");
    for action in ["drop", "reject"] {
        lab.nbctl(&["clear", "Logical_Switch", ON_THE_WAY, "acls"]);
        let query = "ip4.dst == 8.8.8.8 && udp.dst == 53";
        lab.nbctl(&["acl-add", ON_THE_WAY, "to-lport", "1000", query, action]);
        lab.hv_sync();
        let found = guest.sh(&format!("timeout 60 {}", resolved.getent("web.internal")));
        let lookup = looked_up(&lab, "web.internal", &[]);
        let said = predicted(&lab, "web.internal", "systemd-resolved");
        assert_eq!(addresses(&found.out()), said, "{action}: {lookup:#}");
    }
    Ok(())
}

/// The addresses that lookup says a resolver library gets, as a set.
fn predicted(lab: &Lab, name: &str, client: &str) -> BTreeSet<String> {
    let lookup = looked_up(lab, name, &[]);
    let guest = list(&lookup["guests"]).find(|guest| guest["client"] == client);
    guest.map(|guest| texts(&guest["addresses"])).unwrap_or_default()
}

#[test]
fn glibc_and_musl_go_through_the_search_list_as_lookup_says() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = network(&lab)?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "web", "10.0.0.10", "fd00::10", "--no-short"]).ok();
    let row = lab.nbctl(&[
        "create",
        "DNS",
        "external_ids:ls_name=net1",
        "records:\"db.prod.internal\"=\"10.0.0.11 fd00::11\"",
    ]);
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    let both = |host: &str| BTreeSet::from([format!("10.0.0.{host}"), format!("fd00::{host}")]);
    for (server, name, glibc, musl) in [
        // NXDOMAIN for web.other.internal; only glibc searches a name with a dot.
        ("8.8.8.8", "web", both("10"), both("10")),
        ("8.8.8.8", "db.prod", both("11"), BTreeSet::new()),
        // Nothing answers for web.other.internal: glibc asks for web next, musl for nothing.
        ("10.0.0.1", "web", BTreeSet::new(), BTreeSet::new()),
    ] {
        lease(&lab, server);
        let option = "options:domain_search_list=\"\\\"other.internal,internal\\\"\"";
        let row = lab.nbctl(&["get", "Logical_Switch_Port", PORT, "dhcpv4_options"]);
        lab.nbctl(&["set", "DHCP_Options", row.trim(), option]);
        lab.hv_sync();
        guest.set_resolv_conf(&format!("search other.internal internal\nnameserver {server}\n"))?;
        assert_eq!(predicted(&lab, name, "glibc"), glibc, "{name} at {server}");
        assert_eq!(
            addresses(&guest.run_for(30, &["getent", "ahosts", name]).out()),
            glibc,
            "{name} at {server}"
        );
        assert_eq!(predicted(&lab, name, "musl"), musl, "{name} at {server}");
        assert_eq!(addresses(&guest.musl_lookup(name)?.out()), musl, "{name} at {server}");
    }
    Ok(())
}

/// Values that are no addresses to other programs, and what OVN answers from them.
const ODD_VALUES: &[&str] = &[
    "10.0.0.05",
    "010.000.0.08 10.0.0.9",
    "10.0.0.300",
    "10.0.0.+5",
    "10. 0.0.6",
    "10.0.0.-1",
    "10.0.0.0x7",
    "10.0.0.7x",
    "10.0.0.008/24 10.0.0.9",
    "10.0.0.1/255.255.255.0 10.0.0.9",
    "10.0.0.4294967301",
    "10.0.0.5.6",
    "10.0.0.5fd00::1",
    "fd00::05",
    "::ffff:10.0.0.5",
];

#[test]
fn odd_values_are_read_as_ovn_reads_them() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _) = network(&lab)?;
    let mut row = vec!["create".to_owned(), "DNS".to_owned(), "external_ids:switch=net1".to_owned()];
    row.extend(ODD_VALUES.iter().enumerate().map(|(n, value)| format!("records:v{n}.internal=\"{value}\"")));
    let uuid = lab.nbctl(&row.iter().map(String::as_str).collect::<Vec<_>>());
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid.trim()]);
    lab.hv_sync();
    for (n, value) in ODD_VALUES.iter().enumerate() {
        let (name, kind) = (format!("v{n}.internal"), if value.contains("::") { "AAAA" } else { "A" });
        let predicted = texts(&looked_up(&lab, &name, &["--type", kind])["queries"][0]["answers"]);
        let dig = guest.sh(&format!("{DIG} +short +time=3 +noedns @8.8.8.8 {name} {kind}"));
        assert_eq!(predicted, dig.ok().lines().map(str::to_owned).collect(), "{value}");
    }
    Ok(())
}

#[test]
fn each_library_gets_of_a_long_answer_what_lookup_says() -> Result<()> {
    let lab = Lab::start()?;
    let (guest, _upstreams) = network(&lab)?;
    lease(&lab, "8.8.8.8");
    let names = [("n17", 17), ("n18", 18), ("n51", 51), ("n52", 52)];
    let mut row = vec!["create".to_owned(), "DNS".to_owned(), "external_ids:switch=net1".to_owned()];
    let value = |count| many(count, "10.0.1.") + " fd00::1";
    row.extend(names.map(|(name, count)| format!("records:{name}.internal=\"{}\"", value(count))));
    let uuid = lab.nbctl(&row.iter().map(String::as_str).collect::<Vec<_>>());
    lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", uuid.trim()]);
    lab.hv_sync();
    for (name, count) in names {
        let name = format!("{name}.internal");
        let lookup = looked_up(&lab, &name, &[]);
        let dig = guest.dig(&["@8.8.8.8", "+ignore", &name]).len();
        assert_eq!(list(&lookup["queries"][0]["answers"]).count(), dig, "{name}");
        for client in list(&lookup["guests"]) {
            let found = match client["client"].as_str() {
                Some("glibc") => addresses(&guest.run_for(30, &["getent", "ahosts", &name]).out()),
                Some("musl") => addresses(&guest.musl_lookup(&name)?.out()),
                _ => continue,
            };
            let all = list(&client["addresses"]).count();
            let reads = client["reads"].as_u64().map_or(all, |reads| reads as usize);
            assert_eq!(found.len(), reads, "{name}: {client:#}");
            // The least one that is lost.
            assert_eq!(found.is_empty(), count > 51, "{name}: {client:#}");
        }
    }
    Ok(())
}
