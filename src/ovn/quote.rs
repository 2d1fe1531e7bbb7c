//! Values as ovn-nbctl's own parser reads them back unchanged.
//!
//! In `add`, `remove` and `find` both key and value are tokenised (ovs-vsctl(8), "Database
//! Values"), so each is written as a JSON string (RFC 8259), whatever it contains.

/// A text as a JSON string.
pub fn string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A key and its value, as `add` and `remove` take them.
pub fn pair(key: &str, value: &str) -> String {
    [&string(key), "=", &string(value)].concat()
}

/// The longest argument, in bytes; Linux takes 128 KiB (execve(2)).
const ARGUMENT_MAX: usize = 100 * 1024;

/// Pairs with commas between them, in as few arguments as can be: `add` and `remove` work through
/// the whole column once for each argument.
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
    fn everything_is_one_json_string() {
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
