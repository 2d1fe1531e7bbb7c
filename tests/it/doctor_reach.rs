//! What keeps a guest's query from the responder or from its resolver: the guest, `qdns lookup` and `qdns doctor`
//! agree, on a whole OVN.

use std::fmt::Write as _;

use anyhow::Result;

use crate::lookup_agrees::asking;
use crate::support::doctor::{OF_RELEASES, doctor, healthy};
use crate::support::lab::{Guest, Lab};
use crate::support::{run, snapshot};

const RESOLVER: &str = "172.16.0.53";

/// What a guest, lookup and doctor say of `db.internal` and of `google.com` from the port `web`.
struct Three<'l> {
    lab: &'l Lab,
    web: &'l Guest,
    report: String,
}

impl Three<'_> {
    /// Breaks the network, writes down what the three say, and restores it.
    fn case(&mut self, name: &str, broken: &[&str], restored: &[&str]) -> Result<()> {
        self.lab.nbctl(broken);
        self.lab.hv_sync();
        let _ = writeln!(self.report, "{name}");
        for asked in ["db.internal", "google.com"] {
            let servers: Vec<String> = self.servers()?;
            let dig = servers.iter().find_map(|server| {
                let out = self.web.dig(&["+time=1", &format!("@{server}"), asked]).join(" ");
                Some(out).filter(|out| !out.is_empty())
            });
            let lookup = run(asking(self.lab).args(["lookup", asked, "--from", "web", "--type", "A"]));
            let line = lookup.stdout.lines().next().unwrap_or_default();
            let answer = line.split_once(": ").map_or(line, |(_, answer)| answer);
            // Whether systemd-resolved is sure of an answer depends on the release.
            let answer = answer.split(" for glibc").next().unwrap_or_default().trim_end_matches(", from OVN");
            let _ = writeln!(self.report, "  guest   {}", dig.unwrap_or_else(|| "nothing".to_owned()));
            let _ = writeln!(self.report, "  lookup  {} {answer}", lookup.code);
        }
        let report = doctor(self.lab, &["net1"]).json();
        let findings = report["findings"].as_array().into_iter().flatten();
        for finding in findings.filter(|finding| OF_RELEASES.iter().all(|code| finding["code"] != *code)) {
            let text = |name: &str| finding[name].as_str().unwrap_or_default();
            let _ =
                writeln!(self.report, "  doctor  {} {} {}", text("severity"), text("code"), text("message"));
        }
        self.lab.nbctl(restored);
        self.lab.hv_sync();
        Ok(())
    }

    fn servers(&self) -> Result<Vec<String>> {
        let conf = self.web.resolv_conf()?;
        let servers = conf.lines().filter_map(|line| line.strip_prefix("nameserver "));
        Ok(servers.map(str::to_owned).collect())
    }
}

#[test]
fn what_keeps_a_query_from_the_responder_is_found_for_the_port_that_it_is_about() -> Result<()> {
    let lab = Lab::start()?;
    let _upstream = lab.upstream(RESOLVER, &[("google.com", "142.250.0.1")])?;
    let (web, _db) = healthy(&lab)?;
    web.dhcp()?;
    let mut three = Three { lab: &lab, web: &web, report: String::new() };
    let acl = |expression, action| ["acl-add", "net1", "from-lport", "1001", expression, action];
    let none = ["acl-del", "net1"];
    three.case("nothing is wrong", &none, &none)?;
    three.case("for one port", &acl(r#"inport == "web" && ip4"#, "drop"), &none)?;
    three.case("for one address", &acl("ip4.src == 10.0.0.11 && udp", "drop"), &none)?;
    lab.nbctl(&["create", "Address_Set", "name=guarded", "addresses=10.0.0.11"]);
    three.case("for an address set", &acl("ip4.src == $guarded", "drop"), &none)?;
    three.case("for the other port", &acl(r#"inport == "db" && ip4"#, "drop"), &none)?;
    three.case("rejected", &acl("udp.dst == 53", "reject"), &none)?;
    three.case(
        "for source ports that may be taken",
        &acl("udp.src >= 50050 && udp.src < 50056", "drop"),
        &none,
    )?;
    let only = r#"udp.dst == 53 && ip4.dst != 172.16.0.53"#;
    three.case("all resolvers but the leased one", &acl(only, "drop"), &none)?;
    let security = ["lsp-set-port-security", "web", "0a:00:00:00:00:11 10.0.0.77"];
    three.case("port security", &security, &["lsp-set-port-security", "web"])?;
    let [disabled, enabled] = ["disabled", "enabled"].map(|state| ["lsp-set-enabled", "web", state]);
    three.case("disabled", &disabled, &enabled)?;
    snapshot!(three.report, @r#"
    nothing is wrong
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   142.250.0.1
      lookup  0 not in OVN; passed on to the guest's resolvers: 172.16.0.53
    for one port
      guest   nothing
      lookup  4 no answer: the ACL inport == "web" && ip4 drops it
      guest   nothing
      lookup  4 no answer: the ACL inport == "web" && ip4 drops it
      doctor  error acl-drops-dns port web sends a DNS query to 172.16.0.53, and ACL [UUID] drops it
    for one address
      guest   nothing
      lookup  4 no answer: the ACL ip4.src == 10.0.0.11 && udp drops it
      guest   nothing
      lookup  4 no answer: the ACL ip4.src == 10.0.0.11 && udp drops it
      doctor  error acl-drops-dns port web sends a DNS query to 172.16.0.53, and ACL [UUID] drops it
    for an address set
      guest   nothing
      lookup  4 no answer: the ACL ip4.src == $guarded drops it
      guest   nothing
      lookup  4 no answer: the ACL ip4.src == $guarded drops it
      doctor  error acl-drops-dns port web sends a DNS query to 172.16.0.53, and ACL [UUID] drops it
    for the other port
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   142.250.0.1
      lookup  0 not in OVN; passed on to the guest's resolvers: 172.16.0.53
      doctor  error acl-drops-dns port db sends a DNS query to 172.16.0.53, and ACL [UUID] drops it
    rejected
      guest   nothing
      lookup  4 no answer: the ACL udp.dst == 53 rejects it
      guest   nothing
      lookup  4 no answer: the ACL udp.dst == 53 rejects it
      doctor  error acl-drops-dns port db, as 1 other, sends a DNS query to 172.16.0.53, and ACL [UUID] rejects it
    for source ports that may be taken
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   142.250.0.1
      lookup  0 not in OVN; passed on to the guest's resolvers: 172.16.0.53
    all resolvers but the leased one
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   142.250.0.1
      lookup  0 not in OVN; passed on to the guest's resolvers: 172.16.0.53
    port security
      guest   nothing
      lookup  4 no answer: port security drops it
      guest   nothing
      lookup  4 no answer: port security drops it
      doctor  error port-security-drops-dns port security of web drops what it sends from 10.0.0.11, fd00::11
    disabled
      guest   nothing
      lookup  4 no answer: the port is disabled
      guest   nothing
      lookup  4 no answer: the port is disabled
      doctor  info port-disabled port web is disabled: the guest gets no answer to any query
    "#);
    Ok(())
}

#[test]
fn what_keeps_a_query_from_the_resolver_is_found() -> Result<()> {
    let lab = Lab::start()?;
    let _upstream = lab.upstream(RESOLVER, &[("google.com", "142.250.0.1")])?;
    let (web, _db) = healthy(&lab)?;
    web.dhcp()?;
    let mut three = Three { lab: &lab, web: &web, report: String::new() };
    let none = ["acl-del", "net1"];
    let out = ["acl-add", "net1", "to-lport", "1001", "outport == \"net1-lr0\" && udp.dst == 53", "drop"];
    three.case("an ACL on the way out", &out, &none)?;
    let theirs = ["acl-add", "ext-172-16-0", "to-lport", "1001", "udp.dst == 53", "reject"];
    three.case("an ACL of the resolver's switch", &theirs, &["acl-del", "ext-172-16-0"])?;
    let row = lab.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]).trim().to_owned();
    let set = |server: &str, router: &str| -> Result<()> {
        lab.nbctl(&[
            "set",
            "DHCP_Options",
            &row,
            &format!("options:dns_server=\"{server}\""),
            &format!("options:router={router}"),
        ]);
        lab.hv_sync();
        web.dhcp()?;
        Ok(())
    };
    set("8.8.8.8", "10.0.0.1")?;
    three.case("no route to a public resolver", &none, &none)?;
    set("10.0.0.200", "10.0.0.1")?;
    three.case("no port has the resolver's address", &none, &none)?;
    set(RESOLVER, "10.0.0.254")?;
    three.case("no port has the router's address", &none, &none)?;
    set("{172.16.0.53, 172.16.0.54}", "10.0.0.1")?;
    let one = ["acl-add", "net1", "from-lport", "1001", "ip4.dst == 172.16.0.53", "drop"];
    three.case("one of two resolvers", &one, &none)?;
    snapshot!(three.report, @r#"
    an ACL on the way out
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   nothing
      lookup  4 no answer: OVN has nothing, and of the query to 172.16.0.53: the ACL outport == "net1-lr0" && udp.dst == 53 drops it
      doctor  error resolver-unreachable port db, as 1 other, sends a DNS query to 172.16.0.53; where OVN has no answer, ACL [UUID] drops it
    an ACL of the resolver's switch
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   nothing
      lookup  4 no answer: OVN has nothing, and of the query to 172.16.0.53: ACL [UUID] of ext-172-16-0 rejects it
      doctor  error resolver-unreachable port db, as 1 other, sends a DNS query to 172.16.0.53; where OVN has no answer, ACL [UUID] of ext-172-16-0 rejects it
    no route to a public resolver
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   nothing
      lookup  4 no answer: OVN has nothing, and of the query to 8.8.8.8: router lr0 has no route to it
      doctor  error resolver-unreachable port db, as 1 other, sends a DNS query to 8.8.8.8; where OVN has no answer, router lr0 has no route to it
    no port has the resolver's address
      guest   nothing
      lookup  4 no answer: nothing on the switch has 10.0.0.200, so the guest cannot send it
      guest   nothing
      lookup  4 no answer: nothing on the switch has 10.0.0.200, so the guest cannot send it
      doctor  error dns-server-unroutable guests of 10.0.0.0/24 ask 10.0.0.200, and no port of the switch has that address: not even local names resolve
    no port has the router's address
      guest   nothing
      lookup  4 no answer: nothing on the switch has 10.0.0.254, so the guest cannot send it
      guest   nothing
      lookup  4 no answer: nothing on the switch has 10.0.0.254, so the guest cannot send it
      doctor  error dns-server-unroutable guests of 10.0.0.0/24 ask 172.16.0.53, and no port of the switch has the address of their router, 10.0.0.254: not even local names resolve
    one of two resolvers
      guest   10.0.0.12
      lookup  0 10.0.0.12 fd00::12
      guest   nothing
      lookup  0 not in OVN; passed on to the guest's resolvers: 172.16.0.53, 172.16.0.54
      doctor  warning acl-drops-resolver port db, as 1 other, sends a DNS query to 172.16.0.53, and ACL [UUID] drops it
    "#);
    Ok(())
}
