//! What a guest gets from DHCP options that OVN accepts and that are wrong: the guest, `qdns forwarders show` and
//! `qdns doctor` agree, on a whole OVN.

use std::fmt::Write as _;

use anyhow::Result;

use crate::support::doctor::{doctor, findings, healthy, qdns};
use crate::support::lab::{Guest, Lab};
use crate::support::snapshot;

/// What a guest gets and what the two commands say, case by case.
struct Leases<'l> {
    lab: &'l Lab,
    web: &'l Guest,
    row: String,
    report: String,
}

impl Leases<'_> {
    /// The row has one option with another value.
    fn option(&mut self, name: &str, value: &str) -> Result<()> {
        let text = self.lab.nbctl(&["get", "DHCP_Options", &self.row, &format!("options:{name}")]);
        let before: String = serde_json::from_str(text.trim()).unwrap_or_else(|_| text.trim().to_owned());
        self.set(name, value);
        let _ = writeln!(self.report, "{name} = {value}");
        self.look()?;
        self.set(name, &before);
        Ok(())
    }

    fn set(&self, name: &str, value: &str) {
        let option = format!("options:{name}={}", serde_json::json!(value));
        self.lab.nbctl(&["set", "DHCP_Options", &self.row, &option]);
    }

    fn look(&mut self) -> Result<()> {
        self.lab.hv_sync();
        let lease = match self.web.dhcp() {
            Ok(lease) => {
                let get = |name| lease.get(name).unwrap_or("-").to_owned();
                let names = ["dns", "domain", "search", "router", "lease"];
                names.map(|name| format!("{name} {}", get(name))).join(", ")
            }
            Err(_) => "no lease".to_owned(),
        };
        let _ = writeln!(self.report, "  guest   {lease}");
        let show = qdns(self.lab, &["forwarders", "show", "net1"]).stdout;
        let line = show.lines().last().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(self.report, "  show    {line}");
        let found = findings(&doctor(self.lab, &["net1"]));
        found.lines().for_each(|line| {
            let _ = writeln!(self.report, "  doctor  {line}");
        });
        Ok(())
    }
}

#[test]
fn what_a_guest_gets_from_wrong_options_is_said() -> Result<()> {
    let lab = Lab::start()?;
    let (web, _db) = healthy(&lab)?;
    let row = lab.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]).trim().to_owned();
    let mut leases = Leases { lab: &lab, web: &web, row, report: String::new() };
    leases.option("dns_server", "fd00::53")?;
    leases.option("dns_server", "{172.16.0.53, fd00::53}")?;
    leases.option("dns_server", "0.0.0.0")?;
    leases.option("dns_server", "0xac100035")?;
    leases.option("domain_name", "\"a.internal,internal\"")?;
    leases.option("domain_search_list", "\"internal, corp.lan\"")?;
    leases.option("lease_time", "0")?;
    leases.option("server_mac", "nonsense")?;
    let cidr = |cidr: &str| lab.nbctl(&["set", "DHCP_Options", &leases.row, &format!("cidr=\"{cidr}\"")]);
    cidr("10.0.0.0/255.255.255.0");
    leases.report += "cidr = 10.0.0.0/255.255.255.0\n";
    leases.look()?;
    lab.nbctl(&["lsp-set-addresses", "web", "unknown"]);
    leases.report += "addresses = unknown\n";
    leases.look()?;
    snapshot!(leases.report, @r#"
    dns_server = fd00::53
      guest   dns 0.0.0.83, domain internal, search internal, router 10.0.0.1, lease 3600
      show    net1 10.0.0.0/24 0.0.0.83 internal 2 - the row says dns_server = fd00::53
      doctor  error dns-server-unusable guests of 10.0.0.0/24 get no resolver but 0.0.0.83 (fd00::53: OVN sends the last four octets of an IPv6 address): only local names resolve
    dns_server = {172.16.0.53, fd00::53}
      guest   dns 172.16.0.53 0.0.0.83, domain internal, search internal, router 10.0.0.1, lease 3600
      show    net1 10.0.0.0/24 172.16.0.53 0.0.0.83 internal 2 - the row says dns_server = {172.16.0.53, fd00::53}
      doctor  warning dns-server-one-unusable guests of 10.0.0.0/24 get 0.0.0.83 as one of their resolvers (fd00::53: OVN sends the last four octets of an IPv6 address): queries to it are lost
    dns_server = 0.0.0.0
      guest   dns 0.0.0.0, domain internal, search internal, router 10.0.0.1, lease 3600
      show    net1 10.0.0.0/24 0.0.0.0 internal 2 -
      doctor  error dns-server-unusable guests of 10.0.0.0/24 get no resolver but 0.0.0.0 (0.0.0.0: it is the unspecified address): no name resolves
    dns_server = 0xac100035
      guest   dns 172.16.0.53, domain internal, search internal, router 10.0.0.1, lease 3600
      show    net1 10.0.0.0/24 172.16.0.53 internal 2 - the row says dns_server = 0xac100035
    domain_name = "a.internal,internal"
      guest   dns 172.16.0.53, domain bad, search internal, router 10.0.0.1, lease 3600
      show    net1 10.0.0.0/24 172.16.0.53 internal 2 - the row says domain_name = "a.internal,internal"
      doctor  warning search-domain-unusable domain_name = "a.internal,internal": guests of 10.0.0.0/24 cannot search in "a.internal,internal": the option carries one domain
    domain_search_list = "internal, corp.lan"
      guest   dns 172.16.0.53, domain internal, search internal  corp.lan, router 10.0.0.1, lease 3600
      show    net1 10.0.0.0/24 172.16.0.53 internal 2 - the row says domain_search_list = "internal, corp.lan"
      doctor  warning search-domain-unusable domain_search_list = "internal, corp.lan": guests of 10.0.0.0/24 cannot search in " corp.lan": it has a blank
    lease_time = 0
      guest   dns 172.16.0.53, domain internal, search internal, router 10.0.0.1, lease 0
      show    net1 10.0.0.0/24 172.16.0.53 internal 2 -
      doctor  error dhcp-lease-useless lease_time = 0: guests of 10.0.0.0/24 may take no such lease
    server_mac = nonsense
      guest   no lease
      show    net1 10.0.0.0/24 172.16.0.53 internal 2 - no lease: server_mac = nonsense: it takes one MAC address, XX:XX:XX:XX:XX:XX
      doctor  error dhcp-option-syntax server_mac = nonsense: it takes one MAC address, XX:XX:XX:XX:XX:XX; no port of 10.0.0.0/24 gets a lease
    cidr = 10.0.0.0/255.255.255.0
      guest   dns 172.16.0.53, domain internal, search internal, router 10.0.0.1, lease 3600
      show    net1 10.0.0.0/255.255.255.0 172.16.0.53 internal 2 -
    addresses = unknown
      guest   no lease
      show    net1 10.0.0.0/255.255.255.0 172.16.0.53 internal 2 -
      doctor  error dhcp-no-address port web of net1 gets no lease: its addresses are unknown
    "#);
    Ok(())
}
