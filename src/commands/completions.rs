//! `qdns completions`: prints the completion script of a shell.

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

/// The environment variable in which a shell names itself when it asks for completions.
pub const VARIABLE: &str = "QDNS_COMPLETE";

/// The line that registers the completing function where zsh sources the script.
const ZSH_REGISTRATION: &str = "compdef _clap_dynamic_completer_qdns qdns";
/// The same where zsh may also load the script as the function `_qdns`.
const ZSH_REGISTRATION_OR_CALL: &str = r#"if [ "$funcstack[1]" = "_qdns" ]; then
    _clap_dynamic_completer_qdns "$@"
else
    compdef _clap_dynamic_completer_qdns qdns
fi"#;

/// The only candidate where an argument is a file: the shell then completes it, and quotes what it inserts. No other
/// candidate has `<` in it.
pub const FILES: &str = "<files>";
/// With this variable, the only candidate is [`FILES`].
pub const ONLY_FILES: &str = "_QDNS_ONLY_FILES";

/// The line where the script for zsh looks at the candidates, and what comes before it.
const ZSH_CANDIDATES: &str = "    if [[ -n $completions ]]; then\n";
const ZSH_FILES: &str = r#"    if [[ "$completions" == '<files>' ]]; then
        [[ $PREFIX == --*=* ]] && compset -P 1 '*='
        _files
        return
    fi

"#;

/// The script for bash. That of clap takes the parts of `--from=PORT` or `--db unix:SOCKET` for words.
const BASH: &str = include_str!("completions.bash");
/// The script for fish. That of clap has no way to let fish complete files.
const FISH: &str = include_str!("completions.fish");

/// The completion script of a shell. It runs qdns, which reads names from the database.
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(&shell.to_string()) {
        // Writing to memory does not fail.
        let _ = completer.write_registration(VARIABLE, "qdns", "qdns", "qdns", &mut script);
    }
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => BASH.to_owned(),
        // zsh calls the file of a function in `fpath` to load it, and that call must complete too.
        Shell::Zsh => script
            .replace(ZSH_REGISTRATION, ZSH_REGISTRATION_OR_CALL)
            .replace(ZSH_CANDIDATES, &[ZSH_FILES, ZSH_CANDIDATES].concat()),
        Shell::Fish => FISH.to_owned(),
        _ => script,
    }
}
