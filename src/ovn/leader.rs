//! Finds the server of a clustered database that is its leader.
//!
//! ovsdb-client(1) asks the servers one after another, and waits 10 s for one that hangs. So each server is asked by
//! itself, all at once.

use std::sync::mpsc;
use std::thread;

use serde_json::Value;

use super::ovsdb_client::{DATABASE, OvsdbClient};

/// The time limit for an answer, in seconds.
const LIMIT: u64 = 2;
const ANY_SERVER: &str = "--no-leader-only";

impl OvsdbClient {
    /// The client for the one server that is to be used: of a cluster, the leader. `None` if there is none.
    pub(super) fn at_leader(&self) -> Option<Self> {
        let servers: Vec<&str> = self.remote.split(',').map(str::trim).collect();
        if servers.len() < 2 {
            return Some(self.clone());
        }
        let (sender, found) = mpsc::channel();
        for server in servers {
            let client = OvsdbClient { remote: server.to_owned(), ..self.clone() };
            let sender = sender.clone();
            thread::spawn(move || {
                let found = client.serves().then_some(client);
                // A receiver that has an answer already is gone.
                let _ = sender.send(found);
            });
        }
        drop(sender);
        found.iter().flatten().next()
    }

    /// Whether the server answers, and may be used (ovsdb-server(5), `Database` in `_Server`).
    pub(super) fn serves(&self) -> bool {
        let needed =
            if self.connection.iter().any(|option| option == ANY_SERVER) { "connected" } else { "leader" };
        let operation = serde_json::json!({
            "op": "select", "table": "Database", "where": [["name", "==", DATABASE]], "columns": [needed],
        });
        let mut client = OvsdbClient { timeout: self.timeout.min(LIMIT), echo: None, ..self.clone() };
        client.connection.push(ANY_SERVER.to_owned());
        let printed = client.run("query", serde_json::json!(["_Server", operation]).to_string());
        let results: Option<Value> = printed.ok().and_then(|text| serde_json::from_str(&text).ok());
        results.is_some_and(|results| results[0]["rows"][0][needed] == Value::Bool(true))
    }
}
