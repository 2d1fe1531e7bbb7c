//! One HTTP/1.1 request (RFC 9112), read from a connection up to a limit.

use std::io::Read;

use httparse::Status;

use crate::error::{Error, Kind};

/// The most bytes of a request line with its header fields.
pub const HEAD_MAX: usize = 16 * 1024;
/// The most bytes of a body. A host has far fewer.
pub const BODY_MAX: usize = 64 * 1024;
/// The most bytes of a body that is too long and is read all the same: a client sends before it reads the answer.
const DISCARD_MAX: u64 = 1 << 20;
/// The most header fields.
const FIELDS_MAX: usize = 64;
/// The most bytes of one read.
const CHUNK: usize = 8 * 1024;

/// A request. Header fields that say nothing about its length are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// The segments of the target's path, decoded.
    pub path: Vec<String>,
    pub body: Vec<u8>,
}

/// Why a request gets no other answer than this.
#[derive(Debug)]
pub struct Refusal {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    pub error: Error,
}

impl Refusal {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Refusal { status, error: Error::invalid(message) }
    }
}

/// What the header fields say about the body.
#[derive(Clone, Copy, Debug, Default)]
struct Framing {
    /// Where the body begins.
    start: usize,
    /// The length of the body in bytes.
    length: usize,
    /// Whether the client waits for `100 Continue` before it sends the body.
    waits: bool,
}

/// Reads one request. `go_on` sends `100 Continue`. `None` where the connection ends before a request begins.
///
/// # Errors
/// The refusal of a request that is not HTTP/1.1, is not complete, or exceeds a limit.
pub fn read(mut source: impl Read, go_on: impl FnOnce()) -> Result<Option<Request>, Refusal> {
    let mut bytes = Vec::new();
    let (mut request, framing) = loop {
        if let Some(head) = head(&bytes)? {
            break head;
        }
        if bytes.len() > HEAD_MAX {
            return Err(Refusal::new(431, format!("the head of the request has more than {HEAD_MAX} bytes")));
        }
        if !read_some(&mut source, &mut bytes)? {
            let is_empty = bytes.iter().all(u8::is_ascii_whitespace);
            return if is_empty { Ok(None) } else { Err(incomplete()) };
        }
    };
    if framing.length > BODY_MAX {
        if !framing.waits {
            let rest = framing.length.saturating_sub(bytes.len() - framing.start) as u64;
            let _ = std::io::copy(&mut source.take(rest.min(DISCARD_MAX)), &mut std::io::sink());
        }
        return Err(Refusal::new(413, format!("the body has more than {BODY_MAX} bytes")));
    }
    let end = framing.start + framing.length;
    if framing.waits && bytes.len() < end {
        go_on();
    }
    while bytes.len() < end {
        if !read_some(&mut source, &mut bytes)? {
            return Err(incomplete());
        }
    }
    request.body = bytes[framing.start..end].to_vec();
    Ok(Some(request))
}

/// Adds what one read gives; false at the end of the connection.
fn read_some(source: &mut impl Read, bytes: &mut Vec<u8>) -> Result<bool, Refusal> {
    let mut chunk = [0; CHUNK];
    loop {
        match source.read(&mut chunk) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                let error = Error::new(Kind::Io, "the request cannot be read").cause(error);
                return Err(Refusal { status: 400, error });
            }
            Ok(count) => {
                bytes.extend_from_slice(&chunk[..count]);
                return Ok(count > 0);
            }
        }
    }
}

fn incomplete() -> Refusal {
    Refusal::new(400, "the connection ended before the request was complete")
}

/// The request without its body, and where the body is; `None` where the head is not complete.
fn head(bytes: &[u8]) -> Result<Option<(Request, Framing)>, Refusal> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut fields);
    let start = match parsed.parse(bytes) {
        Ok(Status::Complete(start)) => start,
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Refusal::new(431, format!("the request has more than {FIELDS_MAX} header fields")));
        }
        Err(httparse::Error::Version) => return Err(Refusal::new(505, "the version is not HTTP/1.1")),
        Err(error) => return Err(Refusal::new(400, format!("it is not HTTP/1.1: {error}"))),
    };
    if start > HEAD_MAX {
        return Err(Refusal::new(431, format!("the head of the request has more than {HEAD_MAX} bytes")));
    }
    let hosts = values(parsed.headers, "host").count();
    if hosts > 1 || hosts == 0 && parsed.version == Some(1) {
        return Err(Refusal::new(400, "an HTTP/1.1 request has one Host field (RFC 9112, section 3.2)"));
    }
    let framing = framing(start, parsed.headers)?;
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path(parsed.path.unwrap_or_default())?,
        body: Vec::new(),
    };
    Ok(Some((request, framing)))
}

/// The values of a header field.
fn values<'h>(fields: &'h [httparse::Header], name: &str) -> impl Iterator<Item = &'h [u8]> {
    let is_it = move |field: &&httparse::Header| field.name.eq_ignore_ascii_case(name);
    fields.iter().filter(is_it).map(|field| field.value)
}

fn framing(start: usize, fields: &[httparse::Header]) -> Result<Framing, Refusal> {
    if values(fields, "transfer-encoding").next().is_some() {
        return Err(Refusal::new(411, "a body needs Content-Length; Transfer-Encoding is not understood"));
    }
    let mut lengths = values(fields, "content-length");
    let length = match lengths.next() {
        None => 0,
        Some(value) => length(value).ok_or_else(|| Refusal::new(400, "Content-Length is not a number"))?,
    };
    if lengths.next().is_some() {
        return Err(Refusal::new(400, "the request has several Content-Length fields"));
    }
    let waits = values(fields, "expect").any(|value| value.eq_ignore_ascii_case(b"100-continue"));
    Ok(Framing { start, length, waits })
}

/// Digits only (RFC 9110, section 8.6). A number that no memory can hold is the greatest one.
fn length(value: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

/// The decoded segments of a request target, which is a path or an absolute URI (RFC 9112, section 3.2).
fn path(target: &str) -> Result<Vec<String>, Refusal> {
    let path = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => rest.find('/').map_or("", |at| &rest[at..]),
        _ => target,
    };
    if path.contains(['?', '#']) {
        return Err(Refusal::new(400, "the request has parameters after its path, and there are none"));
    }
    let segments = path.strip_prefix('/').unwrap_or(path).split('/');
    segments.map(|segment| decoded(segment).ok_or_else(|| bad_segment(segment))).collect()
}

fn bad_segment(segment: &str) -> Refusal {
    Refusal::new(400, format!("{segment:?} in the path is not percent-encoded UTF-8 (RFC 3986, section 2.1)"))
}

fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A connection that gives a few bytes at a time.
    struct Dribble<'t>(&'t [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(into.len()).min(self.0.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn status(text: &str) -> u16 {
        match read(Dribble(text.as_bytes(), 7), || {}) {
            Ok(Some(_)) => 200,
            Ok(None) => 0,
            Err(refusal) => refusal.status,
        }
    }

    #[test]
    fn a_request_is_read_however_it_arrives() {
        let text =
            "POST /api/v1/networks/a%20b%2Fc/dns HTTP/1.1\r\nhost: x\r\ncontent-LENGTH: 4\r\n\r\n{}\r\nGET";
        for step in [1, 3, 1000] {
            let request = read(Dribble(text.as_bytes(), step), || {}).unwrap().unwrap();
            assert_eq!(request.method, "POST");
            assert_eq!(request.path, ["api", "v1", "networks", "a b/c", "dns"]);
            assert_eq!(request.body, b"{}\r\n");
        }
    }

    #[test]
    fn a_target_may_be_a_whole_uri() {
        let text = "GET http://localhost/api/v1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assert_eq!(read(text.as_bytes(), || {}).unwrap().unwrap().path, ["api", "v1"]);
    }

    #[test]
    fn a_client_that_waits_is_told_to_go_on() {
        let head = "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        let mut told = false;
        read(Dribble(format!("{head}{{}}").as_bytes(), head.len()), || told = true).unwrap();
        assert!(told);
        let mut told = false;
        read(format!("{head}{{}}").as_bytes(), || told = true).unwrap();
        assert!(!told, "the body was there already");
    }

    #[test]
    fn each_fault_has_its_status() {
        let host = "HTTP/1.1\r\nHost: x\r\n";
        for (text, expected) in [
            (format!("GET /a {host}\r\n"), 200),
            ("GET /a HTTP/1.0\r\n\r\n".to_owned(), 200),
            (String::new(), 0),
            ("\r\n".to_owned(), 0),
            ("GET /a HTTP/1.1\r\n\r\n".to_owned(), 400),
            ("\0\u{1b}[31m\r\n\r\n".to_owned(), 400),
            (format!("GET /a {host}"), 400),
            (format!("POST /a {host}Content-Length: 9\r\n\r\n{{}}"), 400),
            (format!("POST /a {host}Content-Length: +2\r\n\r\n{{}}"), 400),
            (format!("POST /a {host}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}"), 400),
            (format!("GET /a?b {host}\r\n"), 400),
            (format!("GET /%zz {host}\r\n"), 400),
            (format!("GET /%ff {host}\r\n"), 400),
            (format!("GET /%c3 {host}\r\n"), 400),
            (format!("POST /a {host}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"), 411),
            (format!("POST /a {host}Content-Length: 65537\r\n\r\n"), 413),
            (format!("POST /a {host}Content-Length: 99999999999999999999999999\r\n\r\n"), 413),
            (format!("GET /{} {host}\r\n", "a".repeat(HEAD_MAX)), 431),
            (format!("GET /a {host}{}\r\n", "X: y\r\n".repeat(FIELDS_MAX)), 431),
            ("GET /a HTTP/2.0\r\nHost: x\r\n\r\n".to_owned(), 505),
        ] {
            assert_eq!(status(&text), expected, "{text:.60}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(text in "(?s).{0,200}|(GET|POST|/|%|%2|HTTP/1\\.1|\r\n|Host: x|Content-Length: |[0-9]| ){0,30}", step in 1usize..50) {
            let _ = read(Dribble(text.as_bytes(), step), || {});
        }
    }
}
