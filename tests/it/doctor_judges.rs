//! `qdns doctor` judges random networks: where every guest gets every answer it finds no error, and where one does not, it
//! finds one with the right subject.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::thread;

use anyhow::Result;
use serde_json::Value;

use crate::lookup_way::number;
use crate::random::{Batch, Dice, FROM, GROUPS, GUESTS, Member, NETS, World, clear};
use crate::support::doctor::doctor;
use crate::support::lab::Ran;

/// The networks of seeds that once failed.
const KEPT: &[u64] = &[4, 51, 66, 73];
/// A name that only the resolvers know about.
const EXTERNAL: &str = "x.test";

/// One random network: what its guests ask for, and the words by which a fault may be named.
#[derive(Debug, Default)]
struct Network {
    batch: Batch,
    /// The DHCP options of each switch, and the records of its zone, as they will be written.
    rows: Vec<Rows>,
    /// The switch, the name, and the addresses that the operator means.
    names: Vec<(&'static str, String, BTreeSet<String>)>,
    /// What was changed, in words.
    changes: Vec<String>,
    /// What a finding about a change may name.
    words: Vec<String>,
    /// The ports that need not get answers: the operator has disabled them, or gives them no lease.
    exempt: BTreeSet<&'static str>,
    /// Two rows answer differently, and which of them does is chance.
    is_chance: bool,
}

/// The rows of a switch.
#[derive(Debug, Default)]
struct Rows {
    options: BTreeMap<&'static str, String>,
    records: BTreeMap<String, String>,
    /// The guests that lease from the row.
    ports: BTreeSet<&'static str>,
    is_listed: bool,
}

impl Network {
    fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut network = Network::default();
        clear(&mut network.batch);
        network.healthy(&mut dice);
        for _ in 0..dice.below(4) {
            network.change(&mut dice);
        }
        network.write();
        network
    }

    /// Leases and names as qdns makes them: each guest has a name, and each switch a zone.
    fn healthy(&mut self, dice: &mut Dice) {
        for (index, net) in NETS.iter().enumerate() {
            let servers = *dice.pick(&["8.8.8.8", "6.6.6.6", "8.8.8.8, 6.6.6.6"]);
            let router = format!("{}.1", net.v4);
            let options = [
                ("lease_time", "3600".to_owned()),
                ("router", router.clone()),
                ("server_id", router),
                ("server_mac", "0a:00:00:00:ff:01".to_owned()),
                ("dns_server", format!("{{{servers}}}")),
                ("domain_name", "\"internal\"".to_owned()),
                ("domain_search_list", "\"internal\"".to_owned()),
            ];
            let mut rows = Rows { options: BTreeMap::from(options), is_listed: true, ..Rows::default() };
            for (port, of, last) in GUESTS.iter().filter(|(_, of, _)| *of == index) {
                let (v4, v6) = (format!("{}.{last}", NETS[*of].v4), format!("{}:{last}", NETS[*of].v6));
                for name in [format!("host-{port}"), format!("host-{port}.internal")] {
                    rows.records.insert(name.clone(), format!("{v4} {v6}"));
                    self.names.push((net.switch, name, BTreeSet::from([v4.clone(), v6.clone()])));
                }
                rows.ports.insert(port);
            }
            self.rows.push(rows);
        }
    }

    /// The rows of the switches, as commands.
    fn write(&mut self) {
        for (index, (net, rows)) in NETS.iter().zip(&self.rows).enumerate() {
            let quoted = |value: &str| value.replace('"', "\\\"");
            let mut dhcp = vec![format!("--id=@dhcp{index}"), "create".to_owned(), "DHCP_Options".to_owned()];
            dhcp.push(format!("cidr={}.0/24", net.v4));
            dhcp.extend(
                rows.options.iter().map(|(key, value)| format!("options:{key}=\"{}\"", quoted(value))),
            );
            self.batch.add(&dhcp);
            for port in &rows.ports {
                let row = format!("dhcpv4_options=@dhcp{index}");
                self.batch.add(&["set", "Logical_Switch_Port", port, &row]);
            }
            let mut dns = vec![format!("--id=@dns{index}"), "create".to_owned(), "DNS".to_owned()];
            dns.push(format!("external_ids:switch={}", net.switch));
            dns.extend(rows.records.iter().map(|(key, value)| format!("records:\"{key}\"=\"{value}\"")));
            self.batch.add(&dns);
            if rows.is_listed {
                self.batch.add(&[
                    "add",
                    "Logical_Switch",
                    net.switch,
                    "dns_records",
                    &format!("@dns{index}"),
                ]);
            }
        }
    }

    /// A change that does harm, or one that looks as if it did.
    fn change(&mut self, dice: &mut Dice) {
        let index = dice.below(NETS.len());
        let guests = GUESTS.iter().filter(|(_, of, _)| *of == index).collect::<Vec<_>>();
        let (port, _, _) = **dice.pick(&guests);
        let change = match dice.below(20) {
            0..=4 => self.acl(dice, NETS[index].switch),
            5 => {
                self.exempt.insert(port);
                self.batch.add(&["lsp-set-enabled", port, "disabled"]);
                format!("{port} is disabled")
            }
            6 | 7 => self.secure(dice, index, port),
            8..=11 => self.set_option(dice, index),
            12 => {
                let mandatory =
                    ["lease_time", "server_id", "server_mac", "dns_server", "router", "domain_name"];
                let option = *dice.pick(&mandatory);
                self.rows[index].options.remove(option);
                self.words.push(format!("{}.0/24", NETS[index].v4));
                format!("{} without {option}", NETS[index].switch)
            }
            13 => {
                self.exempt.insert(port);
                self.rows[index].ports.remove(port);
                format!("{port} without a lease")
            }
            14 | 15 => self.add_name(dice, index),
            16 => self.shadow(dice, index, port),
            17 => {
                self.words.push(NETS[index].switch.to_owned());
                self.rows[index].is_listed = false;
                format!("{} does not list its row", NETS[index].switch)
            }
            18 => self.balance(dice, index),
            _ => {
                self.batch.add(&["lsp-set-addresses", port, &format!("MAC-{port}")]);
                format!("{port} has no address")
            }
        };
        self.changes.push(change);
    }

    /// Port security, of which some lets no query through.
    fn secure(&mut self, dice: &mut Dice, index: usize, port: &'static str) -> String {
        let (v4, v6) = addresses(index, port);
        let other = "10.0.9.9".to_owned();
        let lists = [
            vec![],
            vec![v4.clone()],
            vec![v4.clone(), v6.clone()],
            vec![v6],
            vec![other.clone()],
            vec![other, v4],
        ];
        let entry = [vec![format!("MAC-{port}")], dice.pick(&lists).clone()].concat().join(" ");
        self.batch.add(&["lsp-set-port-security", port, &entry]);
        format!("port security {entry}")
    }

    fn set_option(&mut self, dice: &mut Dice, index: usize) -> String {
        let (option, value) = *dice.pick(&[
            ("dns_server", "8.8.8.8,6.6.6.6"),
            ("dns_server", "\"8.8.8.8\""),
            ("dns_server", "fd08::8"),
            ("dns_server", "0.0.0.0"),
            ("dns_server", "127.0.0.53"),
            ("dns_server", "ROUTER"),
            ("dns_server", "192.0.2.1"),
            ("dns_server", "{192.0.2.1, 8.8.8.8}"),
            ("domain_name", "internal"),
            ("domain_name", "\"prod.internal\""),
            ("router", "10.99.0.1"),
            ("server_mac", "nonsense"),
            ("server_id", "fd00::1"),
            ("lease_time", "0"),
            ("mtu", "1400"),
            ("no_such_option", "1"),
        ]);
        let value = value.replace("ROUTER", &format!("{}.1", NETS[index].v4));
        let change = format!("{}: {option} = {value}", NETS[index].switch);
        self.rows[index].options.insert(option, value);
        self.words.push(format!("{}.0/24", NETS[index].v4));
        change
    }

    /// One more name, which some guests ask for in vain.
    fn add_name(&mut self, dice: &mut Dice, index: usize) -> String {
        let name = format!("new-{}.internal", dice.below(1000));
        let two = "10.0.0.50 fd00::50";
        let long = (1..=60).map(|n| format!("10.0.1.{n}")).collect::<Vec<_>>().join(" ");
        let (key, value, wanted) = match dice.below(6) {
            0 => (name.to_uppercase(), two, two),
            1 => (format!("{name}."), two, two),
            2 => (name.clone(), "10.0.0.50,fd00::50", two),
            3 => (name.clone(), two, two),
            4 => (name.clone(), "10.0.0.5o", "10.0.0.50"),
            _ => (name.clone(), long.as_str(), long.as_str()),
        };
        let wanted = wanted.split_whitespace().map(str::to_owned).collect();
        self.names.push((NETS[index].switch, name, wanted));
        let change = format!("{}: {key} = {value}", NETS[index].switch);
        self.rows[index].records.insert(key, value.to_owned());
        change
    }

    /// A row of another program that has the name of a guest too.
    fn shadow(&mut self, dice: &mut Dice, index: usize, port: &'static str) -> String {
        let mark = *dice.pick(&["external_ids:ls_name=other", "external_ids:incus_switch=other"]);
        let (v4, v6) = addresses(index, port);
        self.is_chance |= dice.once_in(2);
        let value = if self.is_chance { "10.0.0.77 fd00::77".to_owned() } else { format!("{v4} {v6}") };
        let (key, id) = (format!("host-{port}.internal"), format!("@other{}", self.changes.len()));
        self.batch.add(&[
            &format!("--id={id}"),
            "create",
            "DNS",
            mark,
            &format!("records:\"{key}\"=\"{value}\""),
        ]);
        self.batch.add(&["add", "Logical_Switch", NETS[index].switch, "dns_records", &id]);
        let change = format!("{}: another row has {key} = {value}", NETS[index].switch);
        self.words.push(key);
        change
    }

    /// A load balancer for DNS, of which some come before the responder.
    fn balance(&mut self, dice: &mut Dice, index: usize) -> String {
        let net = &NETS[index];
        let router = format!("{}.1", net.v4);
        let (vip, holder, kind) = match dice.below(3) {
            0 => (router, net.router, "Logical_Router"),
            1 => ("8.8.8.8".to_owned(), net.switch, "Logical_Switch"),
            _ => (router, net.switch, "Logical_Switch"),
        };
        let name = format!("lb{}", self.changes.len());
        let (id, label) = (format!("--id=@{name}"), format!("name={name}"));
        let vips = format!("vips:\"{vip}:53\"=\"8.8.8.8:53\"");
        self.batch.add(&[&id, "create", "Load_Balancer", &label, "protocol=udp", &vips]);
        self.batch.add(&["add", kind, holder, "load_balancer", &format!("@{name}")]);
        self.words.push(name);
        format!("a load balancer on {holder} for {vip}")
    }

    /// An ACL of any form on a guests' switch or a group.
    fn acl(&mut self, dice: &mut Dice, switch: &str) -> String {
        let expression = *dice.pick(FROM);
        let group =
            GROUPS.iter().map(|(name, _)| *name).find(|name| expression.contains(&format!("@{name}")));
        let priority = (1000 + 10 * dice.below(20) + self.changes.len()).to_string();
        let action = *dice.pick(&["drop", "reject", "drop", "reject", "allow", "allow-related"]);
        let words = ["acl-add", group.unwrap_or(switch), "from-lport", &priority, expression, action];
        self.batch.add(&words);
        self.words.push(expression.to_owned());
        words.join(" ")
    }
}

impl Network {
    /// Whether the guests of a finding's switch lease several resolvers.
    fn has_two_resolvers(&self, finding: &Value) -> bool {
        let mut rows = NETS.iter().zip(&self.rows).filter(|(net, _)| finding["switch"] == net.switch);
        rows.any(|(_, rows)| rows.options.get("dns_server").is_some_and(|value| value.contains(',')))
    }
}

/// The addresses of a guest.
fn addresses(index: usize, port: &str) -> (String, String) {
    let last = GUESTS.iter().find(|(name, ..)| *name == port).map_or(0, |(_, _, last)| *last);
    (format!("{}.{last}", NETS[index].v4), format!("{}:{last}", NETS[index].v6))
}

/// What a guest does not get: the names, or its lease.
fn missing(network: &Network, member: &Member) -> Result<Vec<String>> {
    let guest = &member.guest;
    guest.sh("ip -4 addr flush dev eth0; ip -4 route flush default").ok();
    if guest.dhcp().is_err() {
        return Ok(vec!["lease".to_owned()]);
    }
    guest.set_resolv_conf(&(guest.resolv_conf()? + "options timeout:1\n"))?;
    let names = network.names.iter().filter(|(switch, ..)| *switch == member.net.switch);
    let names: Vec<_> = names.collect();
    let mut script = String::new();
    for (index, (_, name, _)) in names.iter().enumerate() {
        writeln!(script, "timeout 30 getent ahosts {name} > $dir/{index} 2>/dev/null &")?;
    }
    let dir = guest.dir().join("judged").display().to_string();
    let external = format!("dig +noedns +tries=2 +time=2 {EXTERNAL} > $dir/external 2>&1 &");
    guest
        .run_for(60, &["sh", "-c", &format!("dir={dir}; rm -rf $dir; mkdir $dir\n{script}{external}\nwait")])
        .ok();
    let mut missing = Vec::new();
    for (index, (_, name, wanted)) in names.iter().enumerate() {
        let out = std::fs::read_to_string(format!("{dir}/{index}"))?;
        let found: BTreeSet<String> =
            out.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
        if found != *wanted {
            missing.push(name.clone());
        }
    }
    if !std::fs::read_to_string(format!("{dir}/external"))?.contains("status:") {
        missing.push(EXTERNAL.to_owned());
    }
    Ok(missing)
}

/// What is wrong with doctor's judgement of a network, in words.
fn misjudged(world: &World, seed: u64, count: &mut [usize; 2]) -> Result<Option<String>> {
    let network = Network::draw(seed);
    let macs = |word: &&str| {
        let mac = |word: String, member: &Member| word.replace(&format!("MAC-{}", member.port), &member.mac);
        world.members.iter().fold((*word).to_owned(), mac)
    };
    for member in &world.members {
        world.lab.nbctl(&[
            "lsp-set-addresses",
            member.port,
            &format!("{} {} {}", member.mac, member.v4, member.v6),
        ]);
    }
    let words: Vec<String> = network.batch.words().iter().map(macs).collect();
    world.lab.nbctl(&words.iter().map(String::as_str).collect::<Vec<_>>());
    world.lab.hv_sync();
    let lacking = thread::scope(|scope| {
        let judged = world.members.iter().filter(|member| !network.exempt.contains(member.port));
        let asking: Vec<_> =
            judged.map(|member| (member, scope.spawn(|| missing(&network, member)))).collect();
        let ended =
            asking.into_iter().map(|(member, thread)| Ok((member, thread.join().expect("a thread")?)));
        ended.collect::<Result<Vec<(&Member, Vec<String>)>>>()
    })?;
    let lacking: Vec<_> = lacking.into_iter().filter(|(_, names)| !names.is_empty()).collect();
    count[usize::from(!lacking.is_empty())] += 1;
    let report = report(world);
    let errors: Vec<&Value> = findings(&report).filter(|finding| finding["severity"] == "error").collect();
    let mut wrong = Vec::new();
    // Names that come late by another resolver come. Where no guest is judged, nothing is.
    let may_be = |finding: &&&Value| {
        let is_about = |member: &&Member| finding["switch"] == member.net.switch;
        let is_late = finding["code"] == "balancer-before-responder" && network.has_two_resolvers(finding);
        let is_chance = finding["code"] == "name-shadowed" && network.is_chance;
        let mut judged = world.members.iter().filter(|member| !network.exempt.contains(member.port));
        is_late || is_chance || !judged.any(|member| is_about(&member))
    };
    if lacking.is_empty() && !errors.iter().all(|finding| may_be(&finding)) {
        wrong.push("every guest gets every answer".to_owned());
    }
    for (member, names) in &lacking {
        if !errors.iter().any(|finding| names_it(finding, &network, member, names)) {
            wrong.push(format!("{member:?} lacks {names:?}"));
        }
    }
    let shown =
        |finding: &&Value| format!("{} {} {}", finding["code"], finding["switch"], finding["message"]);
    Ok((!wrong.is_empty()).then(|| {
        let errors = errors.iter().map(shown).collect::<Vec<_>>().join("\n  ");
        format!(
            "seed {seed}: {}\n changes: {}\n errors:\n  {errors}\n skipped: {}",
            wrong.join("; "),
            network.changes.join("\n   "),
            report["skipped"]
        )
    }))
}

fn findings(report: &Value) -> impl Iterator<Item = &Value> {
    report["findings"].as_array().into_iter().flatten()
}

/// Doctor's report, in which all ports are traced: on a busy machine there may not be time for all of them at first.
fn report(world: &World) -> Value {
    let mut report = Value::Null;
    for _ in 0..5 {
        report = doctor(&world.lab, &[]).json();
        if !report["skipped"].to_string().contains("not traced") {
            break;
        }
    }
    report
}

/// Whether a finding is about a guest's switch, and names the guest, what it lacks, or what was changed.
fn names_it(finding: &Value, network: &Network, member: &Member, names: &[String]) -> bool {
    let switches = finding["evidence"]["switches"].as_array();
    let mut switches = switches.into_iter().flatten().chain([&finding["switch"]]);
    let text = finding.to_string().to_ascii_lowercase();
    let is_named = |word: &str| text.contains(&word.to_ascii_lowercase());
    // Of ports that are treated alike, one is named.
    let is_alike = finding["evidence"]["ports"].as_u64().is_some_and(|count| count > 1);
    switches.any(|switch| switch == member.net.switch)
        && (is_alike
            || is_named(&format!("port {}", member.port))
            || finding["subject"] == member.port
            || names.iter().chain(&network.words).any(|word| is_named(word)))
}

#[test]
fn doctor_judges_random_networks_as_their_guests_do() -> Result<()> {
    let (networks, first) = (number("QDNS_JUDGED_NETWORKS", 2)?, number("QDNS_LOOKUP_SEED", 1)?);
    let world = World::start()?;
    let mut count = [0, 0];
    let mut wrong = Vec::new();
    for seed in KEPT.iter().copied().chain(first..first + networks) {
        let of_seed = misjudged(&world, seed, &mut count)?;
        of_seed.iter().for_each(|text| println!("{text}"));
        wrong.extend(of_seed.map(|_| seed));
    }
    println!("{} healthy networks and {} with a fault", count[0], count[1]);
    assert!(wrong.is_empty(), "misjudged: {wrong:?}");
    Ok(())
}
