//! One question to one resolver, over UDP, without EDNS (RFC 1035, section 4), and the resolvers of this machine.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// The type of an IPv6 address query (RFC 3596, section 2.1).
pub const AAAA: u16 = 28;

const HEADER: usize = 12;
/// The bit of a header's third byte that a response has.
const RESPONSE: u8 = 0x80;

/// The files that name resolvers. The first may name systemd-resolved's own address only (systemd-resolved.service(8));
/// the second has the resolvers that it asks.
const FILES: [&str; 2] = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

/// The resolvers of this machine that others can reach, from the first file that has one.
pub fn of_machine() -> Vec<IpAddr> {
    let texts = FILES.iter().filter_map(|file| fs::read_to_string(file).ok());
    texts.map(|text| reachable(&text)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The resolvers of a resolv.conf(5) that are not addresses of this machine or of one link.
fn reachable(text: &str) -> Vec<IpAddr> {
    let is_reachable = |ip: &IpAddr| {
        let is_link_local = match ip {
            IpAddr::V4(ip) => ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unicast_link_local(),
        };
        !ip.is_loopback() && !ip.is_unspecified() && !is_link_local
    };
    let values = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next().filter(|word| *word == "nameserver").and(words.next())
    });
    values.filter_map(|value| value.parse().ok()).filter(is_reachable).collect()
}

/// The code of a resolver's answer: 0 for no error, 3 for a name that does not exist.
///
/// # Errors
/// Why there is no answer: no program listens, or no answer came within `limit`.
pub fn ask(resolver: IpAddr, name: &str, kind: u16, limit: Duration) -> Result<u8, String> {
    ask_at(SocketAddr::new(resolver, 53), name, kind, limit)
}

fn ask_at(server: SocketAddr, name: &str, kind: u16, limit: Duration) -> Result<u8, String> {
    let id = std::process::id().to_le_bytes();
    let query = query([id[0], id[1]], name, kind);
    let from: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let exchange = || -> std::io::Result<u8> {
        let socket = UdpSocket::bind(SocketAddr::new(from, 0))?;
        socket.connect(server)?;
        socket.send(&query)?;
        let until = Instant::now() + limit;
        let mut answer = [0; 512];
        loop {
            // Other messages do not prolong the wait. A limit of zero would be none.
            let left = until.saturating_duration_since(Instant::now());
            socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
            let length = socket.recv(&mut answer)?;
            if length >= HEADER && answer[..2] == query[..2] && answer[2] & RESPONSE != 0 {
                return Ok(answer[3] & 0xf);
            }
            if left.is_zero() {
                return Err(std::io::ErrorKind::TimedOut.into());
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
    use crate::model::fuzzing::fuzz;

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

    /// The server sends messages that are no answer until the test ends.
    #[test]
    fn messages_that_are_no_answer_do_not_prolong_the_wait() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let at = server.local_addr().unwrap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let sender = std::thread::spawn(move || {
            let mut query = [0; 512];
            let (length, client) = server.recv_from(&mut query).unwrap();
            let other = [&[!query[0]], &query[1..length]].concat();
            while ended.recv_timeout(Duration::from_millis(5))
                == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                // The query itself is no answer either.
                let _ = server.send_to(&query[..length], client).and_then(|_| server.send_to(&other, client));
            }
        });
        let (done, asked) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(ask_at(at, "a.internal", AAAA, Duration::from_millis(100))));
        let answer = asked.recv_timeout(Duration::from_secs(20));
        drop(end);
        sender.join().unwrap();
        assert_eq!(answer, Ok(Err("no answer within 0 s".to_owned())));
    }

    #[test]
    fn loopback_and_link_local_resolvers_are_left_out() {
        let text = "# nameserver 192.0.2.9\nsearch corp.lan\nnameserver 127.0.0.53\nnameserver\t192.0.2.1\n\
            nameserver fe80::1%eth0\nnameserver fe80::1\nnameserver ::1\nnameserver 0.0.0.0\nnameserver 2001:db8::1\n";
        let found = reachable(text);
        assert_eq!(found, ["192.0.2.1", "2001:db8::1"].map(|ip| ip.parse::<IpAddr>().unwrap()));
    }

    #[test]
    fn fuzz_resolv_conf() {
        let text = "# x\nsearch corp.lan\nnameserver 192.0.2.1\nnameserver fe80::1%eth0\noptions edns0\n";
        fuzz(&[text], &["nameserver", " ", "\t"], |text| drop(reachable(text)));
    }
}
