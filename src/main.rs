//! The program: become a program of OVN, answer a shell's completion request, or parse the command line and run the
//! command.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::exit)]

use std::process::ExitCode;

use qdns::cli;

fn main() -> ExitCode {
    ExitCode::from(run())
}

fn run() -> u8 {
    if let Some(code) = cli::became_another_program() {
        return code;
    }
    if cli::complete::answered() {
        return 0;
    }
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(usage) => return usage.print(),
    };
    let printer = cli.printer();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            printer.fail(&error);
            error.kind.exit_code()
        }
    }
}
