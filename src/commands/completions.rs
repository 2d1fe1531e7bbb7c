//! `qdns completions`: the script that a shell sources.

use clap::Args;
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::error::Result;
use crate::output::Reply;
use crate::output::text::Text;

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
    pub(crate) fn run(&self) -> Result<Reply> {
        Ok(Reply::from(Text(script(self.shell))))
    }
}

/// The environment variable that names the shell which asks for completions.
pub const VARIABLE: &str = "QDNS_COMPLETE";

/// How zsh is told which function completes, where the script is sourced.
const ZSH_REGISTRATION: &str = "compdef _clap_dynamic_completer_qdns qdns";
/// The same, where the script may also be loaded as the function itself.
const ZSH_REGISTRATION_OR_CALL: &str = r#"if [ "$funcstack[1]" = "_qdns" ]; then
    _clap_dynamic_completer_qdns "$@"
else
    compdef _clap_dynamic_completer_qdns qdns
fi"#;

/// bash's script: clap's own takes the parts of `--from=PORT` or `--db unix:SOCKET` for words.
const BASH: &str = include_str!("completions.bash");

/// The completion script of a shell: it asks qdns itself, which knows the database.
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(&shell.to_string()) {
        // Writing to memory does not fail.
        let _ = completer.write_registration(VARIABLE, "qdns", "qdns", "qdns", &mut script);
    }
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => BASH.to_owned(),
        // zsh loads the file of a function in `fpath` by calling it, and then nothing was completed yet.
        Shell::Zsh => script.replace(ZSH_REGISTRATION, ZSH_REGISTRATION_OR_CALL),
        _ => script,
    }
}
