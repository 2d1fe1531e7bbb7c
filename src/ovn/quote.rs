//! Values as ovn-nbctl's own parser reads them back unchanged.
//!
//! In `add`, `remove` and `find` both key and value are tokenised (ovs-vsctl(8), "Database
//! Values"), so each is written as a JSON string (RFC 8259), whatever it contains.

/// A text as a JSON string.
pub fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A key and its value, as `add` and `remove` take them.
pub fn pair(key: &str, value: &str) -> String {
    format!("{}={}", string(key), string(value))
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
}
