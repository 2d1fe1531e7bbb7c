//! The sickest network: every fix line of the report is pasted into a shell as it stands, in the order of the report.
//! None fails, none undoes another, no row of another program changes, and the next report has none of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::doctor::broken;
use crate::support::lab::Nb;

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
    records:far='10.9.0.1 10.0.0.10' records:far.internal='10.9.0.1 10.0.0.10' \
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
# Forwarding without backends.
ovn-nbctl ls-add balanced -- set Logical_Switch balanced other_config:subnet=10.7.0.0/24 \
    -- lr-add gw -- set Logical_Router gw options:chassis=hv1 -- lrp-add gw gw-balanced 0a:00:00:ff:00:07 10.7.0.1/24 \
    -- lsp-add balanced balanced-gw -- lsp-set-type balanced-gw router -- lsp-set-addresses balanced-gw router \
    -- lsp-set-options balanced-gw router-port=gw-balanced \
    -- lsp-add balanced b1 -- lsp-set-addresses b1 '0a:00:00:00:07:02 10.7.0.2'
B=$(ovn-nbctl create DHCP_Options cidr=10.7.0.0/24 options:server_id=10.7.0.1 options:server_mac=0a:00:00:ff:00:07 \
    options:lease_time=3600 options:router=10.7.0.1)
ovn-nbctl lsp-set-dhcpv4-options b1 $B
qdns record add balanced b1 10.7.0.2
qdns forwarders set balanced 192.0.2.53 --via auto
ovn-nbctl lr-lb-del gw
"#;

/// A finding: its check, switch and subject; and the line to paste.
type Findings = BTreeMap<[String; 3], String>;

/// The findings in the order of the report, with their lines.
fn report(nb: &Nb) -> Result<Vec<([String; 3], String)>> {
    let run = nb.qdns("doctor -o plain");
    let lines = run.stdout.lines().filter(|line| !line.starts_with("skipped\t"));
    let finding = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, code, switch, subject, _, fix] = columns[..] else { anyhow::bail!("{line:?}") };
        Ok(([code, switch, subject].map(str::to_owned), fix.to_owned()))
    };
    lines.map(finding).collect()
}

/// What the row of the other program holds.
fn foreign_row(nb: &Nb) -> String {
    nb.nbctl(&["--bare", "find", "DNS", "external_ids:ls_name=net1"])
}

fn paste(nb: &Nb, shell: &str, line: &str) -> Result<()> {
    let programs = Path::new(env!("CARGO_BIN_EXE_qdns")).parent().context("a directory")?;
    let path = format!("{}:{}", programs.display(), std::env::var("PATH")?);
    let output = Command::new(shell)
        .args(["-ec", line])
        .envs([("OVN_NB_DB", nb.remote().as_str()), ("PATH", &path)])
        .env_remove("OVN_NB_DAEMON")
        .stdin(Stdio::null())
        .output()?;
    ensure!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn is_cured_by_its_lines(shell: &str) -> Result<()> {
    let nb = broken(SICK)?;
    let foreign = foreign_row(&nb);
    let before = report(&nb)?;
    let codes: std::collections::BTreeSet<&str> = before.iter().map(|(key, _)| key[0].as_str()).collect();
    ensure!(codes.len() >= 25, "{codes:?}");
    let failed: Vec<String> = before
        .iter()
        .filter(|(_, fix)| !fix.is_empty())
        .filter_map(|(key, fix)| paste(&nb, shell, fix).err().map(|error| format!("{key:?}: {error}")))
        .collect();
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    let had: Findings = before.into_iter().collect();
    let after = report(&nb)?;
    let left: Vec<_> = after
        .iter()
        .filter(|(key, fix)| !fix.is_empty() || had.get(key).is_some_and(|fix| !fix.is_empty()))
        .collect();
    ensure!(left.is_empty(), "{left:#?}");
    assert_eq!(foreign_row(&nb), foreign);
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
