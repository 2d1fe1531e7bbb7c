//! What guests on a real OVN get: answers, leases, and names they can ping.

use anyhow::Result;

use crate::support::lab::{Addressing, Guest, Lab, Ran};
use crate::support::{Run, qdns};

/// A network with two guests and an outside world, on a gateway router.
struct World {
    web: Guest,
    db: Guest,
    lab: Lab,
}

impl World {
    fn start() -> Result<Self> {
        let lab = Lab::start()?;
        lab.gateway_router();
        lab.dual_net("net1", "10.0.0.0/24", "fd00::/64");
        let web = lab.static_guest("net1", "web", "10.0.0.10/24", "8.8.8.8")?;
        let db = lab.static_guest("net1", "db", "10.0.0.11/24", "8.8.8.8")?;
        Ok(World { web, db, lab })
    }

    fn qdns(&self, args: &[&str]) -> Run {
        let run = qdns(&self.lab.nb_remote(), args);
        self.lab.hv_sync();
        run
    }
}

#[test]
fn every_resolver_of_a_guest_finds_every_name_of_a_host() -> Result<()> {
    let world = World::start()?;
    world.qdns(&["record", "add", "net1", "db-server", "10.0.0.11", "fd00::11"]).ok();
    world.qdns(&["record", "add", "net1", "web-server", "10.0.0.10"]).ok();
    let guest = &world.web;

    // dig: the wire.
    assert_eq!(guest.dig(&["db-server"]), ["10.0.0.11"]);
    assert_eq!(guest.dig(&["DB-Server.INTERNAL"]), ["10.0.0.11"]);
    assert_eq!(guest.dig(&["AAAA", "db-server.internal"]), ["fd00::11"]);
    assert_eq!(guest.dig(&["-x", "10.0.0.11"]), ["db-server.internal."]);
    assert_eq!(guest.dig(&["-x", "fd00::11"]), ["db-server.internal."]);
    let ttl = guest.run(&["dig", "+noedns", "+noall", "+answer", "db-server.internal"]).out();
    assert!(ttl.contains("3600"), "{ttl}");

    // glibc and musl, by the search domain too.
    guest.set_resolv_conf("search internal\nnameserver 8.8.8.8\n")?;
    for name in ["db-server", "db-server.internal"] {
        let found = guest.run(&["getent", "ahosts", name]).out();
        assert!(found.contains("10.0.0.11") && found.contains("fd00::11"), "{name}: {found}");
        let found = guest.musl_lookup(name)?.out();
        assert!(found.contains("10.0.0.11"), "musl, {name}: {found}");
    }
    let reverse = guest.run(&["getent", "hosts", "10.0.0.11"]).out();
    assert!(reverse.contains("db-server.internal"), "{reverse}");

    // busybox.
    let looked_up = guest.run(&["busybox", "nslookup", "db-server.internal", "8.8.8.8"]).out();
    assert!(looked_up.contains("10.0.0.11"), "{looked_up}");

    // What is removed is gone, and what is replaced is what it was replaced with.
    world.qdns(&["record", "rm", "net1", "db-server"]).ok();
    assert_eq!(guest.dig(&["db-server"]), [""; 0]);
    assert_eq!(guest.dig(&["-x", "10.0.0.11"]), [""; 0]);
    world.qdns(&["record", "add", "net1", "web-server", "10.0.0.77", "--replace"]).ok();
    assert_eq!(world.db.dig(&["web-server.internal"]), ["10.0.0.77"]);
    assert_eq!(world.db.dig(&["-x", "10.0.0.10"]), [""; 0]);
    Ok(())
}

#[test]
fn an_alias_resolves_and_follows_its_host() -> Result<()> {
    let world = World::start()?;
    world.qdns(&["record", "add", "net1", "web-server", "10.0.0.10", "fd00::10"]).ok();
    world.qdns(&["record", "add", "net1", "www", "--alias-of", "web-server"]).ok();
    let guest = &world.db;
    guest.set_resolv_conf("search internal\nnameserver 8.8.8.8\n")?;
    for name in ["www", "www.internal"] {
        let found = guest.run(&["getent", "ahosts", name]).out();
        assert!(found.contains("10.0.0.10") && found.contains("fd00::10"), "{name}: {found}");
        let found = guest.musl_lookup(name)?.out();
        assert!(found.contains("10.0.0.10"), "musl, {name}: {found}");
    }
    assert_eq!(guest.dig(&["-x", "10.0.0.10"]), ["web-server.internal."]);

    world.qdns(&["record", "add", "net1", "web-server", "10.0.0.77", "--replace"]).ok();
    assert_eq!(guest.dig(&["www"]), ["10.0.0.77"]);
    assert_eq!(guest.dig(&["AAAA", "www.internal"]), [""; 0]);
    world.qdns(&["record", "rename", "net1", "web-server", "app"]).ok();
    assert_eq!(guest.dig(&["www"]), ["10.0.0.77"]);
    world.qdns(&["zone", "set", "net1", "--domain", "prod.internal", "--yes"]).ok();
    assert_eq!(guest.dig(&["www.prod.internal"]), ["10.0.0.77"]);
    assert_eq!(guest.dig(&["www.internal"]), [""; 0]);
    world.qdns(&["record", "rm", "net1", "app"]).ok();
    assert_eq!(guest.dig(&["www"]), [""; 0]);
    Ok(())
}

#[test]
fn a_row_made_by_hand_resolves_once_it_is_put_right() -> Result<()> {
    let world = World::start()?;
    let row = world.lab.nbctl(&["create", "DNS", "external_ids:switch=net1", "records={}"]);
    world.lab.nbctl(&["add", "Logical_Switch", "net1", "dns_records", row.trim()]);
    world.lab.nbctl(&["set", "DNS", row.trim(), "records:Db.internal=10.0.0.11,10.0.0.12"]);
    world.lab.hv_sync();
    assert_eq!(world.web.dig(&["db.internal"]), [""; 0]);
    world.qdns(&["record", "add", "net1", "db", "10.0.0.11", "10.0.0.12"]).ok();
    let mut answers = world.web.dig(&["db.internal"]);
    answers.sort();
    assert_eq!(answers, ["10.0.0.11", "10.0.0.12"]);
    Ok(())
}

/// A port that leases by DHCP, and a guest on it.
fn leasing_guest(lab: &Lab, name: &str, ip: &str, row: &str) -> Result<Guest> {
    let (port, mac) = (format!("net1-{name}-port"), lab.mac());
    lab.port("net1", &port, &format!("{mac} {ip}"));
    lab.nbctl(&["lsp-set-dhcpv4-options", &port, row]);
    lab.guest(name, &port, &mac, Addressing::None)
}

/// The lab's DHCP row, with an option that is none of qdns's business.
fn dhcp_row(lab: &Lab) -> String {
    let row = lab.dhcp_row();
    lab.nbctl(&["set", "DHCP_Options", &row, "options:mtu=1400"]);
    row
}

#[test]
fn a_guest_leases_its_resolvers_and_pings_its_neighbour_by_name() -> Result<()> {
    let world = World::start()?;
    let lab = &world.lab;
    let row = dhcp_row(lab);
    let guest = leasing_guest(lab, "app", "10.0.0.12", &row)?;
    let _upstreams = [lab.upstream("8.8.8.8", &[])?, lab.upstream("8.8.4.4", &[])?];
    world.qdns(&["record", "add", "net1", "db-server", "10.0.0.11"]).ok();
    let before = lab.nbctl(&["list", "DHCP_Options"]);

    world.qdns(&["forwarders", "set", "net1", "8.8.8.8", "8.8.4.4"]).ok();
    let lease = guest.dhcp()?;
    assert_eq!(lease.get("ip"), Some("10.0.0.12"));
    assert_eq!(lease.dns(), ["8.8.8.8", "8.8.4.4"]);
    assert_eq!(lease.get("search"), Some("internal"));
    assert_eq!(lease.get("domain"), Some("internal"));
    assert_eq!(lease.get("mtu"), Some("1400"), "other options stay");
    let pinged = guest.run(&["ping", "-c1", "-W2", "db-server"]).ok();
    assert!(pinged.contains("(10.0.0.11)"), "{pinged}");
    let shown = world.qdns(&["forwarders", "show", "net1", "-o", "plain"]).ok().to_owned();
    assert_eq!(
        shown,
        format!("net1\t10.0.0.0/24\t8.8.8.8 8.8.4.4\tinternal\t{row}\tplain\t8.8.8.8 8.8.4.4\n")
    );

    world.qdns(&["forwarders", "clear", "net1"]).ok();
    assert_eq!(lab.nbctl(&["list", "DHCP_Options"]), before);
    assert_eq!(guest.dhcp()?.dns(), [""; 0]);
    Ok(())
}

#[test]
fn a_row_that_stopped_dhcp_leases_again_once_forwarders_are_set() -> Result<()> {
    let world = World::start()?;
    let lab = &world.lab;
    let row = dhcp_row(lab);
    let guest = leasing_guest(lab, "app", "10.0.0.12", &row)?;
    // What the obvious command does.
    lab.nbctl(&["set", "DHCP_Options", &row, "options:dns_server=\"8.8.8.8,8.8.4.4\""]);
    lab.hv_sync();
    assert!(guest.dhcp().is_err(), "an unbraced list stops DHCP");
    world.qdns(&["forwarders", "set", "net1", "8.8.8.8", "8.8.4.4"]).ok();
    assert_eq!(guest.dhcp()?.dns(), ["8.8.8.8", "8.8.4.4"]);
    Ok(())
}

#[test]
fn what_is_not_local_reaches_the_forwarder() -> Result<()> {
    let world = World::start()?;
    let upstream = world.lab.upstream("172.16.0.53", &[("google.com", "142.250.0.1")])?;
    world.qdns(&["record", "add", "net1", "db-server", "10.0.0.11"]).ok();
    world.web.set_resolv_conf(&format!("search internal\nnameserver {}\n", upstream.address))?;
    let found = world.web.run(&["getent", "ahostsv4", "google.com"]).out();
    assert!(found.contains("142.250.0.1"), "{found}");
    let found = world.web.run(&["getent", "ahostsv4", "db-server"]).out();
    assert!(found.contains("10.0.0.11"), "{found}");
    let queries = upstream.queries();
    assert!(queries.iter().any(|query| query.contains("google.com")), "{queries:?}");
    assert!(!queries.iter().any(|query| query.contains("[A] db-server")), "{queries:?}");
    Ok(())
}

#[test]
fn guests_lease_from_rows_that_qdns_makes() -> Result<()> {
    let lab = Lab::start()?;
    lab.gateway_router();
    lab.dual_net("net1", "10.0.0.0/24", "fd00::/64");
    let mac = lab.mac();
    lab.port("net1", "p1", &format!("{mac} 10.0.0.20"));
    let guest = lab.guest("p1", "p1", &mac, Addressing::None)?;
    let qdns = |args: &[&str]| {
        qdns(&lab.nb_remote(), args).ok();
        lab.hv_sync();
    };
    assert!(guest.dhcp().is_err(), "there are no DHCP options yet");
    qdns(&["record", "add", "net1", "db", "10.0.0.11"]);
    qdns(&["forwarders", "set", "net1", "192.0.2.53", "--create-dhcp"]);
    let lease = guest.dhcp()?;
    assert_eq!((lease.get("ip"), lease.get("router")), (Some("10.0.0.20"), Some("10.0.0.1")));
    assert_eq!((lease.dns(), lease.get("search")), (vec!["192.0.2.53"], Some("internal")));
    assert!(guest.run(&["getent", "ahostsv4", "db"]).ok().starts_with("10.0.0.11"));
    Ok(())
}
