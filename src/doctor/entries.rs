//! One key of a DNS row and its value: which keys guests ask for, and which values OVN reads.

use crate::model::{address, scan};

/// The key as a guest asks for it.
pub fn asked_for(key: &str) -> String {
    key.strip_suffix('.').unwrap_or(key).to_lowercase()
}

/// Why OVN cannot serve a value, if it cannot.
pub fn flaw(key: &str, value: &str) -> Option<String> {
    if address::is_reverse_name(key) {
        return match value {
            _ if value.trim().is_empty() => Some("it is empty".to_owned()),
            _ if value.trim().contains([' ', ',']) => {
                Some("a reverse name leads to one name only".to_owned())
            }
            _ if value.ends_with('.') => Some("the trailing dot makes a malformed answer".to_owned()),
            _ => None,
        };
    }
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    match words.peek() {
        None => Some("it has no address".to_owned()),
        Some(_) => {
            words.find(|word| scan::word(word).is_none()).map(|word| format!("{word:?} is no address"))
        }
    }
}

/// The value in the form that OVN reads, if anything is left of it.
pub fn readable(key: &str, value: &str) -> Option<String> {
    if address::is_reverse_name(key) {
        let name = value.split([' ', ',']).find(|word| !word.is_empty())?;
        return Some(name.trim_end_matches('.').to_owned()).filter(|name| !name.is_empty());
    }
    let addresses = address::from_value(value);
    (!addresses.is_empty()).then(|| address::to_value(&addresses))
}
