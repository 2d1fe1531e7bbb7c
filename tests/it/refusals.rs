//! Bad input: every refusal names the value, the rule and the way out, ends with 2, and changes nothing.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::records::net;
use crate::support::lab::Nb;
use crate::support::{qdns, snapshot};

const HOSTNAMES: &[&str] = &[
    "VM_NAME",
    "my.vm.name",
    "a\"b",
    "a,b",
    "a=b",
    "a b",
    "é",
    "naïve",
    "web\nserver",
    "web\tserver",
    "*",
    "",
    ".",
    ".internal",
    "-web",
    "web-",
    "-",
    "--",
    "12345",
    "$(reboot)",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "gateway",
    "Router",
    "dns",
    "dhcp.internal",
    "localhost",
    "wpad",
    "isatap",
    "instance-data",
    "_gateway",
    "ip6-allnodes",
];

const ADDRESSES: &[&str] = &[
    "10.0.0.0/24",
    "010.0.0.1",
    "10.0.0.1,10.0.0.2",
    "10.0.0",
    "web",
    "",
    "10.0.0.10 10.0.0.11",
    "0.0.0.0",
    "127.0.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "fe80::1%eth0",
    "fe80::1",
    "::",
    "::1",
    "ff02::1",
    "::ffff:10.0.0.1",
];

/// Refused for a host of `net1`, whose subnet is 10.0.0.0/24, and for no resolver.
const OF_THE_SUBNET: &[&str] = &["10.0.0.0", "10.0.0.255"];

const DOMAINS: &[&str] = &[
    "local",
    "prod.local",
    "localhost",
    "invalid",
    "test",
    "example",
    "onion",
    "alt",
    "a..b",
    "my_net.internal",
    "",
    "a\"b",
];

/// Runs each command; returns the refusals, which are the same in JSON.
fn refusals<'a>(nb: &Nb, commands: impl IntoIterator<Item = Vec<&'a str>>) -> Result<String> {
    let before = nb.dump();
    let mut refusals = String::new();
    for command in commands {
        let run = qdns(&nb.remote(), &command);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{command:?}: {run}");
        let json = qdns(&nb.remote(), &[&["-o", "json"], &command[..]].concat());
        assert_eq!((json.code, json.stdout.as_str()), (2, ""), "{command:?}: {json}");
        let error = &serde_json::from_str::<Value>(&json.stderr)?["error"];
        assert_eq!(error["kind"], "invalid-input", "{command:?}");
        for sentence in [&error["message"], &error["hints"][0]] {
            assert!(run.stderr.contains(sentence.as_str().context("text")?), "{run}{json}");
        }
        refusals += &run.stderr;
        assert_eq!(nb.dump(), before, "{command:?}");
    }
    Ok(refusals)
}

#[test]
fn hostnames() -> Result<()> {
    let commands = HOSTNAMES.iter().map(|name| vec!["record", "add", "net1", "--", name, "10.0.0.10"]);
    snapshot!(refusals(&net()?, commands)?, @r#"
    error: hostname "VM_NAME" is refused: underscores are not allowed in hostnames (RFC 1123)
       hint: use `vm-name`
    error: hostname "my.vm.name" has dots, but does not end in the zone's domain `internal`
       hint: use `my` or `my-vm-name`
    error: hostname "a\"b" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `a-b`
    error: hostname "a,b" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `a-b`
    error: hostname "a=b" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `a-b`
    error: hostname "a b" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `a-b`
    error: hostname "é" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `xn--9ca`
    error: hostname "naïve" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `xn--nave-6pa`
    error: hostname "web\nserver" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `web-server`
    error: hostname "web\tserver" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `web-server`
    error: hostname "*" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use 1 to 63 of a-z, 0-9 and hyphen, such as `web-server`
    error: hostname "" is refused: a label has at least one character
       hint: use 1 to 63 of a-z, 0-9 and hyphen, such as `web-server`
    error: hostname "." is refused: it begins with a dot
       hint: use 1 to 63 of a-z, 0-9 and hyphen, such as `web-server`
    error: hostname ".internal" is refused: it begins with a dot
       hint: use 1 to 63 of a-z, 0-9 and hyphen, such as `web-server`
    error: hostname "-web" is refused: a hyphen is not allowed at either end (RFC 1123)
       hint: use `web`
    error: hostname "web-" is refused: a hyphen is not allowed at either end (RFC 1123)
       hint: use `web`
    error: hostname "-" is refused: a hyphen is not allowed at either end (RFC 1123)
       hint: use 1 to 63 of a-z, 0-9 and hyphen, such as `web-server`
    error: hostname "--" is refused: a hyphen is not allowed at either end (RFC 1123)
       hint: use 1 to 63 of a-z, 0-9 and hyphen, such as `web-server`
    error: hostname "12345" is refused: programs read a hostname of digits only as an address
       hint: use `vm-12345`
    error: hostname "$(reboot)" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `reboot`
    error: hostname "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" is refused: a label has at most 63 characters (RFC 1035)
       hint: use `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`
    error: hostname "gateway" is reserved: the network's own name for its router
       hint: use another name, such as `gateway-1`
    error: hostname "Router" is reserved: the network's own name for its router
       hint: use another name, such as `router-1`
    error: hostname "dns" is reserved: the network's own name for its resolver
       hint: use another name, such as `dns-1`
    error: hostname "dhcp" is reserved: the network's own name for its DHCP server (in "dhcp.internal")
       hint: use another name, such as `dhcp-1`
    error: hostname "localhost" is reserved: always the machine itself (RFC 6761, section 6.3)
       hint: use another name, such as `localhost-1`
    error: hostname "wpad" is reserved: browsers load their proxy settings from a host of this name (draft-ietf-wrec-wpad-01)
       hint: use another name, such as `wpad-1`
    error: hostname "isatap" is reserved: Windows sends its IPv6 traffic to a host of this name (RFC 5214)
       hint: use another name, such as `isatap-1`
    error: hostname "instance-data" is reserved: cloud-init runs what a host of this name serves, as root (cloud-init, datasource EC2)
       hint: use another name, such as `instance-data-1`
    error: hostname "_gateway" is reserved: systemd-resolved answers it itself (systemd-resolved.service(8))
       hint: use another name, such as `gateway-1`
    error: hostname "ip6-allnodes" is reserved: all nodes of a link in /etc/hosts (hosts(5) of Debian and macOS)
       hint: use another name, such as `ip6-allnodes-1`
    "#);
    Ok(())
}

#[test]
fn addresses_of_hosts() -> Result<()> {
    let addresses = ADDRESSES.iter().chain(OF_THE_SUBNET);
    let commands = addresses.map(|address| vec!["record", "add", "net1", "web", "--", address]);
    snapshot!(refusals(&net()?, commands)?, @r#"
    error: address "10.0.0.0/24" is refused: it is a network, not one address
       hint: use `10.0.0.0`
    error: address "010.0.0.1" is refused: a leading zero is read as octal by some programs and as decimal by others
       hint: use `10.0.0.1`
    error: address "10.0.0.1,10.0.0.2" is refused: these are several addresses in one argument
       hint: separate addresses by spaces: `10.0.0.1 10.0.0.2`
    error: address "10.0.0" is refused: it is neither an IPv4 nor an IPv6 address
       hint: use an address such as `10.0.0.10` or `fd00::10`
    error: address "web" is refused: it is neither an IPv4 nor an IPv6 address
       hint: use an address such as `10.0.0.10` or `fd00::10`
    error: address "" is refused: it is neither an IPv4 nor an IPv6 address
       hint: use an address such as `10.0.0.10` or `fd00::10`
    error: address "10.0.0.10 10.0.0.11" is refused: these are several addresses in one argument
       hint: separate addresses by spaces: `10.0.0.10 10.0.0.11`
    error: address "0.0.0.0" is refused: it is the unspecified address
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "127.0.0.1" is refused: it is a loopback address: every guest would reach itself
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "224.0.0.1" is refused: it is a multicast address, not one host's
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "255.255.255.255" is refused: it is the broadcast address
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "fe80::1%eth0" is refused: `%eth0` is an interface of this machine, unknown to any guest
       hint: use a global or unique local address, such as `fd00::10`
    error: address "fe80::1" is refused: a link-local address needs an interface, which DNS cannot carry (RFC 4007)
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "::" is refused: it is the unspecified address
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "::1" is refused: it is a loopback address: every guest would reach itself
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "ff02::1" is refused: it is a multicast address, not one host's
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "::ffff:10.0.0.1" is refused: it is an IPv4-mapped IPv6 address; write the IPv4 address
       hint: use the address of one guest, such as `10.0.0.10` or `fd00::10`
    error: address "10.0.0.0" is refused: it is the network address of net1's subnet 10.0.0.0/24
       hint: use the address of one guest in that subnet
    error: address "10.0.0.255" is refused: it is the broadcast address of net1's subnet 10.0.0.0/24
       hint: use the address of one guest in that subnet
    "#);
    Ok(())
}

#[test]
fn addresses_of_resolvers_as_those_of_hosts() -> Result<()> {
    let nb = net()?;
    let hosts = ADDRESSES.iter().map(|address| vec!["record", "add", "net1", "web", "--", address]);
    let resolvers = ADDRESSES.iter().map(|address| vec!["forwarders", "set", "net1", "--", address]);
    assert_eq!(refusals(&nb, resolvers)?, refusals(&nb, hosts)?);
    Ok(())
}

#[test]
fn domains() -> Result<()> {
    let commands = DOMAINS.iter().map(|domain| vec!["zone", "create", "net1", "--domain", domain]);
    snapshot!(refusals(&net()?, commands)?, @r#"
    error: domain "local" is refused: multicast DNS owns it (RFC 6762)
       hint: use `internal`
    error: domain "prod.local" is refused: multicast DNS owns it (RFC 6762)
       hint: use `prod.internal`
    error: domain "localhost" is refused: it is always the machine itself (RFC 6761)
       hint: use `internal`
    error: domain "invalid" is refused: it never resolves (RFC 6761)
       hint: use `internal`
    error: domain "test" is refused: it is for tests of DNS code (RFC 6761)
       hint: use `internal`
    error: domain "example" is refused: it is for documentation (RFC 6761)
       hint: use `internal`
    error: domain "onion" is refused: it belongs to Tor (RFC 7686)
       hint: use `internal`
    error: domain "alt" is refused: it is outside DNS (RFC 9476)
       hint: use `internal`
    error: domain "a..b" is refused: a label has at least one character
       hint: use `a.b`
    error: domain "my_net.internal" is refused: underscores are not allowed in hostnames (RFC 1123)
       hint: use `my-net.internal`
    error: domain "" is refused: a label has at least one character
       hint: use one or more labels, such as `internal` or `prod.internal`
    error: domain "a\"b" is refused: only a-z, 0-9 and hyphen are allowed (RFC 1123)
       hint: use `a-b`
    "#);
    Ok(())
}

#[test]
fn other_arguments() -> Result<()> {
    let commands = [
        vec!["record", "add", "", "web", "10.0.0.10"],
        vec!["record", "ls", "--address", "10.0.0.0/33"],
        vec!["record", "add", "net1", "web", "10.0.0.10", "--ttl", "60"],
    ];
    snapshot!(refusals(&net()?, commands)?, @r#"
    error: switch "" is refused: a switch has a name
       hint: ovn-nbctl ls-list lists the switches
    error: address "10.0.0.0/33" is refused: it is neither an address nor a network
       hint: use an address such as `10.0.0.10` or a network such as `10.0.0.0/24`
    error: ttl "60" is refused: OVN answers every query with 3600 s, and no option changes this
       hint: leave --ttl out
    "#);
    Ok(())
}

#[test]
fn mistyped_commands() -> Result<()> {
    let commands = [
        vec!["recrod", "ls"],
        vec!["record", "add", "net1"],
        vec!["record", "add", "net1", "web", "10.0.0.10", "--repalce"],
        vec!["--timeout", "0", "zone", "ls"],
        vec!["--timeout", "soon", "zone", "ls"],
        vec!["-o", "yaml", "zone", "ls"],
        vec!["--wait", "forever", "zone", "ls"],
        vec!["--color", "pink", "zone", "ls"],
    ];
    let mut seen = String::new();
    for command in commands {
        let run = qdns("unix:/nonexistent", &command);
        assert_eq!(run.code, 2, "{run}");
        seen += &format!("{command:?}\n{}", run.stderr);
        let json = qdns("unix:/nonexistent", &[&["--output=json"], &command[..]].concat());
        let error: Value = serde_json::from_str(&json.stderr)?;
        assert_eq!((run.stdout.as_str(), &error["error"]["kind"]), ("", &"invalid-input".into()), "{json}");
    }
    snapshot!(seen, @r#"
    ["recrod", "ls"]
    error: unrecognized subcommand 'recrod'

      tip: qdns record ls

    Usage: qdns [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ["record", "add", "net1"]
    error: the following required arguments were not provided:
      <HOSTNAME>

    Usage: qdns record add <SWITCH> <HOSTNAME> [ADDRESS]...

    For more information, try '--help'.
    ["record", "add", "net1", "web", "10.0.0.10", "--repalce"]
    error: unexpected argument '--repalce' found

      tip: qdns record add net1 web 10.0.0.10 --replace

    Usage: qdns record add --replace <SWITCH> <HOSTNAME> <ADDRESS>...

    For more information, try '--help'.
    ["--timeout", "0", "zone", "ls"]
    error: invalid value '0' for '--timeout <SECS>': 0 is not in 1..=86400

    For more information, try '--help'.
    ["--timeout", "soon", "zone", "ls"]
    error: invalid value 'soon' for '--timeout <SECS>': invalid digit found in string

    For more information, try '--help'.
    ["-o", "yaml", "zone", "ls"]
    error: invalid value 'yaml' for '--output <FORMAT>'
      [possible values: table, wide, json, plain]

    For more information, try '--help'.
    ["--wait", "forever", "zone", "ls"]
    error: invalid value 'forever' for '--wait <HOW-FAR>'
      [possible values: none, sb, hv]

    For more information, try '--help'.
    ["--color", "pink", "zone", "ls"]
    error: invalid value 'pink' for '--color <WHEN>'
      [possible values: auto, always, never]

    For more information, try '--help'.
    "#);
    Ok(())
}

#[test]
fn a_public_domain_is_only_a_warning() -> Result<()> {
    snapshot!(net()?.qdns("zone create net1 --domain corp.org"), @"
    + zone  net1
    ----- stderr -----
    warning: corp.org may exist in the public DNS: the forwarders answer each name under it that this zone does not have
    ");
    Ok(())
}

#[test]
fn an_address_outside_the_subnet_is_only_a_warning() -> Result<()> {
    snapshot!(net()?.qdns("record add net1 web 10.0.1.10"), @"
    + zone  net1
    + 10.1.0.10.in-addr.arpa  web.internal
    + web  10.0.1.10
    + web.internal  10.0.1.10
    ----- stderr -----
    warning: web: 10.0.1.10 is outside of net1's subnet 10.0.0.0/24
    ");
    Ok(())
}

/// A warning, once: the host is accepted.
#[test]
fn a_name_that_programs_trust() -> Result<()> {
    let nb = net()?;
    snapshot!(nb.session(&["record add net1 salt 10.0.0.10", "record add net1 salt 10.0.0.11 --replace"]), @"
    $ qdns record add net1 salt 10.0.0.10
    + zone  net1
    + 10.0.0.10.in-addr.arpa  salt.internal
    + salt  10.0.0.10
    + salt.internal  10.0.0.10
    ----- stderr -----
    warning: salt: a Salt minion takes orders from a host of this name (salt-minion(1), master)
    $ qdns record add net1 salt 10.0.0.11 --replace
    - 10.0.0.10.in-addr.arpa  salt.internal
    + 11.0.0.10.in-addr.arpa  salt.internal
    ~ salt  10.0.0.10 -> 10.0.0.11
    ~ salt.internal  10.0.0.10 -> 10.0.0.11

    To undo:
      qdns record add net1 salt 10.0.0.10 --replace
    ");
    Ok(())
}
