//! `qdns doctor` beside the bare reads of the same tables and columns: its time, and its memory beside
//! the size of what they print. No southbound database is named, so none is looked for.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::place::{Place, Query};
use super::table::Row;
use super::target::QDNS;

/// What doctor may take, by what the bare reads take.
const TARGET: f64 = 1.3;
/// What it may keep in memory, by what they print.
const MEMORY_TARGET: f64 = 3.0;

/// How much memory doctor needs, in bytes.
pub struct Memory {
    /// The most that qdns itself had at once (proc(5), `VmHWM`).
    pub peak: u64,
    /// What the bare reads print.
    pub printed: u64,
}

impl Memory {
    /// One line for it.
    pub fn markdown(&self) -> String {
        let times = self.peak as f64 / self.printed as f64;
        let missed = if times >= MEMORY_TARGET + 0.05 { " **missed**" } else { "" };
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        format!(
            "`qdns doctor` had at most {:.1} MB in memory at once, {times:.1} times the {:.1} MB that the bare reads \
             print; target {MEMORY_TARGET:.0}{missed}.\n",
            megabytes(self.peak),
            megabytes(self.printed)
        )
    }
}

/// How long it takes.
pub fn row(place: &Place) -> Result<Row> {
    let what = "one run: `list` of the ten tables that it looks at, with the same columns";
    place.row(&["doctor"], TARGET, vec![(what, place.reading(facts()))])
}

/// How much memory it takes.
pub fn memory(place: &Place) -> Result<Memory> {
    let mut child =
        place.target.command(QDNS).args(["--timeout=300", "doctor"]).stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        // The kernel's own high-water mark: what a look misses is the growth after the last one.
        peak = std::fs::read_to_string(&status).ok().and_then(|text| high_water(&text)).unwrap_or(peak);
        thread::sleep(Duration::from_micros(500));
    }
    Ok(Memory { peak, printed: place.read(&facts())?.len() as u64 })
}

/// `VmHWM`, in bytes; a process that has ended has none.
fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Everything in the northbound database that matters to names.
fn facts() -> Query {
    let tables = [
        (
            "Logical_Switch",
            "_uuid,name,dns_records,other_config,ports,load_balancer,load_balancer_group,acls",
        ),
        ("DNS", "_uuid,external_ids,records"),
        (
            "Logical_Switch_Port",
            "_uuid,name,type,addresses,dynamic_addresses,port_security,enabled,options,external_ids,dhcpv4_options,dhcpv6_options",
        ),
        ("DHCP_Options", "_uuid,cidr,options,external_ids"),
        ("Logical_Router", "_uuid,name,ports,options,load_balancer,load_balancer_group"),
        ("Logical_Router_Port", "_uuid,name,mac,networks,gateway_chassis,ha_chassis_group,options"),
        ("Load_Balancer", "_uuid,name,protocol,vips,options,external_ids,health_check"),
        ("Load_Balancer_Group", "_uuid,load_balancer"),
        ("Address_Set", "name,addresses"),
        ("NB_Global", "nb_cfg,sb_cfg,options"),
    ];
    let guards = Query::default().then(&["--columns=name,ports,acls,external_ids", "list", "Port_Group"]);
    tables
        .iter()
        .fold(guards, |query, (table, columns)| query.then(&[&format!("--columns={columns}"), "list", table]))
}
