//! The commands that change a zone, beside bare commands that write the same three keys of a host: its
//! name, its FQDN, its reverse name.
//!
//! An operator has a switch's name, not its zone's row, and must not overwrite another's address: so
//! one run reads the zone, and another writes. The second row of each pair is the write alone, which
//! asks nothing and needs the row's UUID.

use anyhow::Result;

use super::place::Place;
use super::table::Row;
use super::target::Target;
use super::turns::{Way, medians};

/// What a change may cost, by what it costs bare.
const TARGET: f64 = 1.5;

const READ: &str = "`find Logical_Switch name=SWITCH`, `find DNS external_ids:switch=SWITCH`";

/// A host that one side adds in a turn, and another removes later.
pub struct Host {
    pub name: String,
    address: String,
    reverse: String,
}

impl Host {
    /// The host of a side, of which there are `b'a'`…, in a turn.
    pub fn of(side: u8, turn: usize) -> Self {
        Host {
            name: format!("bench-{}-{turn}", side as char),
            address: format!("10.250.{side}.{}", turn + 1),
            reverse: format!("{}.{side}.250.10.in-addr.arpa", turn + 1),
        }
    }

    /// Its keys with their values.
    pub fn pairs(&self) -> [(String, String); 3] {
        let fqdn = format!("{}.internal", self.name);
        [
            (self.name.clone(), self.address.clone()),
            (fqdn.clone(), self.address.clone()),
            (self.reverse.clone(), fqdn),
        ]
    }
}

/// The row of the place's zone.
pub fn row_of(place: &Place) -> Result<String> {
    let mark = format!("external_ids:switch={}", place.switch);
    Ok(place.target.nbctl(&["--bare", "--columns=_uuid", "find", "DNS", &mark])?.trim().to_owned())
}

/// A host's keys, bare.
pub fn set(place: &Place, row: &str, side: u8, turn: usize) -> Result<()> {
    let pairs = Host::of(side, turn).pairs().map(|(key, value)| format!("records:\"{key}\"=\"{value}\""));
    place.target.nbctl(&["set", "DNS", row, &pairs[0], &pairs[1], &pairs[2]]).map(drop)
}

/// The same host by qdns.
pub fn add(target: &Target, switch: &str, side: u8, turn: usize) -> Result<()> {
    let Host { name, address, .. } = Host::of(side, turn);
    target.qdns(&["record", "add", switch, &name, &address]).map(drop)
}

/// The writes of one place: hosts come and go.
pub fn rows(place: &Place) -> Result<Vec<Row>> {
    let row = row_of(place)?;
    let ours: Way = Box::new(|turn| add(place.target, place.switch, b'a', turn));
    let set = |side, turn| set(place, &row, side, turn);
    let mut rows = pair(place, "`record add SWITCH HOST ADDRESS`", "set DNS ROW", ours, &set)?.to_vec();
    let remove = |side, turn| {
        let [first, second, third] = Host::of(side, turn).pairs().map(|(key, _)| format!("\"{key}\""));
        place.target.nbctl(&["remove", "DNS", &row, "records", &first, &second, &third]).map(drop)
    };
    let ours: Way = Box::new(|turn| {
        place.target.qdns(&["record", "rm", place.switch, &Host::of(b'a', turn).name]).map(drop)
    });
    rows.extend(pair(place, "`record rm SWITCH HOST`", "remove DNS ROW", ours, &remove)?);
    Ok(rows)
}

/// A command beside a read and a write, and beside the write alone.
fn pair(
    place: &Place,
    name: &str,
    verb: &str,
    ours: Way,
    write: &dyn Fn(u8, usize) -> Result<()>,
) -> Result<[Row; 2]> {
    let both = |turn| {
        place.read(&place.zone())?;
        write(b'b', turn)
    };
    let mut ways: [Way; 3] = [ours, Box::new(both), Box::new(|turn| write(b'c', turn))];
    let (times, turns) = medians(place.patience, &mut ways, || Ok(()))?;
    let row = |bare, target, what| Row { name: name.to_owned(), ours: times[0], bare, target, turns, what };
    Ok([
        row(
            times[1],
            place.judged(TARGET),
            format!("one run: {READ}; another: `{verb}` of the same three keys"),
        ),
        row(times[2], None, format!("`{verb}` of the same three keys alone: it asks nothing")),
    ])
}
