//! The answer of `qdns api`: an HTTP/1.1 response (RFC 9112) with a JSON document.

use std::io::{self, Write};

use super::answer::Answer;
use super::failure::Failure;
use super::json::Json;
use super::text::Text;
use crate::error::Error;

/// A response, after which the connection ends.
#[derive(Debug)]
pub struct Response {
    status: u16,
    /// The methods that the target has, where the request had another one.
    allow: Option<&'static str>,
    body: Vec<u8>,
}

impl Response {
    /// The document of an answer.
    pub fn of(status: u16, answer: &dyn Answer) -> Self {
        Self::with(status, answer)
    }

    pub fn failure(status: u16, error: &Error) -> Self {
        Self::with(status, &Failure::of(error))
    }

    fn with(status: u16, document: &(impl Json + ?Sized)) -> Self {
        let mut body = Vec::new();
        // Writing to memory does not fail.
        let _ = document.write_json(&mut body);
        Response { status, allow: None, body }
    }

    /// The same with the methods that the target has (RFC 9110, section 15.5.6).
    #[must_use]
    pub fn allow(self, methods: &'static str) -> Self {
        Response { allow: Some(methods), ..self }
    }

    /// The text that is sent, without the body for a request that asks for the head only.
    pub fn text(&self, is_head_only: bool) -> Text {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        text += "Content-Type: application/json\r\n";
        text += &format!("Content-Length: {}\r\n", self.body.len());
        if let Some(methods) = self.allow {
            text += &format!("Allow: {methods}\r\n");
        }
        text += "Connection: close\r\n\r\n";
        if !is_head_only {
            text += &String::from_utf8_lossy(&self.body);
        }
        Text(text)
    }
}

/// Lets a client send the body that it holds back (RFC 9110, section 10.1.1).
pub fn go_on() {
    let mut out = io::stdout().lock();
    // If the connection is closed, the read of the body finds out.
    let _ = out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").and_then(|()| out.flush());
}

/// The reason phrases of RFC 9110, section 15.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}
