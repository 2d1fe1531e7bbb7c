//! Which characters are shown as they are. Names, values and files may hold characters that a terminal obeys, that
//! end a line, or that no one sees.

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Whether a character is shown as it is: not one of the general categories Cc, Cf, Zl, Zp, Cs, Co, Cn
/// (Unicode Standard, 4.5). Among these are bidirectional overrides and zero-width characters.
pub fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\0'..='\u{9f}' => false,
        _ => !matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::Surrogate
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
        ),
    }
}

/// A text in one line of printable characters: the others become `\n`, `\r`, `\t` or `\u{…}`.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_printable(c) {
            line.push(c);
        } else {
            line.extend(c.escape_default());
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printable_is_written_out() {
        assert!(matches!(escaped("web é 数 \\ '"), Cow::Borrowed(_)));
        assert_eq!(escaped("a\u{1b}[31m\r\n\tb"), "a\\u{1b}[31m\\r\\n\\tb");
        for c in "\u{7f}\u{80}\u{9b}\u{ad}\u{200b}\u{200d}\u{202e}\u{2028}\u{2029}\u{2066}\u{e000}\u{feff}\u{e0041}".chars()
        {
            assert_eq!(escaped(&c.to_string()), format!("\\u{{{:x}}}", u32::from(c)));
        }
    }
}
