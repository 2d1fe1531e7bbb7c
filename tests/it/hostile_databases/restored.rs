//! A backup of a hostile database: imported, it is what was there, or nothing is changed.

use std::fs;

use anyhow::Result;

use super::commands::Place;
use super::rows::Texts;
use super::shown::harmless;
use crate::support::run;

/// What qdns writes, in some order.
fn written(place: &Place) -> Vec<String> {
    let list = |table: &str, columns: &str| {
        let columns = format!("--columns={columns}");
        place.nb.nbctl(&["--format=json", &columns, "list", table])
    };
    let tables = [list("DNS", "records,external_ids"), list("DHCP_Options", "cidr,options,external_ids")];
    let rows = tables.iter().flat_map(|table| {
        let table: serde_json::Value = serde_json::from_str(table).unwrap_or_default();
        table["data"].as_array().into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>()
    });
    let mut rows: Vec<String> = rows.collect();
    rows.sort_unstable();
    rows
}

/// Removes the zone, imports the backup of it, and compares.
pub fn check_restored(place: &Place, texts: &Texts) -> Result<()> {
    let nb = place.nb;
    let backup = nb.dir().join("whole.json");
    let all =
        |more: &[&str]| run(place.command().args(["record", "import", "--all"]).arg(&backup).args(more));
    let exported = run(place.command().args(["record", "export"]));
    fs::write(&backup, exported.ok())?;
    let before = written(place);
    let removed = run(place.command().args(["zone", "rm", "--yes", "--", &texts.switch]));
    let without = written(place);
    let restored = all(&[]);
    for run in [&removed, &restored] {
        harmless("restore", &run.stdout, &['\n', '\t']);
        harmless("restore", &run.stderr, &['\n', '\t']);
    }
    match restored.code {
        0 => assert_eq!(written(place), before, "{removed}{restored}"),
        code => {
            assert!([1, 2].contains(&code), "{restored}");
            assert_eq!(written(place), without, "{restored}");
        }
    }
    if std::env::var_os("QDNS_HOSTILE_SHOW").is_some() {
        println!("{} rm {} {}", restored.code, removed.code, restored.stderr);
    }
    Ok(())
}
