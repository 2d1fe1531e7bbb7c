//! The options of commands that also read the southbound database.

use std::ffi::OsString;

use clap::Args;

use super::Context;
use crate::error::{Error, Kind, Result};
use crate::ovn::program::Program;
use crate::ovn::sbctl::Sbctl;

/// The southbound database, and the programs that read it.
#[derive(Args, Clone, Debug)]
pub struct SouthboundArgs {
    /// The southbound database (OVN_SB_DB)
    #[arg(long, value_name = "REMOTE")]
    sb_db: Option<String>,
    /// The ovn-sbctl to run; if omitted, the one next to ovn-nbctl
    #[arg(long, value_name = "CMD", env = "QDNS_OVN_SBCTL")]
    ovn_sbctl: Option<OsString>,
    /// The ovn-trace to run; if omitted, the one next to ovn-sbctl
    #[arg(long, value_name = "CMD", env = "QDNS_OVN_TRACE")]
    ovn_trace: Option<OsString>,
}

impl SouthboundArgs {
    /// The southbound database that belongs to the northbound one.
    ///
    /// # Errors
    /// Unreachable where an option or a variable names the northbound database, but none names the southbound one.
    pub(super) fn sbctl(&self, context: &Context) -> Result<Sbctl> {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_elsewhere = context.settings.db.is_some();
        let is_in_environment = is_set("OVN_SB_DB") || is_set("OVN_SB_DAEMON");
        let of_file = context.settings.sb_db.as_ref().filter(|_| !is_in_environment);
        let db = self.sb_db.clone().or_else(|| of_file.map(|db| db.value.clone()));
        if is_elsewhere && db.is_none() && !is_in_environment {
            return Err(Error::new(
                Kind::Unreachable,
                "the southbound database is unknown: only the northbound one is named",
            )
            .hint("name it with --sb-db or OVN_SB_DB"));
        }
        let program = |text: &Option<OsString>| text.as_deref().map(Program::parse).transpose();
        let sb = Sbctl::next_to(&context.nb, program(&self.ovn_sbctl)?, db)?;
        Ok(Sbctl { trace: program(&self.ovn_trace)?, ..sb })
    }
}
