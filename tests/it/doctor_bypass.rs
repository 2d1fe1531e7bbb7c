//! The flow of the responder that lets packets from UDP port 53 pass ACLs: the guest and `qdns doctor` agree, on a whole
//! OVN.

use anyhow::Result;

use crate::support::doctor::{doctor, healthy};
use crate::support::lab::{Guest, Lab, Ran as _};
use crate::support::snapshot;

/// What a program of `web` on UDP port 5353, which the ACL protects, answers to `db`.
fn answer(db: &Guest, source_port: &str) -> String {
    let source = format!("10.0.0.12#{source_port}");
    db.dig(&["+time=1", "-p", "5353", "-b", &source, "@10.0.0.11", "open.test"]).join(" ")
}

#[test]
fn an_acl_that_packets_from_port_53_pass_is_found_by_its_flow() -> Result<()> {
    let lab = Lab::start()?;
    let (web, db) = healthy(&lab)?;
    for guest in [&web, &db] {
        guest.dhcp()?;
    }
    let listen =
        ["dnsmasq", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv", "--no-hosts"];
    web.run(&[&listen[..], &["--port=5353", "--address=/open.test/192.0.2.9"]].concat()).ok();
    assert_eq!(answer(&db, "5300"), "192.0.2.9");
    lab.nbctl(&["acl-add", "net1", "to-lport", "1001", r#"outport == "web" && udp.dst == 5353"#, "drop"]);
    lab.hv_sync();
    assert_eq!(answer(&db, "5300"), "");
    let passes = answer(&db, "53") == "192.0.2.9";
    let report = doctor(&lab, &["net1"]).json();
    let findings = report["findings"].as_array().into_iter().flatten();
    let found: Vec<_> = findings.filter(|finding| finding["code"] == "acl-bypassed").collect();
    assert_eq!(found.len(), usize::from(passes), "{report}");
    for finding in found {
        snapshot!(finding["message"].as_str().unwrap_or_default(), @"packets from UDP port 53 of any sender pass the ACLs that protect the guests of net1 (CVE-2025-0650)");
    }
    Ok(())
}
