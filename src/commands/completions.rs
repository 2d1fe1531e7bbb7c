//! `qdns completions`: the script that a shell sources.

use clap::Args;
use clap_complete::Shell;

use crate::error::Result;
use crate::output::{Answer, Reply};

/// Print the completion script of a shell.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  qdns completions bash > /etc/bash_completion.d/qdns
  qdns completions zsh  > /usr/local/share/zsh/site-functions/_qdns
  qdns completions fish > ~/.config/fish/completions/qdns.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    pub(super) fn run(&self) -> Result<Reply> {
        Ok(Reply::from(Answer::Text(script(self.shell))))
    }
}

/// The completion script of a shell.
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::cli::definition(), "qdns", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
