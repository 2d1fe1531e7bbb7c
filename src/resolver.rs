//! One question to one resolver, over UDP, without EDNS (RFC 1035, section 4).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// The type of an IPv6 address query (RFC 3596, section 2.1).
pub const AAAA: u16 = 28;

const HEADER: usize = 12;

/// The code of a resolver's answer: 0 for no error, 3 for a name that does not exist.
///
/// # Errors
/// Why there is no answer: no program listens, or no answer came within `limit`.
pub fn ask(resolver: IpAddr, name: &str, kind: u16, limit: Duration) -> Result<u8, String> {
    let id = std::process::id().to_le_bytes();
    let query = query([id[0], id[1]], name, kind);
    let from: IpAddr = match resolver {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let exchange = || -> std::io::Result<u8> {
        let socket = UdpSocket::bind(SocketAddr::new(from, 0))?;
        socket.set_read_timeout(Some(limit))?;
        socket.connect(SocketAddr::new(resolver, 53))?;
        socket.send(&query)?;
        let mut answer = [0; 512];
        loop {
            let length = socket.recv(&mut answer)?;
            if length >= HEADER && answer[..2] == query[..2] {
                return Ok(answer[3] & 0xf);
            }
        }
    };
    exchange().map_err(|error| match error.kind() {
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => {
            format!("no answer within {} s", limit.as_secs())
        }
        _ => error.to_string(),
    })
}

fn query(id: [u8; 2], name: &str, kind: u16) -> Vec<u8> {
    // Recursion desired; one question.
    let mut query = vec![id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.trim_end_matches('.').split('.') {
        let label = &label.as_bytes()[..label.len().min(63)];
        query.push(label.len() as u8);
        query.extend(label);
    }
    query.push(0);
    query.extend(kind.to_be_bytes());
    query.extend([0, 1]);
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_as_rfc_1035_has_it() {
        assert_eq!(
            query([7, 9], "a.internal", AAAA),
            b"\x07\x09\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x08internal\x00\x00\x1c\x00\x01"
        );
    }

    #[test]
    fn a_resolver_that_does_not_exist_is_an_error() {
        assert!(
            ask("127.77.77.77".parse().unwrap(), "a.internal", AAAA, Duration::from_millis(100)).is_err()
        );
    }
}
