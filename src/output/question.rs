//! A question that a person answers on the terminal with a line.
//!
//! dialoguer's own prompts wait for ever at the end of input, so only its terminal is used.

use dialoguer::console::{Key, Term};
use nix::sys::termios;

use super::page::Line;

/// Whether the person answers yes. End of input, Esc and Ctrl-C mean no, as does every other answer.
pub fn ask(question: &str) -> bool {
    let terminal = Term::stderr();
    if terminal.write_str(Line::from(question).as_str()).is_err() {
        return false;
    }
    // What was typed before the question is not an answer to it.
    let _ = termios::tcflush(std::io::stdin(), termios::FlushArg::TCIFLUSH);
    let answer = read_line(&terminal);
    // The answer is known, even if the line end cannot be shown.
    let _ = terminal.write_line("");
    answer.is_some_and(|answer| matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A line as a person types it; `None` without Enter.
fn read_line(terminal: &Term) -> Option<String> {
    let mut line = String::new();
    loop {
        match terminal.read_key_raw().ok()? {
            Key::Enter => return Some(line),
            Key::Backspace if line.pop().is_some() => terminal.clear_chars(1).ok()?,
            // One column each, so that each can be taken back.
            Key::Char(c @ ' '..='~') => {
                line.push(c);
                terminal.write_str(c.encode_utf8(&mut [0; 4])).ok()?;
            }
            // 4 is the end of input (termios(3), VEOF).
            Key::Char('\u{4}') | Key::Escape | Key::CtrlC => return None,
            _ => {}
        }
    }
}
