//! The program: parse what was typed, run it, print the answer, end with its exit code.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::exit)]

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use qdns::cli::Cli;
use qdns::error::{Error, Kind};
use qdns::model::words::shell_word;
use qdns::output::{self, Format, Printer};

fn main() -> ExitCode {
    if qdns::cli::complete::answered() {
        return ExitCode::SUCCESS;
    }
    let typed: Vec<String> = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &typed),
    };
    let printer = cli.global.printer();
    output::set_color(cli.global.color);
    let words: Vec<String> = typed.iter().skip(1).map(|arg| shell_word(arg)).collect();
    let result = cli.run(format!("qdns {}", words.join(" "))).and_then(|reply| {
        let written = printer
            .print(reply.answer.as_ref())
            .map_err(|error| Error::new(Kind::Io, "standard output cannot be written").cause(error));
        let exit_code = reply.exit_code;
        // The process is over: the system takes back at once what would be freed host by host.
        std::mem::forget(reply);
        written.map(|()| exit_code)
    });
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            printer.fail(&error);
            ExitCode::from(error.kind.exit_code())
        }
    }
}

/// A command line that cannot be understood, or that asks for help.
fn usage(error: &clap::Error, typed: &[String]) -> ExitCode {
    let is_json =
        typed.windows(2).any(|pair| matches!(pair[0].as_str(), "-o" | "--output") && pair[1] == "json")
            || typed.iter().any(|arg| matches!(arg.as_str(), "-ojson" | "-o=json" | "--output=json"));
    let asks_for_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if is_json && !asks_for_help {
        let text = error.to_string();
        let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
        Printer { format: Format::Json, quiet: false }.fail(&Error::invalid(message));
    } else {
        // A closed stream leaves nobody to tell.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
