//! Networks to put guests on: switches behind one router, and a resolver beyond it.

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::guest::{Addressing, Guest};
use super::ovn::{CHASSIS, Lab};
use super::process::Ran;

/// The router that connects the lab's networks.
pub const ROUTER: &str = "lr0";
const EXTERNAL: &str = "ext";

/// A resolver of the outside world.
pub struct Upstream {
    pub guest: Guest,
    pub address: String,
    log: PathBuf,
}

impl Upstream {
    /// The queries that reached it, as dnsmasq logs them: `query[A] google.com from 10.0.0.11`.
    pub fn queries(&self) -> Vec<String> {
        fs::read_to_string(&self.log)
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.find("query[").map(|at| line[at..].to_owned()))
            .collect()
    }
}

impl Lab {
    /// A logical switch with `other_config:subnet`, behind the router, which has the first address.
    pub fn net(&self, name: &str, subnet: &str) {
        self.switch(name, &[subnet]);
    }

    /// As [`Self::net`], with an IPv6 prefix such as `fd00::/64` too.
    pub fn dual_net(&self, name: &str, subnet: &str, prefix: &str) {
        self.switch(name, &[subnet, prefix]);
    }

    fn switch(&self, name: &str, subnets: &[&str]) {
        let number = self.number();
        let (to_switch, to_router) = (format!("{ROUTER}-{name}"), format!("{name}-{ROUTER}"));
        let mac = format!("0a:00:00:ff:00:{number:02x}");
        let addresses: Vec<_> = subnets.iter().map(|subnet| first_address(subnet)).collect();
        let mut args = vec!["--may-exist", "lr-add", ROUTER, "--", "ls-add", name];
        let mut config = vec![format!("other_config:subnet={}", subnets[0])];
        if let Some((prefix, _)) = subnets.get(1).and_then(|subnet| subnet.split_once('/')) {
            config.push(format!("other_config:ipv6_prefix=\"{prefix}\""));
        }
        args.extend(["--", "set", "Logical_Switch", name]);
        args.extend(config.iter().map(String::as_str));
        args.extend(["--", "lrp-add", ROUTER, &to_switch, &mac]);
        args.extend(addresses.iter().map(String::as_str));
        let options = format!("router-port={to_switch}");
        args.extend(["--", "lsp-add", name, &to_router]);
        args.extend(["--", "lsp-set-type", &to_router, "router"]);
        args.extend(["--", "lsp-set-addresses", &to_router, "router"]);
        args.extend(["--", "lsp-set-options", &to_router, &options]);
        self.nbctl(&args);
    }

    /// Makes the router a gateway router, bound to the lab's chassis; before or after [`Self::net`].
    pub fn gateway_router(&self) {
        let chassis = format!("options:chassis={CHASSIS}");
        self.nbctl(&["--may-exist", "lr-add", ROUTER, "--", "set", "Logical_Router", ROUTER, &chassis]);
    }

    /// A logical port on `switch` with one value for its `addresses`: `0a:00:00:00:00:11 10.0.0.11`.
    pub fn port(&self, switch: &str, port: &str, addresses: &str) {
        self.nbctl(&["lsp-add", switch, port, "--", "lsp-set-addresses", port, addresses]);
    }

    /// A logical port with static addresses and the guest on it; its resolver is `nameserver`.
    ///
    /// `ip` has a prefix length, `10.0.0.11/24`; the gateway is the first address of that network.
    pub fn static_guest(&self, switch: &str, name: &str, ip: &str, nameserver: &str) -> Result<Guest> {
        let port = format!("{switch}-{name}-port");
        let mac = self.mac();
        let address = ip.split('/').next().context("an address")?;
        self.port(switch, &port, &format!("{mac} {address}"));
        let gateway = first_address(ip);
        let addressing = Addressing::Static {
            ips: &[ip],
            gateways: &[gateway.split('/').next().context("an address")?],
            nameservers: &[nameserver],
        };
        self.guest(name, &port, &mac, addressing)
    }

    /// A DHCP row for 10.0.0.0/24 with what a lease needs and no resolver; its UUID.
    pub fn dhcp_row(&self) -> String {
        let row = self.nbctl(&[
            "create",
            "DHCP_Options",
            "cidr=10.0.0.0/24",
            "options:lease_time=3600",
            "options:router=10.0.0.1",
            "options:server_id=10.0.0.1",
            "options:server_mac=0a:00:00:00:ff:01",
        ]);
        row.trim().to_owned()
    }

    /// A MAC address that the lab has not given out yet.
    pub fn mac(&self) -> String {
        format!("0a:00:00:00:01:{:02x}", self.number())
    }

    /// A resolver at `address`, in a /24 of its own beyond the router, on port 53 by UDP and TCP.
    ///
    /// It knows `answers`, pairs of domain and address, says NXDOMAIN for what else ends in `.internal`
    /// or `.test`, and refuses the rest.
    pub fn upstream(&self, address: &str, answers: &[(&str, &str)]) -> Result<Upstream> {
        let network = address.rsplit_once('.').context("an IPv4 address")?.0;
        let switch = format!("{EXTERNAL}-{}", network.replace('.', "-"));
        let condition = format!("name={switch}");
        if self.nbctl(&["--bare", "find", "Logical_Switch", &condition]).trim().is_empty() {
            self.net(&switch, &format!("{network}.0/24"));
        }
        let name = format!("upstream-{}", address.replace('.', "-"));
        let guest = self.static_guest(&switch, &name, &format!("{address}/24"), address)?;
        let log = self.dir().join(format!("{name}.queries"));
        let mut argv = vec![
            "dnsmasq".to_owned(),
            "--conf-file=/dev/null".to_owned(),
            "--pid-file=".to_owned(),
            "--user=root".to_owned(),
            "--no-resolv".to_owned(),
            "--no-hosts".to_owned(),
            "--log-queries".to_owned(),
            format!("--log-facility={}", log.display()),
            "--local=/internal/".to_owned(),
            "--local=/test/".to_owned(),
        ];
        for (name, ip) in answers {
            // Without `local`, dnsmasq refuses to say that there is no AAAA, and musl gives up.
            argv.extend([format!("--address=/{name}/{ip}"), format!("--local=/{name}/")]);
        }
        // In the namespace of another user than root, dnsmasq cannot change its groups, as it does in the background.
        if fs::read_to_string("/proc/self/setgroups").is_ok_and(|text| text.trim() == "deny") {
            let line = argv.join(" ");
            guest.sh(&format!("{line} --no-daemon >/dev/null 2>&1 & until dig +tries=1 +time=1 @{address} x.internal >/dev/null; do :; done")).ok();
        } else {
            let argv: Vec<_> = argv.iter().map(String::as_str).collect();
            guest.run(&argv).ok();
        }
        Ok(Upstream { guest, address: address.to_owned(), log })
    }
}

/// The first address of the network that `cidr` is in, with its prefix length; IPv6 is given as `fd00::/64`.
fn first_address(cidr: &str) -> String {
    let (address, length) = cidr.split_once('/').expect("an address with a prefix length");
    match address.parse::<Ipv4Addr>() {
        Ok(address) => {
            let length: u32 = length.parse().unwrap();
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            format!("{}/{length}", Ipv4Addr::from((u32::from(address) & mask) + 1))
        }
        Err(_) => format!("{address}1/{length}"),
    }
}
