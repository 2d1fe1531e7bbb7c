//! `qdns api` on a hostile database, with hostile requests: one response with the fields that qdns sends, and lines of the
//! journal that no value can forge.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::commands::Place;
use super::rows::Texts;
use super::shown::harmless;

/// The header fields of a response.
const FIELDS: [&str; 4] = ["Allow", "Connection", "Content-Length", "Content-Type"];

/// Sends a request of each kind.
pub fn check_requests(place: &Place, texts: &Texts) -> Result<()> {
    let list = format!("/api/v1/networks/{}/dns", percent_encoded(&texts.switch));
    let any = texts.any.first().map_or("", String::as_str);
    let host = json!({"hostname": any, "ip_address": "10.0.0.77"}).to_string();
    let good = json!({"hostname": "from-api", "ip_address": "10.0.0.77"}).to_string();
    let wrong = json!({any: texts.port}).to_string();
    for request in [
        request("GET", &list, ""),
        request("HEAD", &list, ""),
        request("POST", &list, &good),
        request("POST", &list, &host),
        request("POST", &list, &wrong),
        request("POST", &list, any),
        request("DELETE", &format!("{list}/web"), ""),
        request("DELETE", &format!("{list}/{}", percent_encoded(any)), ""),
        request("GET", &format!("/{}", percent_encoded(any)), ""),
        request("GET", &format!("/api/v1/networks/{any}/dns"), ""),
        request(any, &list, ""),
        format!("GET {list} HTTP/1.1\r\nHost: x\r\n{any}: {any}\r\n\r\n"),
        format!("GET {list} HTTP/1.1\r\nHost: x\r\nContent-Length: {any}\r\n\r\n"),
    ] {
        check_request(place, &request).with_context(|| format!("{request:?}"))?;
    }
    Ok(())
}

fn request(method: &str, target: &str, body: &str) -> String {
    let length = body.len();
    format!("{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// Every byte that is no letter or digit as `%XX` (RFC 3986, section 2.1).
fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

fn check_request(place: &Place, request: &str) -> Result<()> {
    let (mut stream, theirs) = UnixStream::pair()?;
    let journal = File::create(place.nb.dir().join("journal"))?;
    let identity = journal.metadata().map(|file| format!("{}:{}", file.dev(), file.ino()))?;
    let mut command = place.command();
    command.args(["-v", "api"]).env("JOURNAL_STREAM", identity).stderr(journal);
    command.stdin(OwnedFd::from(theirs.try_clone()?)).stdout(OwnedFd::from(theirs));
    let mut process = command.spawn()?;
    drop(command);
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    assert_eq!(process.wait()?.code(), Some(0), "{request:?}");
    check_response(&String::from_utf8(response)?, request.starts_with("HEAD "))?;
    let lines = std::fs::read_to_string(place.nb.dir().join("journal"))?;
    harmless("journal", &lines, &['\n']);
    let ours = ["# ", "+ ", "<3>", "<4>"];
    let foreign = lines.lines().find(|line| !ours.iter().any(|start| line.starts_with(start)));
    assert_eq!(foreign, None, "{lines}");
    Ok(())
}

fn check_response(response: &str, is_head_only: bool) -> Result<()> {
    let (head, body) = response.split_once("\r\n\r\n").context("a head")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("a status")?;
    assert!(
        ["200", "201", "400", "404", "405", "409", "411", "413", "431", "503", "505"].contains(&status),
        "{response}"
    );
    harmless("head", &head.replace("\r\n", ""), &[]);
    for line in lines {
        let (name, value) = line.split_once(": ").context("a field")?;
        assert!(FIELDS.contains(&name), "{response}");
        let length = body.len().to_string();
        assert!(name != "Content-Length" || is_head_only || value == length, "{response}");
    }
    if !is_head_only {
        harmless("body", body, &['\n']);
        assert!(serde_json::from_str::<Value>(body)?.is_object(), "{response}");
    }
    Ok(())
}
