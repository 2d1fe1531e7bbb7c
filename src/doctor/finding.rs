//! What a check found: data only, and the fixes that repair it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fix::{Fix, HostFix};
use crate::model::marks::Owner;

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
    /// The program that owns the row, where that is another than qdns.
    pub owner: Option<Owner>,
    /// The thing itself: a key, a host, a port, a row.
    pub subject: String,
    /// One sentence: what is, and what follows from it.
    pub message: String,
    pub evidence: BTreeMap<&'static str, Value>,
    /// What repairs it, in order.
    pub fixes: Vec<Fix>,
    /// Whether `--fix` applies the fixes: only to rows of ours or to options that OVN cannot read, and only
    /// where nothing that answers goes away.
    pub is_automatic: bool,
}

impl Finding {
    pub fn new(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Finding {
            switch: None,
            owner: None,
            subject: subject.into(),
            message: message.into(),
            evidence: BTreeMap::new(),
            fixes: Vec::new(),
            is_automatic: false,
        }
    }

    /// The same finding, about a switch.
    #[must_use]
    pub fn on(mut self, switch: &str) -> Self {
        self.switch = Some(switch.to_owned());
        self
    }

    /// Whether it is about a switch, perhaps about others too.
    pub fn is_about(&self, switch: &str) -> bool {
        let others = self.evidence.get("switches").and_then(Value::as_array);
        let mut others = others.into_iter().flatten().filter_map(Value::as_str);
        self.switch.as_deref() == Some(switch) || self.switch.is_some() && others.any(|other| other == switch)
    }

    /// The same finding, about a row of this owner.
    #[must_use]
    pub fn owned_by(mut self, owner: Owner) -> Self {
        self.owner = Some(owner).filter(|owner| owner.is_foreign());
        self
    }

    /// The same finding with something that was seen.
    #[must_use]
    pub fn seen(mut self, what: &'static str, value: impl serde::Serialize) -> Self {
        self.evidence.insert(what, serde_json::json!(value));
        self
    }

    /// The same finding with what a person does about it, where no command does it everywhere.
    #[must_use]
    pub fn hint(self, text: &str) -> Self {
        self.seen("hint", text)
    }

    /// The same finding with one more fix, if there is one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fixes.extend(fix.into());
        self
    }

    /// The same finding with more fixes.
    #[must_use]
    pub fn all_fixes(self, fixes: impl IntoIterator<Item = Fix>) -> Self {
        fixes.into_iter().fold(self, Finding::fix)
    }

    /// The same finding with what a host must be, if that is known.
    #[must_use]
    pub fn host_fix(self, fix: impl Into<Option<HostFix>>) -> Self {
        self.fix(fix.into().map(Fix::Host))
    }

    /// The same finding without fixes.
    #[must_use]
    pub fn without_fixes(self) -> Self {
        Finding { fixes: Vec::new(), is_automatic: false, ..self }
    }

    /// The same finding; `--fix` repairs it, if there is a fix.
    #[must_use]
    pub fn automatic_if(mut self, is_automatic: bool) -> Self {
        self.is_automatic = is_automatic && !self.fixes.is_empty();
        self
    }
}
