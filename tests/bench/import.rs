//! 10,000 hosts from a file of each format into an empty zone, beside one bare `set` of the same keys.

use std::net::{IpAddr, Ipv4Addr};

use super::{Target, pair_prepared};

const HOSTS: u32 = 10_000;

/// The pairs, on a database with a switch `net-1`; its zone is made anew each time, outside of the clock.
pub fn pairs(target: &Target, rounds: u32) {
    println!("\n10,000 hosts from a file\n\n| qdns | qdns | bare ovn-nbctl | ratio |\n|---|---|---|---|");
    let mut csv = String::from("hostname,addresses\n");
    let mut keys = Vec::new();
    for n in 0..HOSTS {
        let (name, address) = (format!("host-{n:05}"), Ipv4Addr::from(0x0a01_0001 + n));
        csv += &format!("{name},{address}\n");
        let reverse = qdns::model::address::reverse_name(IpAddr::V4(address));
        for (key, value) in [
            (name.clone(), address.to_string()),
            (format!("{name}.internal"), address.to_string()),
            (reverse, format!("{name}.internal")),
        ] {
            keys.push(format!("records:\"{key}\"=\"{value}\""));
        }
    }
    let file = |name: &str| target.nb.dir().join(name).display().to_string();
    std::fs::write(file("hosts.csv"), csv).expect("a file is written");
    target.qdns(&["record", "import", "net-1", &file("hosts.csv"), "--replace"]);
    for format in ["hosts", "csv", "json", "zone"] {
        let output = target
            .command(env!("CARGO_BIN_EXE_qdns"))
            .args(["record", "export", "net-1", "--format", format])
            .stdout(std::process::Stdio::piped())
            .output()
            .expect("qdns runs");
        let path = file(&format!("all.{format}"));
        std::fs::write(&path, output.stdout).expect("a file is written");
        let row = zone(target);
        pair_prepared(
            &format!("`record import` {format} / `set DNS … records:k=v …`"),
            rounds,
            |_| target.qdns(&["record", "import", "net-1", &path]),
            |_| {
                let command = ["set", "DNS", &row];
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                target.bare(&[&command[..], &keys].concat());
            },
            || drop(zone(target)),
        );
    }
}

/// An empty zone, and its row.
fn zone(target: &Target) -> String {
    target.qdns(&["zone", "rm", "net-1", "--yes", "--if-exists"]);
    target.qdns(&["zone", "create", "net-1"]);
    target.read(&["--bare", "--columns=_uuid", "find", "DNS", "external_ids:switch=net-1"])
}
