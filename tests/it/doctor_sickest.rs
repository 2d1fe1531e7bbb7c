//! The sickest network: every fix line of the report is pasted into a shell as it stands, in the order of the report.
//! None fails, none undoes another, no row of another program changes, and the next report has none of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::doctor::{broken, script};
use crate::support::Run;
use crate::support::doctor::{inside, qdns, reachable};
use crate::support::lab::{Addressing, Lab, Nb, Ran as _};

const SICK: &str = r#"
# Names and values of net1.
ovn-nbctl remove DNS $Z records db.internal 10.0.0.10.in-addr.arpa
ovn-nbctl set DNS $Z records:WEB='10.0.0.10 fd00::10' records:db.internal.='10.0.0.11 fd00::11' \
    records:comma='10.0.0.10,fd00::10' records:comma.internal='10.0.0.10,fd00::10' \
    records:Upper.internal='10.0.0.11,10.0.0.12' \
    records:broken='10.0.0.10 none' records:broken.internal='10.0.0.10 none' \
    records:vm_name='10.0.0.10 fd00::10' records:vm_name.internal='10.0.0.10 fd00::10' \
    records:gateway='10.0.0.11 fd00::11' records:gateway.internal='10.0.0.11 fd00::11' \
    records:wpad='10.0.0.77' records:old_name.internal='10.0.0.78' \
    records:far='10.99.0.1 10.0.0.10' records:far.internal='10.99.0.1 10.0.0.10' \
    records:gone='10.0.0.79' records:gone.internal='10.0.0.79' \
    records:differs='10.0.0.10' records:differs.internal='10.0.0.11' \
    records:99.0.0.10.in-addr.arpa=nowhere.internal records:98.0.0.10.in-addr.arpa=web.internal \
    records:11.0.0.10.in-addr.arpa='db.internal. x'
ovn-nbctl set DNS $Z external_ids:qdns-static-not_a_name=true
for N in 1 2 3 4 5 6 7; do
    ovn-nbctl lsp-add net1 many-$N -- lsp-set-addresses many-$N "0a:00:00:00:01:0$N 10.0.0.2$N" \
        -- lsp-set-dhcpv4-options many-$N $D -- set DNS $Z "records:many-$N=10.0.0.2$N"
done
ovn-nbctl lsp-add net1 moved -- lsp-set-addresses moved '0a:00:00:00:00:20 10.0.0.30 fd00::30' \
    -- lsp-set-dhcpv4-options moved $D \
    -- set DNS $Z records:moved='10.0.0.40' records:moved.internal='10.0.0.40'
# A row of another program with a name of ours and faults of its own.
F=$(ovn-nbctl create DNS external_ids:ls_name=net1 records:web=10.0.0.66 records:VM_1=10.0.0.66,none)
ovn-nbctl add Logical_Switch net1 dns_records $F
# DHCP of net1, with a port that has none, and one that has the options of another network.
ovn-nbctl set DHCP_Options $D options:dns_server=10.0.0.1,10.0.0.200 options:domain_name=internal options:ttl=60 \
    -- remove DHCP_Options $D options domain_search_list -- remove DHCP_Options $D options router
ovn-nbctl set Logical_Switch_Port web options:hostname=web
ovn-nbctl lsp-add net1 bare -- lsp-set-addresses bare '0a:00:00:00:00:21 10.0.0.31'
E=$(ovn-nbctl create DHCP_Options cidr=10.5.0.0/24 options:server_id=10.5.0.1 options:lease_time=3600)
ovn-nbctl lsp-add net1 astray -- lsp-set-addresses astray '0a:00:00:00:00:22 10.0.0.32' \
    -- lsp-set-dhcpv4-options astray $E
# A switch without a zone, one with an empty zone, one with two, one with the zone of another, one that left its zone.
ovn-nbctl ls-add unnamed -- lsp-add unnamed u1 -- lsp-set-addresses u1 '0a:00:00:00:02:01 10.2.0.2'
ovn-nbctl ls-add empty -- lsp-add empty e1 -- lsp-set-addresses e1 '0a:00:00:00:03:01 10.3.0.2 fd03::2'
qdns zone create empty
ovn-nbctl ls-add twofold
qdns record add twofold a 10.4.0.2 fd04::2 --static
T=$(ovn-nbctl create DNS external_ids:switch=twofold external_ids:qdns-static-b=true records:b='10.4.0.3 fd04::3' records:b.internal='10.4.0.3 fd04::3' \
    records:3.0.4.10.in-addr.arpa=b.internal records:a=10.4.0.9 \
    records:3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.0.d.f.ip6.arpa=b.internal)
ovn-nbctl add Logical_Switch twofold dns_records $T
ovn-nbctl ls-add left
qdns record add left a 10.6.0.2 fd06::2 --static
ovn-nbctl clear Logical_Switch left dns_records
# An alias of nothing, a disabled port, port security of another address, a row that Incus did not put back.
ovn-nbctl set DNS $Z records:nick='10.0.0.10 fd00::10' records:nick.internal='10.0.0.10 fd00::10' \
    external_ids:qdns-alias-nick=nobody
for P in silent guarded; do
    ovn-nbctl lsp-add net1 $P -- lsp-set-dhcpv4-options $P $D
done
ovn-nbctl lsp-set-addresses silent '0a:00:00:00:00:23 10.0.0.33' -- lsp-set-enabled silent disabled \
    -- lsp-set-addresses guarded '0a:00:00:00:00:24 10.0.0.34' -- lsp-set-port-security guarded '0a:00:00:00:00:24 10.0.0.99'
ovn-nbctl create DNS external_ids:incus_switch=net1 external_ids:incus_switch_port=web records:c1.incus=10.0.0.10
# A switch that was renamed, which keeps the zone of its old name.
ovn-nbctl ls-add before -- set Logical_Switch before other_config:subnet=10.10.0.0/24
qdns record add before a 10.10.0.2 fd10::2 --static
ovn-nbctl set Logical_Switch before name=after
# Guests that ask a router which forwards: with no balancer, with one elsewhere too, with one without backends.
forwarding() { # SWITCH N: the guests of 10.N.0.0/24
    ovn-nbctl ls-add $1 -- set Logical_Switch $1 other_config:subnet=10.$2.0.0/24 \
        -- lr-add gw$2 -- set Logical_Router gw$2 options:chassis=hv1 -- lrp-add gw$2 gw$2-$1 0a:00:00:ff:00:0$2 10.$2.0.1/24 \
        -- lsp-add $1 $1-gw -- lsp-set-type $1-gw router -- lsp-set-addresses $1-gw router \
        -- lsp-set-options $1-gw router-port=gw$2-$1 \
        -- lsp-add $1 b$2 -- lsp-set-addresses b$2 "0a:00:00:00:0$2:02 10.$2.0.2"
    B=$(ovn-nbctl create DHCP_Options cidr=10.$2.0.0/24 options:server_id=10.$2.0.1 options:server_mac=0a:00:00:ff:00:0$2 \
        options:lease_time=3600 options:router=10.$2.0.1)
    ovn-nbctl lsp-set-dhcpv4-options b$2 $B
    qdns record add $1 b$2 10.$2.0.2
    qdns forwarders set $1 192.0.2.53 --via auto
}
forwarding balanced 7
ovn-nbctl lr-lb-del gw7
forwarding misplaced 8
ovn-nbctl lr-add elsewhere -- lr-lb-add elsewhere qdns-misplaced-udp
forwarding drained 9
for PROTOCOL in udp tcp; do
    ovn-nbctl set Load_Balancer qdns-drained-$PROTOCOL 'vips:"10.9.0.1:53"=""'
done
"#;

/// The checks that have no fault in the sickest network: those of the database and its client, without which nothing else
/// is found; those that other modules have networks for; and the last, which is never found.
const WITHOUT_FAULT: [&str; 14] = [
    "nbctl-missing",
    "nb-unreachable",
    "answer-lost",
    "answer-truncated",
    "dhcp-no-address",
    "dhcp-lease-useless",
    "dhcp-router-unknown",
    "dns-server-unusable",
    "dns-server-one-unusable",
    "search-domain-unusable",
    "search-domain-foreign",
    "balancer-before-responder",
    "balancer-backend-unknown",
    "ttl-fixed",
];

/// A finding: its check, switch and subject; and the line to paste.
type Findings = BTreeMap<[String; 3], String>;
/// The same in the order of the report.
type Found = Vec<([String; 3], String)>;

/// The findings in the order of the report, with their lines; and the codes of the checks that were not made.
fn report(run: &Run) -> Result<(Found, BTreeSet<String>)> {
    let (skipped, found): (Vec<&str>, Vec<&str>) =
        run.stdout.lines().partition(|line| line.starts_with("skipped\t"));
    let finding = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, code, switch, subject, _, fix] = columns[..] else { anyhow::bail!("{line:?}") };
        Ok(([code, switch, subject].map(str::to_owned), fix.to_owned()))
    };
    let code = |line: &str| line.split('\t').nth(1).unwrap_or_default().to_owned();
    let found = found.into_iter().map(finding).collect::<Result<_>>()?;
    Ok((found, skipped.into_iter().map(code).collect()))
}

/// What the rows of other programs hold.
fn foreign_rows(nbctl: impl Fn(&[&str]) -> String) -> String {
    let rows = ["external_ids:ls_name=net1", "external_ids:incus_switch=net1"];
    rows.map(|row| nbctl(&["--bare", "find", "DNS", row])).concat()
}

/// Pastes all lines in the order of the report; none fails, and the second report has none of them.
fn paste_all(before: Found, paste: impl Fn(&str) -> Command, again: impl Fn() -> Run) -> Result<()> {
    let mut failed: Vec<String> = Vec::new();
    for (key, fix) in before.iter().filter(|(_, fix)| !fix.is_empty()) {
        let output = paste(fix).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            failed.push(format!("{key:?}: {fix}\n{}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    let had: Findings = before.into_iter().collect();
    let (after, _) = report(&again())?;
    let left: Vec<_> = after
        .iter()
        .filter(|(key, fix)| !fix.is_empty() || had.get(key).is_some_and(|fix| !fix.is_empty()))
        .collect();
    ensure!(left.is_empty(), "{left:#?}");
    Ok(())
}

/// A shell with qdns and the database.
fn shell(nb: &Nb, shell: &str, line: &str) -> Result<Command> {
    let programs = Path::new(env!("CARGO_BIN_EXE_qdns")).parent().context("a directory")?;
    let path = format!("{}:{}", programs.display(), std::env::var("PATH")?);
    let mut command = Command::new(shell);
    command.args(["-ec", line]).envs([("OVN_NB_DB", nb.remote().as_str()), ("PATH", &path)]);
    command.env_remove("OVN_NB_DAEMON");
    Ok(command)
}

fn is_cured_by_its_lines(name: &str) -> Result<()> {
    let nb = broken(SICK)?;
    let foreign = foreign_rows(|args| nb.nbctl(args));
    let (before, skipped) = report(&nb.qdns("doctor -o plain"))?;
    let found: BTreeSet<&str> = before.iter().map(|(key, _)| key[0].as_str()).collect();
    let listed = nb.qdns("doctor --list -o plain").stdout;
    let all = listed.lines().filter_map(|line| line.split('\t').next());
    let healthy: Vec<&str> = all.filter(|code| !found.contains(code) && !skipped.contains(*code)).collect();
    assert_eq!(healthy, WITHOUT_FAULT, "each other check has a fault in SICK");
    paste_all(before, |line| shell(&nb, name, line).unwrap(), || nb.qdns("doctor -o plain"))?;
    assert_eq!(foreign_rows(|args| nb.nbctl(args)), foreign);
    Ok(())
}

/// The same on a whole OVN with two guests, where an ACL drops queries too: afterwards they lease and resolve.
#[test]
fn the_guests_of_the_sickest_network_lease_and_resolve() -> Result<()> {
    let lab = Lab::start()?;
    let sh = |line: &str| -> Result<Command> {
        let mut sh = inside(&lab, "dash")?;
        sh.args(["-ec", line]);
        Ok(sh)
    };
    let made = sh(&script(SICK))?.stdin(Stdio::null()).output()?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for resolver in ["8.8.8.8", "8.8.4.4"] {
        reachable(&lab, resolver);
    }
    lab.nbctl(&["acl-add", "net1", "from-lport", "1001", "udp.dst == 53", "drop"]);
    let guest = |name: &str, mac| lab.guest(name, name, mac, Addressing::None);
    let (web, db) = (guest("web", "0a:00:00:00:00:10")?, guest("db", "0a:00:00:00:00:11")?);
    lab.hv_sync();
    let foreign = foreign_rows(|args| lab.nbctl(args));
    assert!(web.dhcp().is_err(), "its options end DHCP");
    let (before, _) = report(&qdns(&lab, &["doctor", "-o", "plain"]))?;
    assert!(before.iter().any(|(key, fix)| key[0] == "acl-drops-dns" && !fix.is_empty()), "{before:#?}");
    paste_all(
        before,
        |line| sh(line).unwrap(),
        || {
            lab.hv_sync();
            qdns(&lab, &["doctor", "-o", "plain"])
        },
    )?;
    assert_eq!(foreign_rows(|args| lab.nbctl(args)), foreign);
    for guest in [&web, &db] {
        let lease = guest.dhcp()?;
        assert_eq!(lease.get("search").or(lease.get("domain")), Some("internal"));
    }
    assert_eq!(web.dig(&["db.internal"]), ["10.0.0.11"]);
    // Two hosts have the address.
    let reverse = web.dig(&["-x", "10.0.0.11"]);
    assert!([["db.internal."], ["gateway-1.internal."]].iter().any(|host| reverse == *host), "{reverse:?}");
    assert!(db.run(&["getent", "ahostsv4", "moved"]).ok().starts_with("10.0.0.30"));
    Ok(())
}

#[test]
fn every_line_of_the_sickest_network_can_be_pasted_into_dash() -> Result<()> {
    is_cured_by_its_lines("dash")
}

#[test]
fn every_line_of_the_sickest_network_can_be_pasted_into_bash() -> Result<()> {
    is_cured_by_its_lines("bash")
}
