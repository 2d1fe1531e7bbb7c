//! A question that a person answers on the terminal.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dialoguer::Confirm;
use dialoguer::console::Term;
use signal_hook::consts::SIGINT;

use super::page::Line;

/// Whether the person answers `y` and Enter. End of input, Esc and Ctrl-C mean no.
pub fn ask(question: &str) -> bool {
    // At Ctrl-C dialoguer raises SIGINT, which without a handler would end the process while the cursor is hidden.
    let handler = signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)));
    let answer = Confirm::new()
        .with_prompt(Line::from(question).as_str())
        .default(false)
        .wait_for_newline(true)
        .interact_opt();
    let _ = Term::stderr().show_cursor();
    if let Ok(handler) = handler {
        signal_hook::low_level::unregister(handler);
    }
    matches!(answer, Ok(Some(true)))
}
