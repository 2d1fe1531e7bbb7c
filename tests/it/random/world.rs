//! What all random networks have: three switches with guests, two routers, and resolvers of each kind.

use std::fmt;

use anyhow::Result;

use super::Batch;
use crate::support::lab::{Addressing, Guest, Lab, Ran, Resolved};

/// What a resolver does with a name that OVN does not answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// NXDOMAIN for names below `internal`, REFUSED for others.
    Nxdomain,
    Refused,
    /// Nothing, ever.
    Silent,
    /// It has addresses for each name.
    Wildcard,
    /// OVN's router, at which nothing listens.
    Router,
}

/// The resolvers beyond the first router, by both families.
pub const RESOLVERS: &[(&str, &str, Kind)] = &[
    ("8.8.8.8", "fd08::8", Kind::Nxdomain),
    ("9.9.9.9", "fd09::9", Kind::Refused),
    ("7.7.7.7", "fd07::7", Kind::Silent),
    ("6.6.6.6", "fd06::6", Kind::Wildcard),
];
/// What the wildcard resolver answers.
pub const WILDCARD: [&str; 2] = ["203.0.113.1", "2001:db8::1"];

/// The guests' switches: the router, and the beginnings of its IPv4 and IPv6 addresses.
pub const NETS: &[Net] = &[
    Net { switch: "net1", router: "lr0", v4: "10.0.0", v6: "fd00:" },
    Net { switch: "net2", router: "lr0", v4: "10.0.2", v6: "fd02:" },
    Net { switch: "net3", router: "lr1", v4: "10.0.3", v6: "fd03:" },
];
pub struct Net {
    pub switch: &'static str,
    pub router: &'static str,
    pub v4: &'static str,
    pub v6: &'static str,
}

/// The guests: the port, the index of its switch, and the last part of its addresses.
pub const GUESTS: &[(&str, usize, u8)] = &[("a", 0, 11), ("b", 0, 12), ("c", 1, 13), ("d", 2, 14)];
/// The guests of each random port group.
pub const GROUPS: &[(&str, &[&str])] = &[("all", &["a", "b", "c", "d"]), ("few", &["a", "c"])];

/// A guest, and where it is.
pub struct Member {
    pub port: &'static str,
    pub net: &'static Net,
    pub mac: String,
    pub v4: String,
    pub v6: String,
    pub guest: Guest,
    pub resolved: Resolved,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "guest {} on {}", self.port, self.net.switch)
    }
}

pub struct World {
    pub lab: Lab,
    pub members: Vec<Member>,
    _resolvers: Vec<Guest>,
}

impl World {
    pub fn start() -> Result<Self> {
        let lab = Lab::start()?;
        lab.gateway_router();
        for net in &NETS[..2] {
            lab.dual_net(net.switch, &format!("{}.0/24", net.v4), &format!("{}:/64", net.v6));
        }
        second_router(&lab);
        let mut resolvers = Vec::new();
        for (v4, v6, kind) in RESOLVERS {
            let (net4, net6) =
                (v4.rsplit_once('.').map_or("", |(net, _)| net), v6.trim_end_matches(char::is_numeric));
            let switch = on_the_way(v4);
            lab.dual_net(&switch, &format!("{net4}.0/24"), &format!("{net6}/64"));
            resolvers.extend(resolver(&lab, &switch, v4, v6, *kind)?);
        }
        let mut members = Vec::new();
        for (port, net, last) in GUESTS {
            members.push(member(&lab, port, &NETS[*net], *last)?);
        }
        let mut groups = Batch::default();
        for (group, ports) in GROUPS {
            groups.add(&[&["pg-add", *group], *ports].concat());
        }
        groups.line("create Address_Set name=some addresses=10.0.0.11,10.0.3.14");
        groups.add(&["create", "Address_Set", "name=some6", "addresses=\"fd00::11\",\"fd02::13\""]);
        lab.nbctl(&groups.words());
        lab.hv_sync();
        let world = World { lab, members, _resolvers: resolvers };
        world.warm_up();
        Ok(world)
    }

    /// The routers learn the MACs of all.
    fn warm_up(&self) {
        for member in &self.members {
            for (v4, v6, kind) in RESOLVERS.iter().filter(|(.., kind)| *kind != Kind::Silent) {
                for address in [v4, v6] {
                    let ask = format!(
                        "for i in 1 2 3 4 5; do dig +tries=1 +time=2 +noedns @{address} x.internal | grep -q status: && exit; done; exit 1"
                    );
                    let asked = member.guest.run_for(20, &["sh", "-c", &ask]);
                    assert!(
                        asked.status.success(),
                        "{member:?} does not reach {address} ({kind:?}): {}",
                        asked.out()
                    );
                }
            }
        }
    }
}

/// The switch of a resolver.
pub fn on_the_way(v4: &str) -> String {
    format!("ext-{}", v4.rsplit_once('.').map_or("", |(net, _)| net).replace('.', "-"))
}

/// `net3` behind a router of its own, which `join` connects with the first one.
fn second_router(lab: &Lab) {
    lab.dual_net("join", "10.100.0.0/24", "fd0a::/64");
    let mut batch = Batch::default();
    for line in [
        "lr-add lr1",
        "set Logical_Router lr1 options:chassis=hv1",
        "ls-add net3",
        "set Logical_Switch net3 other_config:subnet=10.0.3.0/24 other_config:ipv6_prefix=\"fd03::/64\"",
        "lrp-add lr1 lr1-net3 0a:00:00:ff:01:01 10.0.3.1/24 fd03::1/64",
        "lsp-add net3 net3-lr1",
        "lsp-set-type net3-lr1 router",
        "lsp-set-addresses net3-lr1 router",
        "lsp-set-options net3-lr1 router-port=lr1-net3",
        "lrp-add lr1 lr1-join 0a:00:00:ff:01:02 10.100.0.2/24 fd0a::2/64",
        "lsp-add join join-lr1",
        "lsp-set-type join-lr1 router",
        "lsp-set-addresses join-lr1 router",
        "lsp-set-options join-lr1 router-port=lr1-join",
        "lr-route-add lr1 0.0.0.0/0 10.100.0.1",
        "lr-route-add lr1 ::/0 fd0a::1",
        "lr-route-add lr0 10.0.3.0/24 10.100.0.2",
        "lr-route-add lr0 fd03::/64 fd0a::2",
    ] {
        batch.line(line);
    }
    lab.nbctl(&batch.words());
}

/// A silent one is a port that is bound nowhere.
fn resolver(lab: &Lab, switch: &str, v4: &str, v6: &str, kind: Kind) -> Result<Option<Guest>> {
    let (port, mac) = (format!("{switch}-resolver"), lab.mac());
    lab.port(switch, &port, &format!("{mac} {v4} {v6}"));
    let mut arguments = vec!["--local=/internal/".to_owned()];
    match kind {
        Kind::Silent | Kind::Router => {
            lab.nbctl(&["lsp-set-type", &port, "localport"]);
            return Ok(None);
        }
        Kind::Nxdomain => {}
        Kind::Refused => arguments.clear(),
        Kind::Wildcard => arguments = WILDCARD.map(|address| format!("--address=/#/{address}")).to_vec(),
    }
    let router = |address: &str, end: &str| address.trim_end_matches(char::is_numeric).to_owned() + end;
    let (gateway4, gateway6) = (router(v4, "1"), router(v6, "1"));
    let addressing = Addressing::Static {
        ips: &[&format!("{v4}/24"), &format!("{v6}/64")],
        gateways: &[&gateway4, &gateway6],
        nameservers: &[],
    };
    let guest = lab.guest(&port, &port, &mac, addressing)?;
    let fixed =
        ["dnsmasq", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv", "--no-hosts"];
    guest.run(&[&fixed[..], &arguments.iter().map(String::as_str).collect::<Vec<_>>()].concat()).ok();
    Ok(Some(guest))
}

fn member(lab: &Lab, port: &'static str, net: &'static Net, last: u8) -> Result<Member> {
    let (mac, v4, v6) = (lab.mac(), format!("{}.{last}", net.v4), format!("{}:{last}", net.v6));
    lab.port(net.switch, port, &format!("{mac} {v4} {v6}"));
    let (gateway4, gateway6) = (format!("{}.1", net.v4), format!("{}:1", net.v6));
    let addressing = Addressing::Static {
        ips: &[&format!("{v4}/24"), &format!("{v6}/64")],
        gateways: &[&gateway4, &gateway6],
        nameservers: &["8.8.8.8"],
    };
    let guest = lab.guest(port, port, &mac, addressing)?;
    // Its addresses are those of the port, whatever is advertised.
    guest.sh("echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra").ok();
    let resolved = Resolved::start(&guest)?;
    Ok(Member { port, net, mac, v4, v6, guest, resolved })
}
