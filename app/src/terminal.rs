//! What reaches a terminal: text and colours. Names, messages and logs come from outside, and whatever else controls a terminal
//! (its title, its clipboard, its cursor, what it types) is shown, not obeyed.

use std::borrow::Cow;

const ESCAPE: char = '\u{1b}';
/// A sequence of ours is short.
const LONGEST: usize = 32;

/// The text with its colours, and with a mark in place of every other control character.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(controls) {
        return text.into();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if c == ESCAPE { colour(rest) } else { None }.unwrap_or(c.len_utf8());
        let (head, tail) = rest.split_at(length);
        match length == c.len_utf8() && controls(c) {
            true => kept.push(char::REPLACEMENT_CHARACTER),
            false => kept.push_str(head),
        }
        rest = tail;
    }
    kept.into()
}

fn controls(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// The length of the sequence that chooses colours and weights, if one begins the text: `ESC [ 1;31 m`.
/// Source: ECMA-48, Select Graphic Rendition.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.bytes().take(LONGEST).position(|b| !b.is_ascii_digit() && b != b';')?;
    (parameters.as_bytes()[end] == b'm').then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_pass_and_all_else_is_marked() {
        for (given, shown) in [
            ("plain\ttext\nof two lines", "plain\ttext\nof two lines"),
            ("\u{1b}[1;31merror\u{1b}[0m: x", "\u{1b}[1;31merror\u{1b}[0m: x"),
            ("\u{1b}[m", "\u{1b}[m"),
            // The title, the clipboard, a link; ended in both ways.
            ("\u{1b}]0;title\u{7}", "\u{fffd}]0;title\u{fffd}"),
            ("\u{1b}]52;c;aGk=\u{1b}\\", "\u{fffd}]52;c;aGk=\u{fffd}\\"),
            // The cursor, the screen, what the terminal would type back; the same with a control of one character.
            ("\u{1b}[2J\u{1b}[1;1H\u{1b}[6n", "\u{fffd}[2J\u{fffd}[1;1H\u{fffd}[6n"),
            ("\u{9b}2J\u{9d}0;t\u{9c}", "\u{fffd}2J\u{fffd}0;t\u{fffd}"),
            ("\u{1b}[?1049h\u{1b}[>4;1m\u{1b}[38:5:1m", "\u{fffd}[?1049h\u{fffd}[>4;1m\u{fffd}[38:5:1m"),
            ("over\rwritten\u{8}\u{7f}\0", "over\u{fffd}written\u{fffd}\u{fffd}\u{fffd}"),
            ("\u{1b}", "\u{fffd}"),
            ("\u{1b}[31", "\u{fffd}[31"),
            ("\u{1b}\u{1b}[31mé", "\u{fffd}\u{1b}[31mé"),
        ] {
            assert_eq!(harmless(given), shown, "{given:?}");
        }
        let long = format!("\u{1b}[{}m", "1;".repeat(LONGEST));
        assert!(!harmless(&long).contains(ESCAPE));
    }
}
