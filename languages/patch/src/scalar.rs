//! Texts as YAML and JSON write them.

use crate::node::Quote;

/// A text without quotes means the same text, to readers of YAML 1.1 and 1.2.
pub(crate) fn is_plain(text: &str, in_brackets: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let indicator = matches!(
        first,
        '-' | '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | '=' | '.' | '+'
    );
    let typed = yaml::plain(text) != yaml::Plain::Text
        || matches!(text, "y" | "Y" | "n" | "N" | "<<")
        // Numbers in other bases and with underscores, times, dates.
        || (first.is_ascii_digit() && text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, 'x' | 'o' | '_' | ':' | '.' | '-' | 'T' | 'Z')));
    let breaks = text.contains(": ") || text.contains(" #") || text.ends_with(':') || text.ends_with(' ') || text.starts_with(' ');
    let brackets = in_brackets && (text.contains([',', '[', ']', '{', '}']) || text.contains(":\"") || text.contains(":'"));
    let printable = text.chars().all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{e0f1}'));
    !(indicator || typed || breaks || brackets) && printable
}

/// A text in YAML, quoted so if that can be, and in double quotes otherwise.
pub(crate) fn write(text: &str, quote: Quote, in_brackets: bool) -> String {
    match quote {
        Quote::Plain if is_plain(text, in_brackets) => text.to_owned(),
        Quote::Single if !text.chars().any(|c| c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}')) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => double(text),
    }
}

/// A text in double quotes, as JSON and YAML read it.
pub(crate) fn double(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// A text between double quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}
