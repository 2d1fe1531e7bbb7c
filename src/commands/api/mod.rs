//! `qdns api`: the API of the design document, one HTTP request on standard input.

mod peer;
mod route;
mod unit;

use std::io::{IsTerminal, stdin};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap::Args;

use self::route::Call;
use super::Context;
use crate::error::{Error, Kind, Result};
use crate::formats::http::{self, Refusal, Request};
use crate::output::http::{Response, go_on};
use crate::output::text::Text;
use crate::output::{Reply, note};

/// Answer one HTTP request on standard input, for a systemd socket.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns api --print-unit | sudo awk '/^# \\/etc\\/systemd\\// { file = $2 } { print > file }'
  sudo groupadd --system qdns
  sudo systemctl daemon-reload
  sudo systemctl enable --now qdns-api.socket
  curl --unix-socket /run/qdns-api.sock http://localhost/api/v1/networks/net1/dns
  curl --unix-socket /run/qdns-api.sock http://localhost/api/v1/networks/net1/dns \\
       -d '{\"hostname\":\"web-server\",\"ip_address\":\"10.0.0.10\"}'
  curl --unix-socket /run/qdns-api.sock -X DELETE \\
       http://localhost/api/v1/networks/net1/dns/web-server

Requests, and the command that each one runs:
  GET    /api/v1/networks/SWITCH/dns         record ls SWITCH
  POST   /api/v1/networks/SWITCH/dns         record add SWITCH HOSTNAME ADDRESS...
  DELETE /api/v1/networks/SWITCH/dns/HOST    record rm SWITCH HOST

The body of POST is a JSON object with hostname and ip_address, or addresses with a list; static and ttl mean the \
same as the options of `record add`. The answers are those of the commands with -o json. An error is \
{\"error\":{...}} with the status 400 (exit code 2), 404 or 409 (1) or 503 (3). A request has at most 16 KiB \
before its body and 64 KiB in its body.

qdns opens no socket: systemd listens on a Unix socket and runs qdns once for each connection. The group and the \
mode of the socket decide who may connect. The comment in the database's log names the user of the \
connection. The exit code is 0 if the request was answered, whatever the answer.")]
pub struct ApiArgs {
    /// Print a systemd socket and service that run this qdns with the connection of this command
    #[arg(long)]
    print_unit: bool,
    /// Give up on a request that is not complete after this many seconds
    #[arg(long, value_name = "SECS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60))]
    limit: u64,
}

impl ApiArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Reply> {
        if self.print_unit {
            return Ok(Reply::from(Text(unit::text(context)?)));
        }
        if stdin().is_terminal() && !context.global.quiet {
            note(
                "reading one HTTP request from the terminal; qdns api --print-unit prints what systemd needs",
            );
        }
        let text = match self.request() {
            Ok(None) => Text::default(),
            Ok(Some(request)) => answer(context, &request).text(request.method == "HEAD"),
            Err(Refusal { status, error }) => Response::failure(status, &error).text(false),
        };
        Ok(Reply::from(text))
    }

    /// Reads the request in a thread of its own, so that no client holds the process longer than the limit.
    fn request(&self) -> std::result::Result<Option<Request>, Refusal> {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(http::read(stdin().lock(), go_on)));
        receiver.recv_timeout(Duration::from_secs(self.limit)).unwrap_or_else(|_| {
            let error = Error::invalid(format!("the request was not complete after {} s", self.limit));
            Err(Refusal { status: 408, error })
        })
    }
}

fn answer(context: &Context, request: &Request) -> Response {
    let call = match Call::of(request) {
        Ok(call) => call,
        Err(route::Unknown::Target(error)) => return Response::failure(404, &error),
        Err(route::Unknown::Method(error, allowed)) => return Response::failure(405, &error).allow(allowed),
        Err(route::Unknown::Body(error)) => return Response::failure(400, &error),
    };
    let context = Context { typed: call.typed(), user: peer::uid(), ..context.clone() };
    match call.run(&context) {
        Ok(done) => Response::of(done.status, done.reply.answer.as_ref()),
        Err(error) => Response::failure(status(&error), &error),
    }
}

/// The status of a command's failure.
fn status(error: &Error) -> u16 {
    match (error.kind, error.kind.exit_code()) {
        (Kind::NotFound, _) => 404,
        (Kind::Io, _) => 500,
        (_, 2) => 400,
        (_, 3) => 503,
        _ => 409,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_follows_the_kind() {
        for (kind, expected) in [
            (Kind::InvalidInput, 400),
            (Kind::NotFound, 404),
            (Kind::Ambiguous, 409),
            (Kind::Conflict, 409),
            (Kind::LostRace, 409),
            (Kind::NeedsConfirmation, 409),
            (Kind::Rejected, 409),
            (Kind::Io, 500),
            (Kind::NoSuchBinary, 503),
            (Kind::Unreachable, 503),
            (Kind::Permission, 503),
            (Kind::Timeout, 503),
            (Kind::Garbage, 503),
        ] {
            assert_eq!(status(&Error::new(kind, "x")), expected, "{kind:?}");
        }
    }
}
