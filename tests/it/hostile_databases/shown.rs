//! What a person may be shown.

/// Whether a terminal obeys a character, or a person does not see it.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e007f}')
        || c >= '\u{f0000}'
}

/// A text without the styles of qdns: bold, seven colours, and the end of both.
pub fn without_styles(text: &str) -> String {
    let styles = ["0", "1", "31", "32", "33", "34", "35", "36", "37"].map(|style| format!("\u{1b}[{style}m"));
    styles.iter().fold(text.to_owned(), |text, style| text.replace(style, ""))
}

#[track_caller]
pub fn harmless(what: &str, text: &str, allowed: &[char]) {
    let bad = text.chars().find(|c| is_hostile(*c) && !allowed.contains(c));
    assert!(bad.is_none(), "{what}: {bad:?} in {text:?}");
}
