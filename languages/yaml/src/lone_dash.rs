//! A `-` alone in a list between brackets, as in `!Join [-, [a, b]]`. YAML 1.2 forbids it and so does our parser; AWS and the
//! parsers of YAML 1.1 read it as the text "-", and many templates have it.

use std::borrow::Cow;

/// Stands for such a dash while the parser reads: one character as well, so that no place moves.
const STAND_IN: char = '\u{e0f1}';

/// What a parser of YAML 1.2 is given for a text in which dashes stand alone between brackets.
pub struct LoneDash<'a> {
    /// As long as the text, character by character.
    pub text: Cow<'a, str>,
}

impl<'a> LoneDash<'a> {
    /// Looks for such dashes.
    pub fn new(text: &'a str) -> LoneDash<'a> {
        // A text that has the stand-in itself is left as it is.
        let text = if text.contains(STAND_IN) { Cow::Borrowed(text) } else { replaced(text) };
        LoneDash { text }
    }

    /// A scalar as it was written. A dash was replaced wherever it looked alone, in quoted text too.
    pub fn written<'t>(&self, scalar: Cow<'t, str>) -> Cow<'t, str> {
        match self.text {
            Cow::Owned(_) if scalar.contains(STAND_IN) => Cow::Owned(scalar.replace(STAND_IN, "-")),
            _ => scalar,
        }
    }
}

/// With the stand-in for each `-` that has a bracket or a comma on both sides.
fn replaced(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        if character == '-' && matches!(before, '[' | ',') && text[at + 1..].trim_start().starts_with([',', ']']) {
            out.push_str(&text[copied..at]);
            out.push(STAND_IN);
            copied = at + 1;
        }
        if !character.is_whitespace() {
            before = character;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}
