//! Any text at all: it is refused and nothing changes, or the database holds it byte for byte.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::support::lab::Nb;
use crate::support::qdns;

/// One database for all cases of a test; the processes die with the test.
static NB: LazyLock<Nb> = LazyLock::new(|| {
    let nb = Nb::start().unwrap();
    // Two tests change hosts at the same time, each on its own switch.
    for switch in ["net1", "net2"] {
        nb.nbctl(&["ls-add", switch]);
        qdns(&nb.remote(), &["zone", "create", switch]).ok();
    }
    nb
});

/// Text that a process can be given: quotes, braces, control characters and all scripts, but no NUL.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[^\\x00]{0,40}",
        "[-=\"'\\\\{}\\[\\],:;$`|&<>*?!~# \\t\\n]{1,12}",
        "[a-zA-Z0-9-]{1,66}",
        "[a-z0-9.-]{1,30}",
        "(--|-n|--all|@x|\\$\\(id\\)|records=\\{\\}|web\\.internal\\.?|10\\.0\\.0\\.[0-9]{1,4}|fd00::[0-9a-z]{0,5})",
    ]
}

/// 60 cases a test, or as many as PROPTEST_CASES says.
fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(60), failure_persistence: None, ..ProptestConfig::default() }
}

fn records(nb: &Nb, switch: &str) -> serde_json::Value {
    qdns(&nb.remote(), &["record", "ls", switch, "-o", "json"]).json()["records"].take()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_hostname_is_refused_or_comes_back(hostname in text()) {
        let nb = &*NB;
        let before = records(nb, "net1");
        let run = qdns(&nb.remote(), &["record", "add", "net1", "--replace", "--", &hostname, "10.0.0.10"]);
        let after = records(nb, "net1");
        match run.code {
            0 => {
                let name = hostname.to_ascii_lowercase();
                let name = name.strip_suffix('.').unwrap_or(&name);
                let name = name.strip_suffix(".internal").unwrap_or(name);
                let found = after.as_array().unwrap().iter().any(|row| row["hostname"] == name);
                prop_assert!(found, "{:?}: {}", hostname, after);
                qdns(&nb.remote(), &["record", "rm", "net1", "--", &hostname]).ok();
            }
            2 => prop_assert_eq!(before, after),
            code => prop_assert!(false, "{:?}: {}: {:?}", hostname, code, run),
        }
    }

    #[test]
    fn an_address_is_refused_or_comes_back(address in text()) {
        let nb = &*NB;
        let before = records(nb, "net2");
        let run = qdns(&nb.remote(), &["record", "add", "net2", "fuzzed", "--replace", "--", &address]);
        match run.code {
            0 => {
                let typed: std::net::IpAddr = address.parse().unwrap();
                let stored = records(nb, "net2");
                let stored = stored.as_array().unwrap().iter().find(|row| row["hostname"] == "fuzzed").unwrap();
                prop_assert_eq!(stored["ip"].as_str().unwrap(), typed.to_string());
                qdns(&nb.remote(), &["record", "rm", "net2", "fuzzed"]).ok();
            }
            2 => prop_assert_eq!(before, records(nb, "net2")),
            code => prop_assert!(false, "{:?}: {}: {:?}", address, code, run),
        }
    }

    #[test]
    fn a_switch_of_any_name_keeps_it(name in text().prop_filter("a switch has a name", |name| !name.is_empty())) {
        let nb = &*NB;
        let quoted = serde_json::Value::from(name.as_str()).to_string();
        let switch = nb.nbctl(&["create", "Logical_Switch", &format!("name={quoted}")]);
        let run = qdns(&nb.remote(), &["zone", "create", "--", &name]);
        let zones = qdns(&nb.remote(), &["zone", "ls", "-o", "json"]).json();
        let mark = nb.nbctl(&["--format=json", "--columns=external_ids", "list", "DNS"]);
        nb.nbctl(&["destroy", "Logical_Switch", switch.trim()]);
        prop_assert_eq!(run.code, 0, "{:?}: {:?}", name, run);
        let found = zones["zones"].as_array().unwrap().iter().any(|zone| zone["switch"] == name.as_str());
        prop_assert!(found, "{:?}: {}", name, zones);
        let mark: serde_json::Value = serde_json::from_str(&mark).unwrap();
        prop_assert!(mark.to_string().contains(&serde_json::json!(["switch", name]).to_string()), "{:?}: {}", name, mark);
        let rows = nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &format!("external_ids:switch={quoted}")]);
        for row in rows.split_whitespace() {
            nb.nbctl(&["destroy", "DNS", row]);
        }
    }

    #[test]
    fn a_domain_is_refused_or_comes_back(domain in text()) {
        let nb = &*NB;
        let switch = nb.nbctl(&["create", "Logical_Switch", "name=domains"]);
        let domain_option = format!("--domain={domain}");
        let run = qdns(&nb.remote(), &["zone", "create", switch.trim(), &domain_option]);
        let zones = qdns(&nb.remote(), &["zone", "ls", "-o", "json"]).json();
        let made = zones["zones"].as_array().unwrap().iter().find(|zone| zone["switch"] == "domains").cloned();
        if made.is_some() {
            qdns(&nb.remote(), &["zone", "rm", switch.trim(), "--yes"]).ok();
        }
        nb.nbctl(&["destroy", "Logical_Switch", switch.trim()]);
        match run.code {
            0 => {
                let lower = domain.to_ascii_lowercase();
                let stored = made.unwrap()["domain"].as_str().unwrap().to_owned();
                prop_assert_eq!(stored, lower.strip_suffix('.').unwrap_or(&lower));
            }
            2 => prop_assert_eq!(made, None),
            code => prop_assert!(false, "{:?}: {}: {:?}", domain, code, run),
        }
    }
}
