//! Names and files come from outside: what controls a terminal, or turns the order of a line around, is shown as a mark.

use std::borrow::Cow;

/// The text in one line, without anything that controls what shows it.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if text.contains(controls) { text.replace(controls, "\u{fffd}").into() } else { text.into() }
}

/// The same, where tabs mean columns.
pub(super) fn expanded(text: &str) -> String {
    harmless(&text.replace('\t', "    ")).into_owned()
}

/// Control characters, and those that change the direction of text (Unicode Standard Annex 9).
fn controls(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// At most `most` characters of a line, those from `from` on; what is left out leaves a mark.
pub(super) fn cut(line: &str, from: usize, most: usize) -> Cow<'_, str> {
    // No line of so few bytes has more characters.
    if line.len() <= most || line.chars().count() <= most {
        return line.into();
    }
    let mut shown = if from > 0 { "…".to_owned() } else { String::new() };
    let mut rest = line.chars().skip(from);
    shown.extend(rest.by_ref().take(most.saturating_sub(2)));
    if rest.next().is_some() {
        shown.push('…');
    }
    shown.into()
}
