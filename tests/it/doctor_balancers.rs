//! What load balancers do to the queries of guests: the guest and `qdns doctor` agree, on a whole OVN.

use std::fmt::Write as _;

use anyhow::Result;

use crate::support::doctor::{codes, doctor, findings, fix, healthy};
use crate::support::lab::{Guest, Lab};
use crate::support::snapshot;

const RESOLVER: &str = "172.16.0.53";

/// A network whose guests ask 10.0.0.1, the address of the router.
fn asking_the_router(lab: &Lab) -> Result<Guest> {
    let (web, _db) = healthy(lab)?;
    let row = lab.nbctl(&["--bare", "--columns=_uuid", "list", "DHCP_Options"]).trim().to_owned();
    lab.nbctl(&["set", "DHCP_Options", &row, "options:dns_server=10.0.0.1"]);
    lab.hv_sync();
    web.dhcp()?;
    Ok(web)
}

fn answer(web: &Guest, name: &str) -> String {
    let answer = web.dig(&["+time=1", "@10.0.0.1", name]).join(" ");
    if answer.is_empty() { "nothing".to_owned() } else { answer }
}

#[test]
fn a_balancer_forwards_where_something_lists_it_and_its_backend_is_there() -> Result<()> {
    let lab = Lab::start()?;
    let _upstream = lab.upstream(RESOLVER, &[("google.com", "142.250.0.1")])?;
    let web = asking_the_router(&lab)?;
    let create = |vips: &str| {
        lab.nbctl(&["create", "Load_Balancer", "name=lb1", "protocol=udp", &format!("vips={vips}")]);
    };
    let mut report = String::new();
    let mut look = |name: &str| {
        lab.hv_sync();
        let [local, other] = ["db.internal", "google.com"].map(|name| answer(&web, name));
        let _ = writeln!(report, "{name}\n  guest   {local}, {other}");
        findings(&doctor(&lab, &["net1"])).lines().for_each(|line| {
            let _ = writeln!(report, "  doctor  {line}");
        });
    };
    create(r#""10.0.0.1:53"="172.16.0.53:53""#);
    look("nothing lists the balancer");
    let balancer = lab.nbctl(&["--bare", "--columns=_uuid", "list", "Load_Balancer"]).trim().to_owned();
    lab.nbctl(&["create", "Load_Balancer_Group", "name=group1", &format!("load_balancer={balancer}")]);
    look("nothing lists its group");
    let group = lab.nbctl(&["--bare", "--columns=_uuid", "list", "Load_Balancer_Group"]).trim().to_owned();
    lab.nbctl(&["set", "Logical_Router", "lr0", &format!("load_balancer_group={group}")]);
    look("the router lists its group");
    let vips = |vips: &str| {
        let vips = format!("vips={vips}");
        lab.nbctl(&["clear", "Load_Balancer", "lb1", "vips", "--", "set", "Load_Balancer", "lb1", &vips]);
    };
    vips(r#""10.0.0.1"="172.16.0.53""#);
    look("a VIP without a port");
    vips(r#""10.0.0.1:53"="172.16.0.77:53""#);
    look("no port has the backend");
    snapshot!(report, @"
    nothing lists the balancer
      guest   10.0.0.12, nothing
      doctor  error dns-server-answers-nothing guests of 10.0.0.0/24 ask 10.0.0.1, where no resolver listens: only local names resolve
    nothing lists its group
      guest   10.0.0.12, nothing
      doctor  error dns-server-answers-nothing guests of 10.0.0.0/24 ask 10.0.0.1, where no resolver listens: only local names resolve
    the router lists its group
      guest   10.0.0.12, 142.250.0.1
    a VIP without a port
      guest   10.0.0.12, 142.250.0.1
    no port has the backend
      guest   10.0.0.12, nothing
      doctor  error balancer-backend-unknown guests of net1 ask 10.0.0.1, which load balancer lb1 forwards to 172.16.0.77, and no port of ext-172-16-0 has that address: all queries that OVN does not answer are lost
    ");
    Ok(())
}

#[test]
fn a_balancer_on_the_switch_takes_local_names_where_the_release_does_that() -> Result<()> {
    let lab = Lab::start()?;
    let _upstream = lab.upstream(RESOLVER, &[("google.com", "142.250.0.1")])?;
    let web = asking_the_router(&lab)?;
    lab.nbctl(&["lb-add", "lb1", "10.0.0.1:53", "172.16.0.53:53", "udp", "--", "ls-lb-add", "net1", "lb1"]);
    lab.hv_sync();
    assert_eq!(answer(&web, "google.com"), "142.250.0.1");
    let is_lost = answer(&web, "db.internal") == "nothing";
    let run = doctor(&lab, &["net1"]);
    assert_eq!(codes(&run).contains("balancer-before-responder"), is_lost, "{run}");
    if is_lost {
        snapshot!(findings(&run), @"error balancer-before-responder guests of net1 ask 10.0.0.1, which load balancer lb1 on the switch takes before the responder: local names do not resolve");
        fix(&lab, &run, "balancer-before-responder")?;
        lab.hv_sync();
        assert_eq!(answer(&web, "db.internal"), "10.0.0.12");
        assert_eq!(findings(&doctor(&lab, &["net1"])), "");
    }
    Ok(())
}
