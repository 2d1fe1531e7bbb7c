//! Forwarding on a real OVN: a guest asks its router, and is answered what is local and what is not.

use anyhow::{Context as _, Result};

use crate::support::lab::{Addressing, CHASSIS, Guest, Lab, Ran, Upstream};
use crate::support::{Run, qdns};

const ROUTER: &str = "lr0";
const FORWARDS_EVERYWHERE: (u32, u32) = (25, 3);

/// What the router of the guests' network is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Topology {
    /// On one chassis as a whole.
    Gateway,
    /// On all, with its way out on one.
    Distributed,
    /// On all, without a way out of its own.
    Inner,
}

/// A network with a leasing guest, a neighbour, and two resolvers beyond the router.
struct World {
    guest: Guest,
    upstreams: Vec<Upstream>,
    lab: Lab,
}

impl World {
    fn start(topology: Topology) -> Result<Self> {
        let lab = Lab::start()?;
        if topology == Topology::Gateway {
            lab.gateway_router();
        }
        lab.net("net1", "10.0.0.0/24");
        let mut upstreams = Vec::new();
        for address in ["172.16.0.53", "172.16.0.54"] {
            upstreams.push(lab.upstream(address, &[("google.com", "142.250.0.1")])?);
        }
        if topology == Topology::Distributed {
            for port in lab.nbctl(&["--bare", "--columns=name", "list", "Logical_Router_Port"]).lines() {
                if port.contains("ext-172-16") {
                    lab.nbctl(&["lrp-set-gateway-chassis", port, CHASSIS, "10"]);
                }
            }
        }
        let row = lab.dhcp_row();
        let mac = lab.mac();
        lab.port("net1", "app", &format!("{mac} 10.0.0.12"));
        lab.nbctl(&["lsp-set-dhcpv4-options", "app", row.trim()]);
        let guest = lab.guest("app", "app", &mac, Addressing::None)?;
        let world = World { guest, upstreams, lab };
        world.qdns(&["record", "add", "net1", "db-server", "10.0.0.11"]).ok();
        Ok(world)
    }

    fn qdns(&self, args: &[&str]) -> Run {
        let run = qdns(&self.lab.nb_remote(), args);
        self.lab.hv_sync();
        run
    }

    fn forwards_everywhere(&self) -> Result<bool> {
        Ok(self.lab.version()? >= FORWARDS_EVERYWHERE)
    }

    /// What `nslookup` says: the server that answered and the last address.
    fn nslookup(&self, options: &[&str], name: &str) -> (String, String) {
        let said =
            self.guest.run(&[&["nslookup", "-timeout=1", "-retry=2"], options, &[name]].concat()).out();
        let value = |line: &str| line.split_once(':').map(|(_, value)| value.trim().to_owned());
        let find = |key: &str, last: bool| {
            let mut lines = said.lines().filter(|line| line.starts_with(key));
            if last { lines.next_back() } else { lines.next() }.and_then(value).unwrap_or_default()
        };
        (find("Server", false), find("Address", true))
    }

    /// `set --via`, a lease, and everything a guest can ask; then `clear`.
    fn forwards(&self, holder: &str) -> Result<()> {
        let before = self.lab.dump();
        self.qdns(&["forwarders", "set", "net1", "172.16.0.53", "172.16.0.54", "--via", "auto"]).ok();
        self.shows(holder);
        let lease = self.guest.dhcp()?;
        assert_eq!(lease.dns(), ["10.0.0.1"]);
        let answer = |ip: &str| ("10.0.0.1".to_owned(), ip.to_owned());
        for _ in 0..4 {
            assert_eq!(self.nslookup(&[], "db-server"), answer("10.0.0.11"));
            assert_eq!(self.nslookup(&[], "google.com"), answer("142.250.0.1"));
            assert_eq!(self.nslookup(&["-vc"], "google.com"), answer("142.250.0.1"));
        }
        assert!(self.upstreams.iter().any(|upstream| !upstream.queries().is_empty()));
        for upstream in &self.upstreams {
            let asked = upstream.queries();
            assert!(!asked.iter().any(|query| query.contains("[A] db-server")), "{asked:?}");
        }
        self.qdns(&["forwarders", "clear", "net1"]).ok();
        assert_eq!(without_counters(&self.lab.dump()), without_counters(&before));
        Ok(())
    }

    fn shows(&self, holder: &str) {
        let shown = self.qdns(&["forwarders", "show", "net1", "-o", "json"]).json();
        let row = &shown["forwarders"][0];
        assert_eq!(row["mode"], "via", "{shown}");
        assert_eq!(row["servers"], serde_json::json!(["10.0.0.1"]));
        assert_eq!(row["upstreams"], serde_json::json!(["172.16.0.53", "172.16.0.54"]));
        assert_eq!(row["attached_to"], serde_json::json!([holder]));
        assert_eq!(row["port_names"], serde_json::json!(["app"]));
    }
}

/// A dump without the row of `NB_Global`, whose counters every `--wait=hv` moves.
fn without_counters(dump: &str) -> String {
    let table = |part: &&str| !part.starts_with("NB_Global table");
    dump.split("\n\n").filter(table).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_gateway_router_forwards_on_every_release() -> Result<()> {
    let world = World::start(Topology::Gateway)?;
    world.forwards("router lr0")
}

#[test]
fn a_distributed_router_forwards_or_is_refused_with_the_reason() -> Result<()> {
    forwards_or_is_refused(Topology::Distributed, "router lr0", "get lost on the way back")
}

#[test]
fn resolvers_that_the_gateway_port_does_not_lead_to_are_balanced_on_the_switch() -> Result<()> {
    let world = World::start(Topology::Distributed)?;
    if !world.forwards_everywhere()? {
        return Ok(());
    }
    let inner = world.lab.upstream("172.17.0.53", &[("inner.org", "192.0.2.1")])?;
    let neighbour = world.lab.static_guest("net1", "db", "10.0.0.11/24", "10.0.0.1")?;
    neighbour.run(&["dnsmasq", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv"]).ok();
    for resolver in [inner.address.as_str(), "10.0.0.11"] {
        world.qdns(&["forwarders", "set", "net1", resolver, "--via", "auto"]).ok();
        let shown = world.qdns(&["forwarders", "show", "net1", "-o", "json"]).json();
        assert_eq!(shown["forwarders"][0]["attached_to"], serde_json::json!(["switch net1"]));
        world.guest.dhcp()?;
        assert_eq!(world.nslookup(&[], "db-server"), ("10.0.0.1".to_owned(), "10.0.0.11".to_owned()));
        let name = if resolver == "10.0.0.11" { "localhost" } else { "inner.org" };
        assert_eq!(world.nslookup(&[], name).0, "10.0.0.1", "{resolver} answers as the VIP");
    }
    Ok(())
}

#[test]
fn a_switch_forwards_where_its_router_cannot_or_it_is_refused_with_the_reason() -> Result<()> {
    forwards_or_is_refused(Topology::Inner, "switch net1", "come from the resolver's address")
}

fn forwards_or_is_refused(topology: Topology, holder: &str, reason: &str) -> Result<()> {
    let world = World::start(topology)?;
    if world.forwards_everywhere()? {
        return world.forwards(holder);
    }
    let before = world.lab.dump();
    let said =
        qdns(&world.lab.nb_remote(), &["forwarders", "set", "net1", "172.16.0.53", "--via", "10.0.0.1"])
            .fails(1);
    assert!(said.contains(reason) && said.contains("OVN 23.03"), "{said}");
    assert!(said.contains("qdns forwarders set net1 172.16.0.53"), "the plain mode is named: {said}");
    assert_eq!(world.lab.dump(), before);
    Ok(())
}

#[test]
fn with_one_of_two_resolvers_dead_names_still_resolve_on_asking_again() -> Result<()> {
    let mut world = World::start(Topology::Gateway)?;
    let run = world.qdns(&["forwarders", "set", "net1", "172.16.0.53", "172.16.0.54", "--via", "auto"]);
    run.ok();
    assert!(run.stderr.contains("does not notice when a resolver fails"), "{run:?}");
    world.guest.dhcp()?;
    world.upstreams.pop().context("two resolvers")?.guest.kill()?;
    for _ in 0..5 {
        let asked = |_: &u32| world.nslookup(&[], "google.com").1 == "142.250.0.1";
        assert!((0..6).any(|n| asked(&n)), "each attempt comes from another port, and may reach the other");
        assert_eq!(world.nslookup(&[], "db-server").1, "10.0.0.11");
    }
    Ok(())
}

#[test]
fn a_resolver_on_another_port_and_a_change_of_mind() -> Result<()> {
    let world = World::start(Topology::Gateway)?;
    let before = world.lab.dump();
    let set = |args: &[&str]| world.qdns(&[&["forwarders", "set", "net1"], args].concat());
    world.upstreams[0]
        .guest
        .run(&[
            "dnsmasq",
            "--conf-file=/dev/null",
            "--pid-file=",
            "--user=root",
            "--no-resolv",
            "--no-hosts",
            "--port=5353",
            "--address=/other.org/192.0.2.1",
            "--local=/other.org/",
        ])
        .ok();
    set(&["172.16.0.53:5353", "--via", "10.0.0.1"]).ok();
    world.guest.dhcp()?;
    assert_eq!(world.nslookup(&[], "other.org"), ("10.0.0.1".to_owned(), "192.0.2.1".to_owned()));
    assert_eq!(world.nslookup(&[], "db-server").1, "10.0.0.11");

    // The same again changes nothing; another resolver takes the place.
    assert!(set(&["172.16.0.53:5353", "--via", "10.0.0.1"]).ok().contains("Nothing to change"));
    set(&["172.16.0.54", "--via", "10.0.0.1"]).ok();
    assert_eq!(world.nslookup(&[], "google.com").1, "142.250.0.1");
    let shown = world.qdns(&["forwarders", "show", "net1"]).ok().to_owned();
    assert!(shown.contains("172.16.0.54") && !shown.contains("5353"), "{shown}");

    // Without --via the balancers go.
    set(&["172.16.0.54"]).ok();
    assert_eq!(world.lab.nbctl(&["--bare", "list", "Load_Balancer"]).trim(), "");
    assert_eq!(world.guest.dhcp()?.dns(), ["172.16.0.54"]);
    world.qdns(&["forwarders", "clear", "net1"]).ok();
    assert_eq!(without_counters(&world.lab.dump()), without_counters(&before));
    Ok(())
}

#[test]
fn what_could_not_work_is_refused_and_leaves_the_database_alone() -> Result<()> {
    let world = World::start(Topology::Gateway)?;
    let lab = &world.lab;
    lab.nbctl(&["ls-add", "alone"]);
    lab.nbctl(&[
        "lb-add",
        "theirs",
        "10.0.0.1:53",
        "192.0.2.1:53",
        "udp",
        "--",
        "lr-lb-add",
        ROUTER,
        "theirs",
    ]);
    let before = lab.dump();
    for (args, code, sentence) in [
        (&["alone", "8.8.8.8", "--via", "auto"][..], 1, "alone has no router"),
        (&["net1", "8.8.8.8", "--via", "10.0.0.99"], 1, "no router has this address on switch net1"),
        (
            &["net1", "8.8.8.8", "--via", "auto"],
            1,
            "router lr0 has a load balancer for 10.0.0.1:53 already: theirs",
        ),
        (&["net1", "10.0.0.1", "--via", "10.0.0.1"], 2, "it is the VIP itself"),
        (&["net1", "10.0.0.11", "--via", "10.0.0.1"], 1, "on the guests' own network"),
        (&["net1", "fd00::53", "--via", "10.0.0.1"], 2, "its own address family"),
        (&["net1", "8.8.8.8:0", "--via", "10.0.0.1"], 2, "port 0"),
        (&["net1", "8.8.8.8:53"], 2, "8.8.8.8:53"),
        (&["net1", "8.8.8.8", "--via", "router"], 2, "neither an IPv4 nor an IPv6"),
    ] {
        let said = qdns(&lab.nb_remote(), &[&["forwarders", "set"], args].concat()).fails(code);
        assert!(said.contains(sentence) && said.contains("hint:"), "{args:?}: {said}");
    }
    assert_eq!(lab.dump(), before);
    Ok(())
}
