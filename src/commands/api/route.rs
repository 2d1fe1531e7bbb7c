//! Which command a request is.

use serde::Deserialize;

use crate::commands::Context;
use crate::commands::record::add::AddArgs;
use crate::commands::record::ls::LsArgs;
use crate::commands::record::rm::RmArgs;
use crate::error::{Error, Result};
use crate::formats::http::Request;
use crate::model::shell::CommandLine;
use crate::output::Reply;
use crate::output::changes::Changes;

const LIST: &str = "GET, HEAD, POST";
const HOST: &str = "DELETE";
/// What a host looks like, for the hint of an error.
const EXAMPLE: &str = r#"{"hostname":"web-server","ip_address":"10.0.0.10"}"#;

/// A request as a command.
#[derive(Debug)]
pub enum Call {
    List { switch: String },
    Add { switch: String, host: Body },
    Remove { switch: String, host: String },
}

/// Why a request is no command.
#[derive(Debug)]
pub enum Unknown {
    Target(Error),
    /// With the methods that the target has.
    Method(Error, &'static str),
    Body(Error),
}

/// A host as the design document's API has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    hostname: String,
    #[serde(default)]
    ip_address: Option<String>,
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default, rename = "static")]
    is_static: bool,
    #[serde(default)]
    ttl: Option<u64>,
}

impl Body {
    fn parse(bytes: &[u8]) -> std::result::Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(|error| {
            Error::invalid(format!("the body is no host: {error}")).hint(format!("a host is {EXAMPLE}"))
        })
    }

    fn addresses(&self) -> Vec<String> {
        self.ip_address.iter().chain(&self.addresses).cloned().collect()
    }
}

/// A command's reply, and the status of the response.
#[derive(Debug)]
pub struct Done {
    pub status: u16,
    pub reply: Reply,
}

impl Call {
    /// # Errors
    /// See [`Unknown`].
    pub fn of(request: &Request) -> std::result::Result<Self, Unknown> {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let method = request.method.as_str();
        match path[..] {
            ["api", "v1", "networks", switch, "dns"] => {
                let switch = switch.to_owned();
                match method {
                    "GET" | "HEAD" => Ok(Call::List { switch }),
                    "POST" => {
                        let host = Body::parse(&request.body).map_err(Unknown::Body)?;
                        Ok(Call::Add { switch, host })
                    }
                    _ => Err(no_method(method, LIST)),
                }
            }
            ["api", "v1", "networks", switch, "dns", host] if !host.is_empty() => match method {
                "DELETE" => Ok(Call::Remove { switch: switch.to_owned(), host: host.to_owned() }),
                _ => Err(no_method(method, HOST)),
            },
            _ => Err(Unknown::Target(
                Error::not_found(format!("there is no /{}", path.join("/")))
                    .hint("/api/v1/networks/SWITCH/dns lists the hosts of a switch"),
            )),
        }
    }

    /// The command line that does the same.
    pub fn typed(&self) -> String {
        let line = |verb| CommandLine::qdns(["api:", "record", verb]);
        match self {
            Call::List { switch } => line("ls").value(switch),
            Call::Add { switch, host } => {
                let line = line("add").value(switch).value(&host.hostname);
                host.addresses().iter().fold(line, CommandLine::value)
            }
            Call::Remove { switch, host } => line("rm").value(switch).value(host),
        }
        .to_string()
    }

    /// Runs the command.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Call::List { switch } => {
                let reply = LsArgs::of(switch).run(context)?;
                Ok(Done { status: 200, reply })
            }
            Call::Add { switch, host } => {
                let addresses = host.addresses();
                let add = AddArgs::host(switch, host.hostname, addresses).with(host.is_static, host.ttl);
                Ok(Done::of(add.apply(context)?.changes(), 201))
            }
            Call::Remove { switch, host } => {
                let remove = RmArgs::host(switch, host);
                Ok(Done::of(remove.apply(context)?.changes(), 200))
            }
        }
    }
}

impl Done {
    /// `status` is that of a change; nothing to change is 200.
    fn of(changes: Changes, status: u16) -> Self {
        let status = if changes.changed { status } else { 200 };
        Done { status, reply: Reply::from(changes) }
    }
}

fn no_method(method: &str, allowed: &'static str) -> Unknown {
    Unknown::Method(Error::invalid(format!("method {method} is not one of this target: {allowed}")), allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::http;
    use crate::model::fuzzing::fuzz;
    use crate::model::printable::is_printable;

    fn call(method: &str, path: &str, body: &str) -> String {
        let path = path.trim_start_matches('/').split('/').map(str::to_owned).collect();
        let request = Request { method: method.to_owned(), path, body: body.as_bytes().to_vec() };
        match Call::of(&request) {
            Ok(call) => call.typed(),
            Err(Unknown::Target(_)) => "404".to_owned(),
            Err(Unknown::Method(_, allowed)) => format!("405 {allowed}"),
            Err(Unknown::Body(error)) => error.message,
        }
    }

    #[test]
    fn a_request_is_a_command() {
        let list = "/api/v1/networks/net-1/dns";
        assert_eq!(call("GET", list, ""), "qdns api: record ls net-1");
        assert_eq!(call("HEAD", list, ""), "qdns api: record ls net-1");
        assert_eq!(call("POST", list, EXAMPLE), "qdns api: record add net-1 web-server 10.0.0.10");
        let several = r#"{"hostname":"-web","addresses":["10.0.0.1","fd00::1"],"ttl":60,"static":true}"#;
        assert_eq!(call("POST", list, several), "qdns api: record add -- net-1 -web 10.0.0.1 fd00::1");
        let host = format!("{list}/web-server.internal");
        assert_eq!(call("DELETE", &host, ""), "qdns api: record rm net-1 web-server.internal");
    }

    #[test]
    fn what_is_no_command_says_why() {
        let list = "/api/v1/networks/net-1/dns";
        assert_eq!(call("PUT", list, ""), "405 GET, HEAD, POST");
        assert_eq!(call("GET", &format!("{list}/web"), ""), "405 DELETE");
        for path in ["/", "/api/v1/networks", "/api/v2/networks/n/dns", "/api/v1/networks/n/dns/"] {
            assert_eq!(call("GET", path, ""), "404", "{path}");
        }
        assert_eq!(
            call("POST", list, ""),
            "the body is no host: EOF while parsing a value at line 1 column 0"
        );
        assert_eq!(
            call("POST", list, r#"{"hostname":"a","ip":"10.0.0.1"}"#),
            "the body is no host: unknown field `ip`, expected one of `hostname`, `ip_address`, `addresses`, \
             `static`, `ttl` at line 1 column 20"
        );
    }

    #[test]
    fn fuzz_requests() {
        let add = format!(
            "POST /api/v1/networks/net%201/dns HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{EXAMPLE}",
            EXAMPLE.len()
        );
        let remove = "DELETE http://x/api/v1/networks/net1/dns/web HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n";
        let words = &[
            "GET ",
            "/api/v1/networks/",
            "/dns",
            "%2e",
            "%0a",
            "%c3%a9",
            "Host: ",
            "Content-Length: ",
            "Transfer-Encoding: chunked",
            "\r\n\r\n",
        ];
        fuzz(&[&add, remove], words, |text| {
            let Ok(Some(request)) = http::read(text.as_bytes(), || {}) else { return };
            if let Ok(call) = Call::of(&request) {
                assert!(call.typed().chars().all(is_printable), "{}", call.typed());
            }
        });
    }
}
