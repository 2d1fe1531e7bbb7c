//! What a check found: data only, and the commands that mend it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::words::shell_word;
use crate::ovn::quote;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Some guests will have trouble.
    Warning,
    /// Something does not work.
    Error,
}

impl Severity {
    /// The name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The switch's name, where it is about one.
    pub switch: Option<String>,
    /// The thing itself: a key, a host, a port, a row.
    pub subject: String,
    /// One sentence: what is, and what follows from it.
    pub message: String,
    /// What was seen.
    pub evidence: BTreeMap<&'static str, Value>,
    /// What mends it, in order.
    pub fix: Vec<Command>,
}

impl Finding {
    /// A finding about a thing.
    pub fn new(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Finding {
            switch: None,
            subject: subject.into(),
            message: message.into(),
            evidence: BTreeMap::new(),
            fix: Vec::new(),
        }
    }

    /// The same finding, about a switch.
    #[must_use]
    pub fn on(mut self, switch: &str) -> Self {
        self.switch = Some(switch.to_owned());
        self
    }

    /// The same finding with something that was seen.
    #[must_use]
    pub fn seen(mut self, what: &'static str, value: impl serde::Serialize) -> Self {
        self.evidence.insert(what, serde_json::json!(value));
        self
    }

    /// The same finding with a command that mends it.
    #[must_use]
    pub fn fix(mut self, command: impl Into<Option<Command>>) -> Self {
        self.fix.extend(command.into());
        self
    }
}

/// A command to paste into a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    program: &'static str,
    args: Vec<String>,
}

impl Command {
    /// A command of any program.
    pub fn new<S: Into<String>>(program: &'static str, args: impl IntoIterator<Item = S>) -> Self {
        Command { program, args: args.into_iter().map(Into::into).collect() }
    }

    /// A command of qdns.
    pub fn qdns<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Self {
        Self::new("qdns", args)
    }

    /// A command of ovn-nbctl.
    pub fn nbctl<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Self {
        Self::new("ovn-nbctl", args)
    }

    /// Changes one key of a column from one value to another, or removes it.
    pub fn entry(
        table: &str,
        row: &str,
        column: &str,
        key: &str,
        from: &str,
        to: Option<(&str, &str)>,
    ) -> Self {
        let mut args = ["remove", table, row, column].map(str::to_owned).to_vec();
        args.push(quote::pair(key, from));
        if let Some((key, value)) = to {
            args.extend(["--", "add", table, row, column].map(str::to_owned));
            args.push(quote::pair(key, value));
        }
        Self::nbctl(args)
    }

    /// The line to paste; `connection` are the options that say which database was looked at.
    pub fn line(&self, connection: &[String]) -> String {
        let connection = match self.program {
            "qdns" | "ovn-nbctl" => connection,
            _ => &[],
        };
        let words = connection.iter().chain(&self.args).map(|word| shell_word(word));
        std::iter::once(self.program.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_quoted_and_names_the_database_that_was_named() {
        let command = Command::entry("DNS", "u", "records", "Web", "1 2", Some(("web", "1 2")));
        assert_eq!(
            command.line(&["--db=unix:/x".into()]),
            r#"ovn-nbctl '--db=unix:/x' remove DNS u records '"Web"="1 2"' -- add DNS u records '"web"="1 2"'"#
        );
        assert_eq!(Command::new("systemctl", ["start", "x"]).line(&["--db=y".into()]), "systemctl start x");
    }
}
