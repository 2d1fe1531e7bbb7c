//! Finds ports by their names, for several processes at once.
//!
//! OVSDB has no index for queries: a search by name looks at every port, and takes 20 ms of the server where there are
//! 100,000. A hypervisor that starts many machines at once runs the hook once for each. One of these processes then
//! searches for the others too. They meet at an abstract socket (unix(7)), which ends with its process.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::Duration;

use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::unistd::Uid;
use uuid::Uuid;

use super::northbound::Northbound;
use super::query::{NAMES, PORT, Query, Test, Wanted};
use crate::error::Result;

/// How many searches by name cost the server less than a read of all names.
const FEW: usize = 20;
/// How often a process asks another one before it searches by itself.
const TRIES: usize = 5;
/// How long a process waits for the answer of another one.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a process waits for a question that another one has begun to send.
const MOMENT: Duration = Duration::from_millis(200);
/// The longest question or answer, in bytes.
const LINE_MAX: u64 = 1 << 20;

/// A port with its name.
type Found = (Uuid, String);

impl Northbound {
    /// The ports with these names; or those that another process finds for this one.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub(super) fn find_ports(&self, names: &[String]) -> Result<Vec<Uuid>> {
        let own = |found: Vec<Found>| found.into_iter().map(|(uuid, _)| uuid).collect();
        if let Ok(address) = self.meeting_point() {
            for _ in 0..TRIES {
                if let Ok(listener) = UnixListener::bind_addr(&address) {
                    let found = self.search(names)?;
                    self.search_for_others(&listener);
                    return Ok(own(found));
                }
                // Without an answer, the other process has ended, or this one came too late.
                if let Ok(found) = ask(&address, names) {
                    return Ok(own(found));
                }
            }
        }
        self.search(names).map(own)
    }

    /// The address at which the processes of one user meet that search one database.
    fn meeting_point(&self) -> io::Result<SocketAddr> {
        let database = [&[self.remote()], &self.connection[..]].concat().join(" ");
        let database = Uuid::new_v5(&Uuid::NAMESPACE_URL, database.as_bytes());
        SocketAddr::from_abstract_name(format!("qdns-ports-{}-{database}", Uid::current()))
    }

    fn search(&self, names: &[String]) -> Result<Vec<Found>> {
        let mut query = Query::of_few_columns();
        if names.len() > FEW {
            query.table(PORT, NAMES);
        } else {
            for name in names {
                query.select(PORT, NAMES, Wanted::Where("name", Test::Is(name.clone())));
            }
        }
        let names: HashSet<&String> = names.iter().collect();
        let found = self.read(query)?.ports.into_iter().filter(|port| names.contains(&port.name));
        Ok(found.map(|port| (port.uuid, port.name)).collect())
    }

    /// Answers the processes that have asked by now. Those that ask later find out that this one has ended.
    fn search_for_others(&self, listener: &UnixListener) {
        let mut questions = Vec::new();
        while listener.set_nonblocking(true).is_ok() {
            let Ok((stream, _)) = listener.accept() else { break };
            questions.extend(question(&stream).ok().map(|names| (stream, names)));
        }
        let all: Vec<String> = questions.iter().flat_map(|(_, names)| names).cloned().collect();
        if all.is_empty() {
            return;
        }
        let Ok(found) = self.search(&all) else { return };
        for (stream, names) in questions {
            let found: Vec<&Found> = found.iter().filter(|(_, name)| names.contains(name)).collect();
            // A process that has ended needs no answer.
            let _ = send(&stream, &found);
        }
    }
}

/// Asks the process that searches for all.
fn ask(address: &SocketAddr, names: &[String]) -> io::Result<Vec<Found>> {
    let stream = UnixStream::connect_addr(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    send(&stream, &names)?;
    receive(&stream)
}

/// The names that another process asks for.
fn question(stream: &UnixStream) -> io::Result<Vec<String>> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(MOMENT))?;
    receive(stream)
}

/// Sends one line to a process of the same user.
fn send(mut stream: &UnixStream, value: &impl serde::Serialize) -> io::Result<()> {
    is_of_user(stream)?;
    stream.write_all(format!("{}\n", serde_json::to_string(value)?).as_bytes())
}

/// Receives one line from a process of the same user: any other could bind the address too.
fn receive<T: serde::de::DeserializeOwned>(stream: &UnixStream) -> io::Result<T> {
    is_of_user(stream)?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE_MAX)).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

fn is_of_user(stream: &UnixStream) -> io::Result<()> {
    let user = getsockopt(stream, PeerCredentials)?.uid();
    if Uid::from_raw(user) == Uid::current() { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}
