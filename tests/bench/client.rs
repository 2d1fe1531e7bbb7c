//! Compares the commands on one zone with ovsdb-client. It reads the switch and its zone with one `query`, and writes the
//! same three keys with one `transact`, without a condition.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::place::Place;
use super::table::Row;
use super::turns::{Way, medians};
use super::writes::{Host, add};

/// What a command may cost, by what ovsdb-client costs.
const TARGET: f64 = 3.0;

/// The pairs: hosts come and go, and the zone is read.
pub fn rows(place: &Place) -> Result<Vec<Row>> {
    let switch = place.switch;
    let write = |host: &Host, verb: &str| {
        let row = zone(place)?;
        let records: Vec<Value> = host.pairs().iter().map(|(key, value)| json!([key, value])).collect();
        let mutation = json!(["records", verb, ["map", records]]);
        let operation =
            json!({"op": "mutate", "table": "DNS", "where": [["_uuid", "==", row]], "mutations": [mutation]});
        place.target.client("transact", &json!(["OVN_Northbound", operation])).map(drop)
    };
    let bare_add = |turn| write(&Host::of(b'd', turn), "insert");
    let bare_rm = |turn| write(&Host::of(b'd', turn), "delete");
    let own_rm = |turn| place.target.qdns(&["record", "rm", switch, &Host::of(b'e', turn).name]).map(drop);
    let two = "ovsdb-client: `query` of the switch and its zone; `transact` of the same three keys";
    let one = "ovsdb-client: `query` of the switch and its zone";
    let pairs: [(&str, &str, Way, Way); 4] = [
        (
            "`record add SWITCH HOST ADDRESS`",
            two,
            Box::new(|turn| add(place.target, switch, b'e', turn)),
            Box::new(bare_add),
        ),
        ("`record rm SWITCH HOST`", two, Box::new(own_rm), Box::new(bare_rm)),
        (
            "`record ls SWITCH`",
            one,
            Box::new(|_| place.target.qdns(&["record", "ls", switch]).map(drop)),
            Box::new(|_| zone(place).map(drop)),
        ),
        (
            "`zone show SWITCH`",
            one,
            Box::new(|_| place.target.qdns(&["zone", "show", switch]).map(drop)),
            Box::new(|_| zone(place).map(drop)),
        ),
    ];
    let mut rows = Vec::new();
    for (name, what, ours, bare) in pairs {
        let (times, turns) = medians(place.patience, &mut [ours, bare], || Ok(()))?;
        rows.push(Row {
            name: name.to_owned(),
            ours: times[0],
            bare: times[1],
            target: place.judged(TARGET),
            turns,
            what: what.to_owned(),
        });
    }
    Ok(rows)
}

/// The UUID of the zone of the place's switch.
fn zone(place: &Place) -> Result<Value> {
    let select = |table: &str, column: &str, value: Value, columns: &[&str]| {
        let condition = json!([[column, if column == "name" { "==" } else { "includes" }, value]]);
        json!({"op": "select", "table": table, "where": condition, "columns": columns})
    };
    let mark = json!(["map", [["switch", place.switch]]]);
    let printed = place.target.client(
        "query",
        &json!([
            "OVN_Northbound",
            select(
                "Logical_Switch",
                "name",
                json!(place.switch),
                &["_uuid", "name", "dns_records", "other_config"]
            ),
            select("DNS", "external_ids", mark, &["_uuid", "external_ids", "records"]),
        ]),
    )?;
    let mut results: Value = serde_json::from_str(&printed)?;
    Some(results[1]["rows"][0]["_uuid"].take()).filter(|row| !row.is_null()).context("a zone")
}
