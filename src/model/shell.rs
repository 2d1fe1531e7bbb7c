//! Words as a shell reads them, for commands that a person pastes.

/// A word as it is typed in a shell. Control characters become escapes within `$'…'` (POSIX.1-2024, XCU 2.2.4),
/// because a terminal would act on them.
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
