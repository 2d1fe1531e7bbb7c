//! Quotes keys and values for ovn-nbctl(8), so that its parser returns them unchanged.
//!
//! `add`, `remove` and `find` split both key and value into tokens (ovs-vsctl(8), "Database Values"). A JSON string
//! (RFC 8259) is always one token.

pub fn string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The form of `add` and `remove`.
pub fn pair(key: &str, value: &str) -> String {
    [&string(key), "=", &string(value)].concat()
}

/// The longest argument, in bytes. Linux allows 128 KiB (execve(2)).
const ARGUMENT_MAX: usize = 100 * 1024;

/// Joins pairs with commas into as few arguments as possible: `add` and `remove` process the whole column once for each
/// argument.
pub fn packed(pairs: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut arguments: Vec<String> = Vec::new();
    for pair in pairs {
        match arguments.last_mut() {
            Some(argument) if argument.len() + pair.len() < ARGUMENT_MAX => {
                argument.push(',');
                argument.push_str(&pair);
            }
            _ => arguments.push(pair),
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_one_json_string() {
        assert_eq!(pair("a", "10.0.0.1 fd00::1"), r#""a"="10.0.0.1 fd00::1""#);
        assert_eq!(string("a\"b\n"), r#""a\"b\n""#);
        assert_eq!(string("--"), r#""--""#);
    }

    #[test]
    fn pairs_share_an_argument_while_it_is_short_enough() {
        let pairs: Vec<String> = (0..10_000).map(|n| pair(&format!("host-{n}"), "10.0.0.1")).collect();
        let arguments = packed(pairs.clone());
        assert_eq!(arguments.join(","), pairs.join(","));
        assert_eq!(arguments.len(), 3);
        assert!(arguments.iter().all(|argument| argument.len() <= ARGUMENT_MAX));
    }
}
