//! Runs ovsdb-client(1), which reads single rows, writes conditional transactions and monitors tables.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::busy::until_connected;
use super::json::{Datum, Row, Table, garbage};
use super::operation::{Condition, Operation, this};
use super::program::Program;
use super::query::{Query, Select, Test, Wanted};
use super::rows::fill;
use super::{errors, process};
use crate::error::{Error, Kind, Result};
use crate::model::snapshot::Snapshot;

pub(super) const DATABASE: &str = "OVN_Northbound";
/// The longest argument, in bytes. Linux allows 128 KiB (execve(2)).
const ARGUMENT_MAX: usize = 120 * 1024;

/// How to run ovsdb-client, and on which database.
#[derive(Clone, Debug)]
pub struct OvsdbClient {
    pub program: Program,
    /// The database's servers, as in `--db` of ovn-nbctl.
    pub remote: String,
    /// Options for the connection, such as `--private-key=FILE`.
    pub connection: Vec<String>,
    /// The time limit of one run, in seconds; at least 1.
    pub timeout: u64,
    /// Receives each command line before it runs.
    pub echo: Option<fn(&str)>,
    /// Whether the operator asked for this client, so that no other one is tried.
    pub is_fixed: bool,
}

/// The `_version` of rows, by UUID: every change of a row gives it another one (RFC 7047, section 3.2).
pub(super) type Versions = BTreeMap<Uuid, Uuid>;

/// Why an operation of a transaction failed, and with it the whole transaction.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    error: String,
    #[serde(default)]
    details: String,
}

impl OvsdbClient {
    /// The rows of a query, in as few runs as its operations need.
    ///
    /// # Errors
    /// As [`super::northbound::Northbound::run`].
    pub(super) fn read(&self, query: &Query) -> Result<Snapshot> {
        let mut snapshot = Snapshot::default();
        self.tables(query, &mut |name, table| fill(&mut snapshot, name, table))?;
        Ok(snapshot)
    }

    /// As [`Self::read`], with the versions of the rows that were read with them.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) fn read_versions(&self, query: &Query) -> Result<(Snapshot, Versions)> {
        let mut snapshot = Snapshot::default();
        let mut versions = Versions::new();
        self.tables(query, &mut |name, table| {
            versions.extend(table.rows().filter_map(|row| version(&row.ok()?)));
            fill(&mut snapshot, name, table)
        })?;
        Ok((snapshot, versions))
    }

    /// How many rows a query finds.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) fn count(&self, query: &Query) -> Result<usize> {
        let mut count = 0;
        self.tables(query, &mut |_, table| {
            count += table.rows().len();
            Ok(())
        })?;
        Ok(count)
    }

    /// Runs a query. `each` receives the result of each operation with the name of its table.
    fn tables(&self, query: &Query, each: &mut dyn FnMut(&str, &Table) -> Result<()>) -> Result<()> {
        let of_select =
            |select| operations(select).into_iter().map(|operation| (select.table, operation.to_string()));
        let operations: Vec<(&str, String)> = query.selects.iter().flat_map(of_select).collect();
        let mut rest = &operations[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(fitting(rest));
            let printed = self.run("query", request(now.iter().map(|(_, operation)| operation.as_str())))?;
            for ((name, _), result) in now.iter().zip(results(&printed, now.len())?) {
                if let Ok(failure) = serde_json::from_str::<Failure>(result.get()) {
                    return Err(failure.into_error());
                }
                each(name, &Table::parse(result.get())?)?;
            }
            rest = later;
        }
        Ok(())
    }

    /// Runs operations as one transaction. Returns why it was aborted, if it was.
    ///
    /// # Errors
    /// As [`super::northbound::Northbound::run`]; whether the transaction was made may then be unknown.
    pub(super) fn transact(&self, transaction: &Request) -> Result<Option<Failure>> {
        let printed = self.run("transact", transaction.text.clone())?;
        let results = results(&printed, transaction.operations)?;
        Ok(results.iter().find_map(|result| serde_json::from_str(result.get()).ok()))
    }

    pub(super) fn run(&self, verb: &str, request: String) -> Result<String> {
        let mut args = vec![format!("--timeout={}", self.timeout)];
        args.extend(self.connection.iter().cloned());
        args.extend([verb.to_owned(), self.remote.clone(), request]);
        process::echo(self.echo, &self.program, &args);
        let program = self.program.find().ok_or_else(|| missing(&self.program))?;
        let args = self.program.with(&args);
        let limit = Duration::from_secs(self.timeout) + Duration::from_millis(500);
        let finished = until_connected(limit, || process::run(program.as_os_str(), &args, limit))
            .map_err(|error| missing(&self.program).cause(error))?;
        if finished.succeeded() {
            Ok(finished.stdout)
        } else {
            Err(errors::failure("ovsdb-client", &finished, self.timeout, None))
        }
    }
}

/// A transaction as ovsdb-client takes it.
#[derive(Debug)]
pub(super) struct Request {
    text: String,
    operations: usize,
}

impl Request {
    /// `None` if the operations are longer than one argument.
    pub(super) fn of(operations: &[Operation]) -> Option<Self> {
        let texts: Vec<String> = operations.iter().map(Operation::to_string).collect();
        let text = request(texts.iter().map(String::as_str));
        let request = Request { text, operations: operations.len() };
        (request.text.len() < ARGUMENT_MAX).then_some(request)
    }
}

/// The argument with the database and the operations.
fn request<'o>(operations: impl Iterator<Item = &'o str>) -> String {
    operations.fold(format!("[\"{DATABASE}\""), |text, operation| text + "," + operation) + "]"
}

impl Failure {
    /// Whether a condition of the transaction was not met.
    pub(super) fn is_lost_race(&self) -> bool {
        matches!(self.error.as_str(), "timed out" | "duplicate uuid")
    }

    pub(super) fn into_error(self) -> Error {
        errors::refusal(&format!("{}: {}", self.error, self.details))
    }
}

/// The error where ovsdb-client cannot be run.
pub(super) fn missing(program: &Program) -> Error {
    Error::new(Kind::NoSuchBinary, format!("{} cannot be run", program.name().to_string_lossy()))
        .hint("install the package that has ovsdb-client (Debian: openvswitch-common; Fedora: openvswitch), or name its path with --ovsdb-client CMD or QDNS_OVSDB_CLIENT")
}

fn version(row: &Row) -> Option<(Uuid, Uuid)> {
    Some((row.reference("_uuid")?, row.reference("_version")?))
}

/// How many operations fit into one argument; at least one.
fn fitting(operations: &[(&str, String)]) -> usize {
    let mut used = 0;
    let fits = |(_, operation): &&(&str, String)| {
        used += operation.len() + 1;
        used < ARGUMENT_MAX
    };
    operations.iter().take_while(fits).count().max(1)
}

/// The results of the operations. If one fails, the later ones have none; if the commit fails, there is one more.
fn results(printed: &str, count: usize) -> Result<Vec<&RawValue>> {
    let results: Vec<&RawValue> = serde_json::from_str(printed)
        .map_err(|error| garbage("ovsdb-client printed no results").cause(error))?;
    if results.len() < count {
        return Err(garbage(format!(
            "ovsdb-client printed {} results; {count} were expected",
            results.len()
        )));
    }
    Ok(results)
}

/// The `select` operations of RFC 7047, section 5.2.2. A condition cannot have alternatives, so each row has its own.
fn operations(select: &Select) -> Vec<Operation<'_>> {
    let one = |conditions| {
        let columns = select.columns.split(',').filter(|column| !column.is_empty()).collect();
        Operation::Select { table: select.table, conditions, columns }
    };
    match &select.wanted {
        Wanted::All => vec![one(vec![])],
        Wanted::Rows(uuids) => uuids.iter().map(|uuid| one(vec![this(*uuid)])).collect(),
        Wanted::Where(column, test) => vec![one(condition(column, test).into_iter().collect())],
    }
}

fn condition<'q>(column: &'static str, test: &'q Test) -> Option<Condition<'q>> {
    match test {
        Test::Is(value) => Some((column, "==", Datum::of(value))),
        Test::Begins(_) => None,
        Test::Refers(uuid) => Some((column, "includes", Datum::Uuid(*uuid))),
        Test::Pair(key, value) => {
            Some((column, "includes", Datum::Map(vec![(Datum::of(key), Datum::of(value))])))
        }
        Test::IsNotEmpty => Some((column, "!=", Datum::Set(Vec::new()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;

    #[test]
    fn each_row_is_one_select() {
        let mut query = Query::default();
        query.rows("DNS", "_uuid,records", &[Uuid::nil(), Uuid::max()]);
        query.dns_of_switch("net1");
        let operations: Vec<String> =
            query.selects.iter().flat_map(operations).map(|operation| operation.to_string()).collect();
        assert_eq!(
            operations,
            [
                r#"{"op":"select","table":"DNS","where":[["_uuid","==",["uuid","00000000-0000-0000-0000-000000000000"]]],"columns":["_uuid","records"]}"#,
                r#"{"op":"select","table":"DNS","where":[["_uuid","==",["uuid","ffffffff-ffff-ffff-ffff-ffffffffffff"]]],"columns":["_uuid","records"]}"#,
                r#"{"op":"select","table":"DNS","where":[["external_ids","includes",["map",[["switch","net1"]]]]],"columns":["_uuid","external_ids","records"]}"#,
            ]
        );
    }

    #[test]
    fn missing_results_are_garbage() {
        assert_eq!(results("[]\n", 1).unwrap_err().kind, Kind::Garbage);
        assert_eq!(results("no JSON", 1).unwrap_err().kind, Kind::Garbage);
        assert_eq!(results("[{},null]", 2).unwrap().len(), 2);
    }

    #[test]
    fn fuzz_results_that_ovsdb_client_prints() {
        let rows = concat!(
            r#"[{"rows":[{"_uuid":["uuid","153380f9-4e26-47b3-b1fe-ccac06c67718"],"_version":["uuid","#,
            r#""11111111-1111-5111-8111-111111111111"],"name":"net1","records":["map",[["a","b"]]],"dns_records":["set",[]]}]},"#,
            r#"{"count":1},{}]"#,
        );
        let failed = r#"[{},{"details":"\"where\" clause test failed","error":"timed out"},null]"#;
        let words = &["[\"uuid\",", "[\"map\",[[", "rows", "error", "details", "_version"];
        fuzz(&[rows, failed], words, |text| {
            let Ok(results) = results(text, 1) else { return };
            for result in results {
                if let Ok(failure) = serde_json::from_str::<Failure>(result.get()) {
                    failure.into_error();
                } else if let Ok(table) = Table::parse(result.get()) {
                    let _: Versions = table.rows().filter_map(|row| version(&row.ok()?)).collect();
                    let _ = fill(&mut Snapshot::default(), "DNS", &table);
                }
            }
        });
    }
}
