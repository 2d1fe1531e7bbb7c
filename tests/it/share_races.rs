//! A name that two rows of a switch would serve: writers that meet at the same moment.

use std::process::Child;

use anyhow::Result;

use crate::races::{finish, overtaken_through, start};
use crate::support::lab::Nb;
use crate::support::snapshot;

const CLIENTS: [&str; 2] = ["ovsdb-client", "ovn-nbctl"];

/// `net1` with the host `web`, and `net2` with the host `db`.
fn nets() -> Result<Nb> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1", "--", "ls-add", "net2"]);
    nb.qdns("record add net1 web 10.0.1.10").ok();
    nb.qdns("record add net2 db 10.0.2.10").ok();
    Ok(nb)
}

/// The row of a switch's zone.
fn zone(nb: &Nb, switch: &str) -> String {
    let is_its = format!("external_ids:switch={switch}");
    nb.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &is_its]).trim().to_owned()
}

#[test]
fn a_key_that_comes_before_the_zone_is_shared_refuses_it() -> Result<()> {
    for client in CLIENTS {
        let nb = nets()?;
        for (switch, key) in [("net1", "db"), ("net2", "web")] {
            let other = format!("set DNS {} records:{key}=192.0.2.7", zone(&nb, switch));
            let refused = overtaken_through(client, &nb, "zone share net2 --with net1", &other)?.fails(1);
            assert!(refused.contains("switch net1 would serve 1 key twice"), "{client}: {refused}");
            nb.nbctl(&["remove", "DNS", &zone(&nb, switch), "records", key]);
        }
        let row = "--id=@row create DNS records:db=192.0.2.7 -- add Logical_Switch net1 dns_records @row";
        let refused = overtaken_through("ovsdb-client", &nb, "zone share net2 --with net1", row)?.fails(1);
        assert!(
            refused.contains("db: 10.0.2.10 in the zone of net2, 192.0.2.7 in a row of unknown"),
            "{refused}"
        );
        assert_eq!(
            nb.qdns("zone show net2 -o json").json()["zones"][0]["shared_with"].as_array().map(Vec::len),
            None
        );
    }
    Ok(())
}

#[test]
fn a_zone_that_is_shared_before_a_key_comes_refuses_the_key() -> Result<()> {
    let nb = nets()?;
    let share = format!("add Logical_Switch net1 dns_records {}", zone(&nb, "net2"));
    let refused = overtaken_through("ovsdb-client", &nb, "record add net1 db 10.0.1.11", &share)?;
    snapshot!(refused, @"
    ----- stderr -----
    error: the zone of net2 on switch net1 has db.internal already
       hint: choose another name; qdns zone show net1 shows the rows of the switch
    ----- exit 1 -----
    ");
    nb.qdns("zone unshare net2 --with net1").ok();
    let refused = overtaken_through("ovsdb-client", &nb, "record add net2 web 10.0.2.11", &share)?;
    snapshot!(refused, @"
    ----- stderr -----
    error: the zone of net1 has web.internal already
       hint: net1 shares the zone of net2, so its guests get the names of both
       hint: choose another name; qdns zone show net1 shows the rows of the switch
    ----- exit 1 -----
    ");
    nb.qdns("zone unshare net2 --with net1").ok();
    // A removal does not depend on it.
    overtaken_through("ovsdb-client", &nb, "record rm net1 web", &share)?.ok();
    Ok(())
}

#[test]
fn a_key_that_the_other_zone_gets_first_is_refused() -> Result<()> {
    for client in CLIENTS {
        let nb = nets()?;
        nb.qdns("zone share net2 --with net1").ok();
        for (switch, other) in [("net1", "net2"), ("net2", "net1")] {
            let first = format!("set DNS {} records:new=192.0.2.7", zone(&nb, other));
            let add = format!("record add {switch} new 10.0.0.7");
            let refused = overtaken_through(client, &nb, &add, &first)?.fails(1);
            assert!(refused.contains("has new already"), "{client}: {refused}");
            nb.nbctl(&["remove", "DNS", &zone(&nb, other), "records", "new"]);
        }
    }
    Ok(())
}

/// Whoever is first: no key is served twice.
#[test]
fn sharing_and_additions_at_once_serve_each_key_once() -> Result<()> {
    let nb = nets()?;
    for round in 0..5 {
        let host = format!("host-{round}");
        let children: Vec<Child> = [
            &["zone", "share", "net2", "--with", "net1"][..],
            &["record", "add", "net1", &host, "10.0.1.77", "--no-ptr"],
            &["record", "add", "net2", &host, "10.0.2.77", "--no-ptr"],
        ]
        .map(|args| start(&nb, args))
        .into();
        let ends = finish(children);
        assert!(ends.iter().all(|(code, _)| matches!(code, 0 | 1)), "{ends:?}");
        nb.qdns("doctor --only name-shadowed").ok();
        nb.qdns("zone unshare net2 --with net1").ok();
        for net in ["net1", "net2"] {
            nb.qdns(&format!("record rm {net} {host} --if-exists")).ok();
        }
    }
    Ok(())
}
