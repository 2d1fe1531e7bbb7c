//! Words for people: the nearest name to a mistyped one, the first of many, and words as a shell reads
//! them.

/// The candidate most like a mistyped name, if one is like it at all.
pub fn closest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// A word as it would be typed in a shell; control characters as escapes within `$'…'` (POSIX.1-2024, XCU
/// 2.2.4), for a terminal would act on them.
pub fn shell_word(word: &str) -> String {
    if !word.contains(char::is_control) {
        return shlex::try_quote(word).map_or_else(|_| format!("{word:?}"), |quoted| quoted.into_owned());
    }
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                quoted.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\{byte:03o}")));
            }
            c => quoted.push(c),
        }
    }
    quoted + "'"
}

/// The first names of a long list.
pub fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len() > SHOWN {
        true => format!("{shown} and {} more", names.len() - SHOWN),
        false => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_the_word() {
        for word in ["web", "", "a b", "it's", "\u{1b}[31mit's\\n\n7", "\u{9b}1é", "$(x)\t"] {
            let line = format!("printf %s {}", shell_word(word));
            let output = std::process::Command::new("bash").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), word, "{line}");
            assert!(!line.contains(char::is_control), "{line:?}");
        }
    }
}
