//! What goes wrong with `ssl:` connections, from what OVS's stream_ssl says (as captured from 23.03).

use crate::error::{Error, Kind};

/// What is said, in lower case, all of it; the sentence; and what to do. The first match counts.
const FAULTS: &[(&[&str], &str, &str)] = &[
    (
        &["ssl_use_privatekey_file", "mismatch"],
        "the private key does not belong to the certificate",
        "give --private-key and --certificate of one pair",
    ),
    (
        &["ssl_use_privatekey_file"],
        "the private key cannot be read",
        "check the file after --private-key: it must exist, be a PEM key, and be readable by this user",
    ),
    (
        &["ssl_use_certificate_file"],
        "the certificate cannot be read",
        "check the file after --certificate: it must exist, be PEM, and be readable by this user",
    ),
    (
        &["failed to load client certificates"],
        "the CA's certificate cannot be read",
        "check the file after --ca-cert: it must exist, be PEM, and be readable by this user",
    ),
    (
        &["must be configured to use ssl"],
        "an ssl: connection needs a private key, a certificate and the CA's certificate",
        "give all three: --private-key FILE --certificate FILE --ca-cert FILE",
    ),
    (
        &["certificate verify failed"],
        "the server's certificate is not of the given CA, or is not valid today",
        "check --ca-cert against the server's CA, and the server's certificate: openssl s_client -connect HOST:PORT -CAfile FILE",
    ),
    (
        &["unexpected eof"],
        "what listens there does not speak TLS",
        "check the port, or connect to it with tcp:",
    ),
    (
        &["ssl_error_zero_return"],
        "what listens there does not speak TLS",
        "check the port, or connect to it with tcp:",
    ),
    (
        &["wrong version number"],
        "what listens there does not speak TLS",
        "check the port, or connect to it with tcp:",
    ),
    (
        &["ssl:", "alert"],
        "the server does not accept this client's certificate",
        "check that --certificate is valid today and of the CA that the server trusts",
    ),
    (
        &["ssl_write"],
        "the server does not accept this client's certificate",
        "check that --certificate is valid today and of the CA that the server trusts",
    ),
    (
        &["ssl_read"],
        "the server does not accept this client's certificate",
        "check that --certificate is valid today and of the CA that the server trusts",
    ),
    (
        &["stream_ssl"],
        "the TLS connection to the northbound database failed",
        "check --private-key, --certificate and --ca-cert: they must be readable, current, and of the CA that the server trusts",
    ),
];

/// The failure, where what was said in lower case is one of TLS.
pub(super) fn failure(said: &str) -> Option<Error> {
    FAULTS
        .iter()
        .find(|(words, ..)| words.iter().all(|word| said.contains(word)))
        .map(|(_, sentence, hint)| Error::new(Kind::Unreachable, *sentence).hint(*hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_messages_have_their_own_sentences() {
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
            ("ssl_connect: error:0a000086:ssl routines::certificate verify failed", "not of the given CA"),
            ("ssl_connect: error:0a000126:ssl routines::unexpected eof while reading", "does not speak TLS"),
            ("ssl_connect: unexpected ssl_error_zero_return; ssl:127.0.0.1:4", "does not speak TLS"),
            (DROPPED, "does not accept this client's certificate"),
        ] {
            let error = failure(said).unwrap();
            assert!(error.message.contains(sentence), "{said}: {}", error.message);
        }
        assert!(failure("unix:/x: database connection failed (broken pipe)").is_none());
    }
}
