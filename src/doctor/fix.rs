//! What repairs a finding, as a value: the line to paste and what `--fix` does are both made from it.

use std::net::IpAddr;

use uuid::Uuid;

use crate::error::Result;
use crate::model::host::Names;
use crate::model::name::HostArg;
use crate::model::shell::CommandLine;
use crate::model::snapshot::Map;
use crate::model::topology::Network;
use crate::plan::change::{Change, Column, Entry};
use crate::plan::draft::Draft;
use crate::plan::hosts::Wanted;

/// What repairs a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Changes of rows, in one transaction.
    Change(Vec<Change>),
    /// What one host must be.
    Host(HostFix),
    /// A command that only a person runs.
    Shell(Command),
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub program: &'static str,
    pub args: Vec<String>,
}

impl Command {
    pub fn qdns(line: &CommandLine) -> Self {
        Command { program: "qdns", args: line.args() }
    }
}

impl Fix {
    /// A command of any program.
    pub fn shell<S: Into<String>>(program: &'static str, args: impl IntoIterator<Item = S>) -> Self {
        Fix::Shell(Command { program, args: args.into_iter().map(Into::into).collect() })
    }

    /// A command of qdns.
    pub fn qdns(line: &CommandLine) -> Self {
        Fix::Shell(Command::qdns(line))
    }

    /// A command of ovn-nbctl.
    pub fn nbctl<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Self {
        Self::shell("ovn-nbctl", args)
    }

    /// Gives one key of a row another value, or removes it.
    pub fn set(column: Column, row: Uuid, map: &Map, key: &str, to: Option<&str>) -> Self {
        Fix::Change(vec![entry(column, row, map, key, to)])
    }
}

/// The change of one key of a row, from what it is.
pub fn entry(column: Column, row: Uuid, map: &Map, key: &str, to: Option<&str>) -> Change {
    let from = map.get(key).cloned();
    Change::Entry(Entry { column, row, key: key.to_owned(), from, to: to.map(str::to_owned) })
}

/// What one host of a switch must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFix {
    pub switch: Uuid,
    /// The switch as a command takes it.
    pub switch_name: String,
    pub host: String,
    pub state: HostState,
}

/// What a host must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostState {
    /// It has these addresses and no others, its names and its reverse names.
    Present {
        addresses: Vec<IpAddr>,
        /// Whether it may have other addresses now.
        replace: bool,
        /// Whether it becomes exempt from clean-up; a host that is so stays so.
        is_static: bool,
        /// The names that it has.
        names: Names,
        /// Whether it gets a reverse name for each address that has none; those that it has stay.
        reverse: bool,
    },
    /// It does not exist.
    Absent,
}

impl HostFix {
    /// A host that must have these addresses and names.
    pub fn present(network: &Network, name: &str, addresses: Vec<IpAddr>, names: Names) -> Self {
        let state = HostState::Present { addresses, replace: false, is_static: false, names, reverse: true };
        HostFix { state, ..Self::absent(network, name) }
    }

    /// A host that must not be there.
    pub fn absent(network: &Network, name: &str) -> Self {
        HostFix {
            switch: network.switch.uuid,
            switch_name: network.name().to_owned(),
            host: name.to_owned(),
            state: HostState::Absent,
        }
    }

    /// The same fix for a host that may have other addresses now.
    #[must_use]
    pub fn replacing(mut self, is_replaced: bool) -> Self {
        if let HostState::Present { replace, .. } = &mut self.state {
            *replace = is_replaced;
        }
        self
    }

    /// The same fix without new reverse names.
    #[must_use]
    pub fn without_reverse_names(mut self) -> Self {
        if let HostState::Present { reverse, .. } = &mut self.state {
            *reverse = false;
        }
        self
    }

    /// The same fix, after which clean-up leaves the host alone.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        if let HostState::Present { is_static, .. } = &mut self.state {
            *is_static = true;
        }
        self
    }

    /// Makes the host what it must be.
    ///
    /// # Errors
    /// As [`Draft::add`] and [`Draft::remove`].
    pub fn apply(&self, draft: &mut Draft) -> Result<()> {
        match &self.state {
            HostState::Absent => draft.remove(&self.host),
            HostState::Present { addresses, replace, is_static, names, reverse } => draft.add(&Wanted {
                is_static: *is_static,
                names: *names,
                replace: *replace,
                reverse: if *reverse { None } else { Some(Vec::new()) },
                ..Wanted::new(HostArg::parse(&self.host)?, addresses.clone())
            }),
        }
    }
}
