//! The short help, `-h` and a command without its subcommand: it fits a terminal of 80 columns and 24 lines. `--help` and
//! the manual have everything.

use std::ffi::OsString;

use clap::Command;

/// The options of every command that are used most.
const GLOBAL: &str = "-o json|plain, -n (dry run), -y, -q, -v, --db; all: --help";

/// Whether a command line asks for the help that has everything.
pub(super) fn is_long(words: &[OsString]) -> bool {
    words.iter().any(|word| word == "--help" || word == "help")
}

/// The same command line with the short help.
pub(super) fn short(root: Command) -> Command {
    let hidden = |arg: clap::Arg| {
        let is_global = arg.is_global_set();
        arg.hide_short_help(is_global)
    };
    shortened(root.mut_args(hidden))
}

fn shortened(command: Command) -> Command {
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    if !command.has_subcommands() {
        return command.after_help(format!("Global options: {GLOBAL}\n\n{examples}"));
    }
    let header = *command.get_styles().get_header();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{header}Options:{header:#} {GLOBAL}\n\n\
         {header}Commands:{header:#}\n{{subcommands}}{{after-help}}"
    );
    command.help_template(template).mut_subcommands(shortened)
}
