//! The A-label of a label with letters of other scripts, as resolvers ask for it (RFC 5890, section 2.3.2.1).

/// The A-label of a label of letters, digits and hyphens in lower case; `None` for other text, and for ASCII.
pub fn of(label: &str) -> Option<String> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '-';
    let fits = label.chars().count() <= 63 && label.chars().all(is_letter) && !label.is_ascii();
    fits.then(|| punycode::encode(label).ok()).flatten().map(|encoded| format!("xn--{encoded}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_encoded_as_the_rfc_has_them() {
        for (label, ascii) in [
            ("bücher", Some("xn--bcher-kva")),
            ("münchen", Some("xn--mnchen-3ya")),
            ("почемужеонинеговорятпорусски", Some("xn--b1abfaaepdrnnbgefbadotcwatmq2g4l")),
            ("3年b組金八先生", Some("xn--3b-ww4c5e180e575a65lsy2b")),
            ("web", None),
            ("b ücher", None),
            ("b\u{202e}ücher", None),
        ] {
            assert_eq!(of(label).as_deref(), ascii, "{label}");
        }
    }
}
