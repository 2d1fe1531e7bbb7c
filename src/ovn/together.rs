//! Reads for several processes at once.
//!
//! A hypervisor that starts many machines runs the hook once for each. These processes want to know the same at the same
//! time. One of them then reads for the others too. They meet at an abstract socket (unix(7)), which ends with its
//! process. An answer comes from a read that began after its question.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::{Duration, Instant};

use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::unistd::Uid;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::northbound::Northbound;
use super::query::Query;
use crate::error::Result;
use crate::model::snapshot::Snapshot;

/// How often a process asks another one before it reads by itself.
const TRIES: usize = 10;
/// How long a process waits for all those that have begun to ask.
const TO_ASK: Duration = Duration::from_millis(200);
/// How long a process waits for all those that take their answers.
const TO_ANSWER: Duration = Duration::from_secs(1);
/// The longest question or answer, in bytes.
const LINE_MAX: u64 = 1 << 26;

impl Northbound {
    /// Reads a query, or gets what another process reads with the same query.
    ///
    /// # Errors
    /// As [`Northbound::run`].
    pub(super) fn read_together(&self, query: &Query) -> Result<Snapshot> {
        let read = self.together(
            &query.arguments().join(" "),
            &(),
            |_| self.read(query.clone()),
            |read: &Snapshot, ()| read.clone(),
        )?;
        Ok(Snapshot { site_domain: self.site_domain.clone(), ..read })
    }

    /// Finds the answer to a question, or asks the process that finds the answers for all that have the same `subject`.
    /// `find` finds what answers several questions.
    ///
    /// # Errors
    /// As `find`.
    pub(super) fn together<Q, F, A>(
        &self,
        subject: &str,
        question: &Q,
        find: impl Fn(&[&Q]) -> Result<F>,
        answer: impl Fn(&F, &Q) -> A,
    ) -> Result<A>
    where
        Q: Serialize + DeserializeOwned,
        A: Serialize + DeserializeOwned,
    {
        if let Ok(address) = self.meeting_point(subject) {
            for _ in 0..TRIES {
                if let Ok(listener) = UnixListener::bind_addr(&address) {
                    let found = find(&[question])?;
                    answer_others(&listener, &find, &answer);
                    return Ok(answer(&found, question));
                }
                match self.ask(&address, question) {
                    Ok(answer) => return Ok(answer),
                    // The other process hangs.
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // The other process has ended, or this one came too late.
                    Err(_) => {}
                }
            }
        }
        find(&[question]).map(|found| answer(&found, question))
    }

    /// Asks the process that reads for all, and waits at most half of the time limit of one run.
    fn ask<A: DeserializeOwned>(&self, address: &SocketAddr, question: &impl Serialize) -> io::Result<A> {
        let stream = UnixStream::connect_addr(address)?;
        stream.set_read_timeout(Some(Duration::from_millis(500 * self.timeout.max(1))))?;
        send(&stream, question)?;
        receive(&stream)
    }

    /// The address at which the processes of one user meet that read one database.
    fn meeting_point(&self, subject: &str) -> io::Result<SocketAddr> {
        let reads = [&[subject.to_owned(), self.remote()], &self.connection[..]].concat().join("\n");
        let reads = Uuid::new_v5(&Uuid::NAMESPACE_URL, reads.as_bytes());
        SocketAddr::from_abstract_name(format!("qdns-{}-{reads}", Uid::current()))
    }
}

/// Answers the processes that have asked by now. Those that ask later find out that this one has ended.
fn answer_others<Q: DeserializeOwned, F, A: Serialize>(
    listener: &UnixListener,
    find: impl Fn(&[&Q]) -> Result<F>,
    answer: impl Fn(&F, &Q) -> A,
) {
    let Ok(asked) = asked(listener) else { return };
    let questions: Vec<&Q> = asked.iter().map(|(_, question)| question).collect();
    if questions.is_empty() {
        return;
    }
    let Ok(found) = find(&questions) else { return };
    let deadline = Instant::now() + TO_ANSWER;
    for (stream, question) in &asked {
        // A process that has ended needs no answer.
        let _ = stream
            .set_write_timeout(Some(until(deadline)))
            .and_then(|()| send(stream, &answer(&found, question)));
    }
}

/// The processes that wait for an answer, with their questions. A busy machine may run a process long after it connected.
fn asked<Q: DeserializeOwned>(listener: &UnixListener) -> io::Result<Vec<(UnixStream, Q)>> {
    listener.set_nonblocking(true)?;
    let streams: Vec<UnixStream> =
        std::iter::from_fn(|| listener.accept().ok()).map(|(stream, _)| stream).collect();
    let deadline = Instant::now() + TO_ASK;
    let mut asked = Vec::new();
    for stream in streams {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(until(deadline)))?;
        asked.extend(receive(&stream).ok().map(|question| (stream, question)));
    }
    Ok(asked)
}

/// The time until a deadline, at least a moment: no time would mean no limit.
fn until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}

/// Sends one line to a process of the same user.
fn send(mut stream: &UnixStream, value: &impl Serialize) -> io::Result<()> {
    is_of_user(stream)?;
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Receives one line from a process of the same user: any other could bind the address too.
fn receive<T: DeserializeOwned>(stream: &UnixStream) -> io::Result<T> {
    is_of_user(stream)?;
    let mut line = String::new();
    BufReader::with_capacity(1 << 16, stream.take(LINE_MAX)).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

fn is_of_user(stream: &UnixStream) -> io::Result<()> {
    let user = getsockopt(stream, PeerCredentials)?.uid();
    if Uid::from_raw(user) == Uid::current() { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}
