//! Errors of `ssl:` connections, from the messages of OVS's stream_ssl (captured from 23.03).

use crate::error::{Error, Kind};

/// Words that a message must contain, in lower case; the error; and its hint. The first match counts.
const PATTERNS: &[(&[&str], &str, &str)] = &[
    (
        &["ssl_use_privatekey_file", "mismatch"],
        "the private key does not belong to the certificate",
        "use a --private-key and a --certificate that belong together",
    ),
    (
        &["ssl_use_privatekey_file"],
        "the private key cannot be read",
        "check the file of --private-key: it must exist, be a PEM key, and be readable by this user",
    ),
    (
        &["ssl_use_certificate_file"],
        "the certificate cannot be read",
        "check the file of --certificate: it must exist, be PEM, and be readable by this user",
    ),
    (
        &["failed to load client certificates"],
        "the CA's certificate cannot be read",
        "check the file of --ca-cert: it must exist, be PEM, and be readable by this user",
    ),
    (
        &["must be configured to use ssl"],
        "an ssl: connection needs a private key, a certificate and the CA's certificate",
        "use all three: --private-key FILE --certificate FILE --ca-cert FILE",
    ),
    (
        &["certificate verify failed"],
        "the server's certificate is not signed by the given CA, or is not valid today",
        "check --ca-cert against the server's CA, and the server's certificate: openssl s_client -connect HOST:PORT -CAfile FILE",
    ),
    (&["unexpected eof"], "the server at this port does not use TLS", "check the port, or connect with tcp:"),
    (
        &["ssl_error_zero_return"],
        "the server at this port does not use TLS",
        "check the port, or connect with tcp:",
    ),
    (
        &["wrong version number"],
        "the server at this port does not use TLS",
        "check the port, or connect with tcp:",
    ),
    (
        &["ssl:", "alert"],
        "the server does not accept this client's certificate",
        "check that --certificate is valid today and signed by the CA that the server trusts",
    ),
    (
        &["ssl_write"],
        "the server does not accept this client's certificate",
        "check that --certificate is valid today and signed by the CA that the server trusts",
    ),
    (
        &["ssl_read"],
        "the server does not accept this client's certificate",
        "check that --certificate is valid today and signed by the CA that the server trusts",
    ),
    (
        &["stream_ssl"],
        "the TLS connection to the northbound database failed",
        "check --private-key, --certificate and --ca-cert: they must be readable and valid today, and the server must trust the CA",
    ),
];

/// The error, if the messages in lower case are about TLS.
pub(super) fn failure(said: &str) -> Option<Error> {
    PATTERNS
        .iter()
        .find(|(words, ..)| words.iter().all(|word| said.contains(word)))
        .map(|(_, message, hint)| Error::new(Kind::Unreachable, *message).hint(*hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_messages_have_their_own_errors() {
        const DROPPED: &str = "ssl_write: system error (broken pipe); ssl:127.0.0.1:41403: send error: broken pipe; ssl:127.0.0.1:41403: connection dropped (broken pipe); ssl:127.0.0.1:41403: database connection failed (broken pipe)";
        for (said, sentence) in [
            (
                "ssl_use_privatekey_file: error:80000002:system library::no such file or directory; private key must be configured to use ssl",
                "key cannot be read",
            ),
            (
                "ssl_use_privatekey_file: error:05800074:x509 certificate routines::key values mismatch; private key must be configured to use ssl",
                "does not belong",
            ),
            ("ssl_use_privatekey_file: error:1e08010c:decoder routines::unsupported", "key cannot be read"),
            (
                "failed to load client certificates from nofile.pem: error:80000002:system library::no such file or directory; ssl_connect: error:0a000086:ssl routines::certificate verify failed",
                "CA's certificate cannot",
            ),
            ("ca certificate must be configured to use ssl", "needs a private key"),
            (
                "ssl_connect: error:0a000086:ssl routines::certificate verify failed",
                "not signed by the given CA",
            ),
            ("ssl_connect: error:0a000126:ssl routines::unexpected eof while reading", "does not use TLS"),
            ("ssl_connect: unexpected ssl_error_zero_return; ssl:127.0.0.1:4", "does not use TLS"),
            (DROPPED, "does not accept this client's certificate"),
        ] {
            let error = failure(said).unwrap();
            assert!(error.message.contains(sentence), "{said}: {}", error.message);
        }
        assert!(failure("unix:/x: database connection failed (broken pipe)").is_none());
    }
}
