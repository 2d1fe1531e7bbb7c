//! Bad input: every refusal names the value, the rule and the way out, ends with 2, and changes nothing.

use anyhow::Result;

use crate::support::lab::Nb;
use crate::support::qdns;

/// Hostname, part of the rule, part of the way out.
const HOSTNAMES: &[(&str, &str, &str)] = &[
    ("VM_NAME", "underscores", "`vm-name`"),
    ("my.vm.name", "dots", "`my`"),
    ("a\"b", "only a-z", "`a-b`"),
    ("a,b", "only a-z", "`a-b`"),
    ("a=b", "only a-z", "`a-b`"),
    ("a b", "only a-z", "`a-b`"),
    ("é", "only a-z", "a-z"),
    ("naïve", "only a-z", "`na-ve`"),
    ("web\nserver", "only a-z", "`web-server`"),
    ("web\tserver", "only a-z", "`web-server`"),
    ("*", "only a-z", "a-z"),
    ("", "at least one character", "a-z"),
    (".", "begins with a dot", "a-z"),
    (".internal", "begins with a dot", "a-z"),
    ("-web", "hyphen", "`web`"),
    ("web-", "hyphen", "`web`"),
    ("-", "hyphen", "a-z"),
    ("--", "hyphen", "a-z"),
    ("12345", "digits only", "`vm-12345`"),
    ("$(reboot)", "only a-z", "`reboot`"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "at most 63", "aaa"),
    ("gateway", "reserved", "`gateway-1`"),
    ("Router", "reserved", "`router-1`"),
    ("dns", "reserved", "`dns-1`"),
    ("dhcp.internal", "reserved", "`dhcp-1`"),
    ("localhost", "reserved", "`localhost-1`"),
    ("wpad", "reserved", "`wpad-1`"),
    ("isatap", "reserved", "`isatap-1`"),
];

/// Address, part of the rule, part of the way out.
const ADDRESSES: &[(&str, &str, &str)] = &[
    ("10.0.0.0/24", "a network", "`10.0.0.0`"),
    ("010.0.0.1", "leading zero", "`10.0.0.1`"),
    ("10.0.0.1,10.0.0.2", "comma", "argument of its own"),
    ("10.0.0", "neither", "10.0.0.10"),
    ("web", "neither", "10.0.0.10"),
    ("", "neither", "10.0.0.10"),
    ("10.0.0.10 10.0.0.11", "neither", "10.0.0.10"),
    ("0.0.0.0", "unspecified", "fd00::10"),
    ("127.0.0.1", "loopback", "fd00::10"),
    ("224.0.0.1", "multicast", "fd00::10"),
    ("255.255.255.255", "broadcast", "fd00::10"),
    ("10.0.0.0", "network address", "subnet"),
    ("10.0.0.255", "broadcast address", "subnet"),
    ("fe80::1%eth0", "interface", "fd00::10"),
    ("fe80::1", "link-local", "fd00::10"),
    ("::", "unspecified", "fd00::10"),
    ("::1", "loopback", "fd00::10"),
    ("ff02::1", "multicast", "fd00::10"),
    ("::ffff:10.0.0.1", "IPv4-mapped", "fd00::10"),
];

/// Domain, part of the rule, part of the way out.
const DOMAINS: &[(&str, &str, &str)] = &[
    ("local", "multicast DNS", "`internal`"),
    ("prod.local", "multicast DNS", "`prod.internal`"),
    ("localhost", "RFC 6761", "`internal`"),
    ("invalid", "RFC 6761", "`internal`"),
    ("test", "RFC 6761", "`internal`"),
    ("example", "RFC 6761", "`internal`"),
    ("onion", "Tor", "`internal`"),
    ("alt", "RFC 9476", "`internal`"),
    ("a..b", "at least one character", "`a-b`"),
    ("my_net.internal", "underscores", "`my-net-internal`"),
    ("", "at least one character", "a-z"),
    ("a\"b", "only a-z", "`a-b`"),
];

fn each(check: impl Fn(&Nb, &[&str], &str, &str, &str)) {
    let nb = Nb::start().unwrap();
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/24"]);
    qdns(&nb.remote(), &["record", "add", "net1", "here", "10.0.0.99"]).ok();
    for (value, rule, way_out) in HOSTNAMES {
        check(&nb, &["record", "add", "net1", "--", value, "10.0.0.10"], value, rule, way_out);
    }
    for (value, rule, way_out) in ADDRESSES {
        check(&nb, &["record", "add", "net1", "web", "--", value], value, rule, way_out);
    }
    for (value, rule, way_out) in ADDRESSES.iter().filter(|(_, rule, _)| !rule.ends_with(" address")) {
        check(&nb, &["forwarders", "set", "net1", "--", value], value, rule, way_out);
    }
    for (value, rule, way_out) in DOMAINS {
        check(&nb, &["zone", "create", "net1", &format!("--domain={value}")], value, rule, way_out);
    }
    check(&nb, &["record", "add", "", "web", "10.0.0.10"], "", "a switch has a name", "ls-list");
    check(&nb, &["record", "ls", "--address", "10.0.0.0/33"], "10.0.0.0/33", "neither", "10.0.0.0/24");
    check(&nb, &["record", "add", "net1", "web", "10.0.0.10", "--ttl", "60"], "60", "3600", "--ttl");
}

#[test]
fn every_refusal_names_value_rule_and_way_out_and_changes_nothing() -> Result<()> {
    each(|nb, args, value, rule, way_out| {
        let before = nb.dump();
        let run = qdns(&nb.remote(), args);
        assert_eq!(run.code, 2, "{args:?}: {run:?}");
        assert_eq!(run.stdout, "", "{args:?}");
        // Control characters are shown as they would be typed in a string.
        let shown = format!("{value:?}");
        let shown = shown.trim_matches('"').to_lowercase();
        let said = run.stderr.to_lowercase();
        assert!(said.contains(&shown) && said.contains(&rule.to_lowercase()), "{args:?}: {run:?}");
        let hint = run.stderr.split_once("hint:").map(|(_, hint)| hint).unwrap_or_default();
        assert!(hint.contains(way_out), "{args:?}: {run:?}");
        assert_eq!(nb.dump(), before, "{args:?}");
    });
    Ok(())
}

#[test]
fn as_json_the_same_is_said() -> Result<()> {
    each(|nb, args, _, rule, way_out| {
        let run = qdns(&nb.remote(), &[&["-o", "json"], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
        let error = &error["error"];
        assert_eq!(error["kind"], "invalid-input", "{args:?}");
        assert!(error["message"].as_str().unwrap().to_lowercase().contains(&rule.to_lowercase()), "{run:?}");
        assert!(error["hints"].to_string().contains(way_out), "{run:?}");
    });
    Ok(())
}

#[test]
fn mistyped_commands_are_usage_errors() -> Result<()> {
    for args in [
        &["recrod", "ls"][..],
        &["record", "add", "net1"],
        &["record", "add", "net1", "web", "10.0.0.10", "--repalce"],
        &["--timeout", "0", "zone", "ls"],
        &["--timeout", "soon", "zone", "ls"],
        &["-o", "yaml", "zone", "ls"],
        &["--wait", "forever", "zone", "ls"],
        &["--color", "pink", "zone", "ls"],
    ] {
        let run = qdns("unix:/nonexistent", args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}: {run:?}");
        assert!(run.stderr.starts_with("error: "), "{args:?}: {run:?}");
        let json = qdns("unix:/nonexistent", &[&["--output=json"], args].concat());
        let error: serde_json::Value = serde_json::from_str(&json.stderr)?;
        assert_eq!(error["error"]["kind"], "invalid-input", "{json:?}");
    }
    Ok(())
}

#[test]
fn an_address_outside_the_subnet_and_a_public_domain_are_warnings() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "set", "Logical_Switch", "net1", "other_config:subnet=10.0.0.0/24"]);
    let run = qdns(&nb.remote(), &["zone", "create", "net1", "--domain", "corp.org"]);
    run.ok();
    assert!(run.stderr.contains("may exist outside"), "{run:?}");
    let run = qdns(&nb.remote(), &["record", "add", "net1", "web", "10.0.1.10"]);
    run.ok();
    assert!(run.stderr.contains("outside of net1's subnet 10.0.0.0/24"), "{run:?}");
    Ok(())
}
