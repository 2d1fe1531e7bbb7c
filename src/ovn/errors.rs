//! Turns a failed run of one of OVN's clients into an error, from its exit status and its messages.

use std::path::Path;

use super::process::{self, Finished};
use super::tls_errors;
use crate::error::{Error, Kind};

/// Parts of ovn-nbctl's messages, in lower case, and the kind of error that each means. The first match counts.
const PATTERNS: &[(&str, Kind)] = &[
    ("could not connect to ovn-nbctl daemon", Kind::Unreachable),
    ("database connection failed (permission denied)", Kind::Permission),
    ("sock\" (permission denied)", Kind::Permission),
    ("permission error", Kind::Permission),
    ("not allowed when operating", Kind::Permission),
    ("read only mode", Kind::Permission),
    ("i/o error", Kind::Io),
    ("database connection failed", Kind::Unreachable),
    ("failed to connect to", Kind::Unreachable),
    ("transaction failed (", Kind::Unreachable),
    ("ssl", Kind::Unreachable),
    ("private key", Kind::Unreachable),
    ("certificate", Kind::Unreachable),
    ("end of file", Kind::Unreachable),
    ("connection reset", Kind::Unreachable),
    ("broken pipe", Kind::Unreachable),
    ("not connected", Kind::Unreachable),
    ("duplicate uuid", Kind::LostRace),
    ("no row \"", Kind::NotFound),
    ("multiple rows", Kind::Ambiguous),
    ("more than one row", Kind::Ambiguous),
];

/// The error for a run of a client that failed; `limit` is its time limit in seconds, `daemon` the daemon's socket.
pub fn failure(client: &str, finished: &Finished, limit: u64, daemon: Option<&str>) -> Error {
    let said = messages(&finished.stderr);
    if finished.timed_out() && process::is_stopping() {
        return Error::new(Kind::Timeout, "interrupted while the northbound database did not answer")
            .said(said);
    }
    if finished.timed_out() {
        return Error::new(
            Kind::Timeout,
            format!("the northbound database did not answer within {limit} s"),
        )
        .said(said)
        .hint(match daemon {
            Some(socket) => format!(
                "the daemon of OVN_NB_DAEMON ({socket}) may have lost its connection to the database; try it without the daemon: env -u OVN_NB_DAEMON qdns …, or with a longer --timeout"
            ),
            None => "check that ovsdb-server runs and, in a cluster, has a leader: ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound; or use a longer --timeout".to_owned(),
        });
    }
    match refused(&said, daemon) {
        Some(error) => error,
        None if finished.was_killed() => {
            Error::new(Kind::Unreachable, format!("{client} was killed before it finished"))
                .said(said)
                .hint("run the same command again: it changes only what is still missing")
        }
        None => not_understood(client, &said),
    }
}

/// The error for a message with which the database refuses something.
pub fn refusal(said: &str) -> Error {
    refused(said, None).unwrap_or_else(|| not_understood("the northbound database", said))
}

fn not_understood(who: &str, said: &str) -> Error {
    Error::new(Kind::Rejected, format!("{who} refused: {said}"))
        .hint("qdns -v shows the command of OVN that was run")
}

fn refused(said: &str, daemon: Option<&str>) -> Option<Error> {
    let lower = said.to_lowercase();
    let kind = PATTERNS.iter().find(|(pattern, _)| lower.contains(pattern)).map(|(_, kind)| *kind)?;
    Some(match kind {
        Kind::Permission if lower.contains("read only mode") => Error::new(
            Kind::Permission,
            "this server of the northbound database is read-only",
        )
        .said(said)
        .hint(
            "the server is a backup, or its connection is read-only: name the active server with --db or OVN_NB_DB",
        ),
        Kind::Unreachable => unreachable(&lower, daemon).said(said),
        Kind::Permission => {
            Error::new(Kind::Permission, "this user has no permission to use the northbound database")
                .said(said)
                .hint("run qdns as a user who has access to the database's socket, for example: sudo qdns …")
        }
        Kind::Io => Error::new(Kind::Io, "the northbound database cannot write to its disk")
            .said(said)
            .hint("nothing was changed; free disk space where the database has its file, by default in /var/lib/ovn"),
        kind => Error::new(kind, format!("the northbound database refused: {said}")),
    })
}

fn unreachable(said: &str, daemon: Option<&str>) -> Error {
    if said.contains("daemon") {
        let socket = daemon.unwrap_or("its socket");
        return Error::new(
            Kind::Unreachable,
            format!("the ovn-nbctl daemon of OVN_NB_DAEMON ({socket}) does not answer"),
        )
        .hint(
            "start it again: export OVN_NB_DAEMON=$(ovn-nbctl --detach), or use no daemon: unset OVN_NB_DAEMON",
        );
    }
    if let Some(error) = tls_errors::failure(said) {
        return error;
    }
    // The parentheses are empty because there is no errno: the server answered, but it is not the leader.
    if said.contains("database connection failed ()") {
        return Error::new(
            Kind::Unreachable,
            "this server of the northbound database's cluster is not the leader",
        )
        .hint("name all servers of the cluster, separated by commas, or read from any server with --no-leader-only");
    }
    let error = Error::new(Kind::Unreachable, "the northbound database cannot be reached").hint(
        "check that the central service of OVN runs on its host (Debian: ovn-central; Fedora: ovn-northd)",
    );
    error.hint(match other_socket(said) {
        Some(socket) => format!("this machine has another socket: qdns --db unix:{socket} …"),
        None => {
            "name the database with --db or OVN_NB_DB: unix:SOCKET, tcp:HOST:6641 or ssl:HOST:6641".to_owned()
        }
    })
}

/// Where OVN's packages have the socket of a northbound database.
const SOCKETS: &[&str] = &[
    "/var/run/ovn/ovnnb_db.sock",
    "/var/snap/microovn/common/run/ovn/ovnnb_db.sock",
    "/var/lib/openvswitch/ovn/ovnnb_db.sock",
];

/// A socket on this machine that a message in lower case does not name.
fn other_socket(said: &str) -> Option<&'static str> {
    SOCKETS
        .iter()
        .copied()
        .find(|socket| !said.contains(socket.trim_start_matches("/var")) && Path::new(socket).exists())
}

/// The messages without the program's name, time stamps and repetitions.
fn messages(stderr: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in stderr.lines() {
        let line = line.trim_start_matches("ovn-nbctl: ").trim_start_matches("ovsdb-client: ");
        // A log line: time|sequence|module|level|text.
        let line = match line.splitn(5, '|').collect::<Vec<_>>()[..] {
            [_, _, _, "INFO" | "DBG", _] | [_, _, "fatal_signal", ..] => continue,
            [_, _, _, _, text] => text,
            _ => line,
        };
        let is_known = lines.iter().any(|other| other.contains(line) || line.contains(other));
        if !line.trim().is_empty() && !is_known {
            lines.push(line);
        }
    }
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    fn of(raw_status: i32, stderr: &str) -> Error {
        let status = Some(ExitStatus::from_raw(raw_status));
        let finished = Finished { status, stdout: String::new(), stderr: stderr.to_owned() };
        failure("ovn-nbctl", &finished, 10, None)
    }

    #[test]
    fn captured_messages_have_their_kinds() {
        for (stderr, kind) in [
            (
                "ovn-nbctl: unix:/nope: database connection failed (No such file or directory)",
                Kind::Unreachable,
            ),
            ("ovn-nbctl: unix:/x/nb.sock: database connection failed (Permission denied)", Kind::Permission),
            ("ovn-nbctl: unix:/x/nb1.sock: database connection failed ()", Kind::Unreachable),
            (
                "2026-11-23T00:43:19Z|00001|unixctl|WARN|failed to connect to /tmp/x/dctl\novn-nbctl: /tmp/x/dctl: could not connect to ovn-nbctl daemon (No such file or directory); unset OVN_NB_DAEMON to avoid using daemon",
                Kind::Unreachable,
            ),
            (r#"ovn-nbctl: transaction error: {"details":"…","error":"duplicate uuid"}"#, Kind::LostRace),
            (r#"ovn-nbctl: no row "net9" in table Logical_Switch"#, Kind::NotFound),
            ("ovn-nbctl: Private key must be specified", Kind::Unreachable),
            (
                r#"ovn-nbctl: transaction error: {"details":"insert operation not allowed when database server is in read only mode","error":"not allowed"}"#,
                Kind::Permission,
            ),
            (
                r#"ovn-nbctl: transaction error: {"details":"nb.db: write failed","error":"I/O error","io-error":"No space left on device"}"#,
                Kind::Io,
            ),
            ("ovn-nbctl: unknown command 'frob'; use --help for help", Kind::Rejected),
        ] {
            assert_eq!(of(256, stderr).kind, kind, "{stderr}");
        }
        assert_eq!(of(14, "").kind, Kind::Timeout);
        assert_eq!(of(9, "").kind, Kind::Unreachable);
    }

    #[test]
    fn log_lines_are_not_repeated() {
        let error = of(
            256,
            "2026-11-23T00:38:23Z|00002|ovsdb_idl|WARN|transaction error: {\"error\":\"duplicate uuid\"}\novn-nbctl: transaction error: {\"error\":\"duplicate uuid\"}",
        );
        assert_eq!(error.message.matches("duplicate uuid").count(), 1);
    }

    #[test]
    fn fuzz_messages_of_clients() {
        let samples = [
            "2026-11-23T00:43:19Z|00001|unixctl|WARN|failed to connect to /tmp/x\novn-nbctl: /tmp/x: could not connect to ovn-nbctl daemon (No such file or directory)",
            r#"ovn-nbctl: transaction error: {"details":"…","error":"duplicate uuid"}"#,
            "2026-11-25T09:00:00Z|00003|stream_ssl|ERR|SSL_connect: certificate verify failed\novsdb-client: failed to connect to \"ssl:10.0.0.1:6641\" (Protocol error)",
        ];
        let words = &[
            "|WARN|",
            "|INFO|",
            "ssl",
            "certificate",
            "daemon",
            "Permission denied",
            "database connection failed ()",
            "ovn-nbctl: ",
        ];
        fuzz(&samples, words, |text| {
            for status in [9, 14, 256] {
                of(status, text);
            }
            refusal(text);
        });
    }
}
