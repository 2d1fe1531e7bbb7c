//! Words as a shell reads them, for commands that a person pastes. bash, dash and zsh read each word back unchanged,
//! and a line holds printable characters only.

use std::fmt;

use super::printable::is_printable;

/// A word as it is typed in a shell.
pub fn shell_word(word: &str) -> String {
    if word.chars().all(is_printable) {
        return shlex::try_quote(word).map_or_else(|_| format!("{word:?}"), |quoted| quoted.into_owned());
    }
    let text = word.trim_end_matches('\n');
    let quoted = match octal(text, |c| c.is_ascii_alphanumeric() || " ./:=_,".contains(c)) {
        octal if octal.is_empty() => octal,
        octal => format!("$(printf '{octal}')"),
    };
    let line_ends = match word.len() - text.len() {
        0 => String::new(),
        count => [SET_LINE_END, &LINE_END.repeat(count)].concat(),
    };
    format!("\"{quoted}{line_ends}\"")
}

/// Sets a variable to a line end and a full stop, and expands to nothing: the pattern that it is a part of matches the
/// whole process ID. A command substitution would lose a line end at its end, and dash has no `$'…'`.
const SET_LINE_END: &str = r#"${$%%[1-9"${qdns_eol:=$(printf '\012.')}"]*}"#;
/// Expands to the line end of [`SET_LINE_END`].
const LINE_END: &str = "${qdns_eol%.}";

/// A text with all bytes of the other characters in octal, as printf(1) reads them.
fn octal(text: &str, is_plain: impl Fn(char) -> bool) -> String {
    let mut octal = String::new();
    for c in text.chars() {
        if is_plain(c) || (!c.is_ascii() && is_printable(c)) {
            octal.push(c);
        } else {
            octal.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\{byte:03o}")));
        }
    }
    octal
}

/// A command of qdns as a person pastes it, made from its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    verb: Vec<String>,
    values: Vec<String>,
    options: Vec<String>,
}

impl CommandLine {
    /// `verb` are the words that name the command.
    pub fn qdns<const N: usize>(verb: [&str; N]) -> Self {
        CommandLine { verb: verb.map(str::to_owned).into(), ..CommandLine::default() }
    }

    /// The command with one more positional argument.
    #[must_use]
    pub fn value(mut self, value: impl fmt::Display) -> Self {
        self.values.push(value.to_string());
        self
    }

    /// The command with one more option, or a word that an option takes.
    #[must_use]
    pub fn option(mut self, option: impl fmt::Display) -> Self {
        self.options.push(option.to_string());
        self
    }

    /// The words after the program. `--` precedes the values where one of them would be read as an option.
    pub fn args(&self) -> Vec<String> {
        let CommandLine { verb, values, options } = self;
        if values.iter().any(|value| value.starts_with('-')) {
            [verb, options, &vec!["--".to_owned()], values].into_iter().flatten().cloned().collect()
        } else {
            [verb, values, options].into_iter().flatten().cloned().collect()
        }
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qdns {}", joined(&self.args()))
    }
}

/// Words as a line.
pub fn joined(words: &[String]) -> String {
    words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_by(shell: &str, word: &str) -> String {
        let line = format!("printf %s {}", shell_word(word));
        assert!(line.chars().all(is_printable), "{line:?}");
        let mut command = std::process::Command::new(shell);
        let output = command.env("LC_ALL", "C.UTF-8").args(["-c", &line]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[test]
    fn three_shells_read_back_the_word() {
        let all: String = (1..=0x2ff)
            .chain(0x2000..=0x2070)
            .filter_map(char::from_u32)
            .chain("\u{e0041}\u{feff}.".chars())
            .collect();
        for word in [
            "web",
            "",
            "a b",
            "it's",
            "\u{1b}[31mit's\\n\n7",
            "\u{9b}1é",
            "$(x)\t\t",
            "-e\r",
            "%s\u{202e}!",
            "~",
            "=ls",
            "a'\n\n",
            "-n\n",
            "\n",
            "%\\\n a\t\n",
            &all,
        ] {
            for shell in ["bash", "dash", "zsh"] {
                assert_eq!(read_by(shell, word), word, "{shell}: {}", shell_word(word));
            }
        }
    }

    #[test]
    fn a_value_that_looks_like_an_option_stays_a_value() {
        let add =
            |switch: &str| CommandLine::qdns(["record", "add"]).value(switch).value("web").option("--static");
        assert_eq!(add("net 1").to_string(), "qdns record add 'net 1' web --static");
        assert_eq!(add("--all").to_string(), "qdns record add --static -- --all web");
    }
}
