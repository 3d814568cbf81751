//! JSON as articles have it: with comments and commas after the last member. What JSON does not know becomes spaces, so that all
//! else stays in its place.

/// What was read past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    Comment,
    Comma,
    Mark,
}

impl Slip {
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Comment => "a comment",
            Self::Comma => "a comma after the last member",
            Self::Mark => "a byte order mark",
        }
    }
}

/// The text with spaces in place of what is not JSON, and each slip's line and column.
pub(super) fn strict(text: &str) -> (String, Vec<(Slip, u32, u32)>) {
    let mut chars: Vec<char> = text.chars().collect();
    let mut slips = Vec::new();
    let (mut line, mut column) = (1, 1);
    let mut last_comma = None;
    let mut at = 0;
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1)) {
            ('"', _) => string_end(&chars, at),
            ('/', Some('/')) => position(&chars, at, |chars, i| chars[i] == '\n').unwrap_or(chars.len()),
            ('/', Some('*')) => {
                position(&chars, at + 2, |chars, i| chars[i] == '*' && chars.get(i + 1) == Some(&'/')).map_or(chars.len(), |end| end + 2)
            }
            _ => at + 1,
        };
        match chars[at] {
            '"' => last_comma = None,
            '/' if end > at + 1 => {
                slips.push((Slip::Comment, line, column));
            }
            ',' => last_comma = Some((at, line, column)),
            '}' | ']' => {
                if let Some((comma, line, column)) = last_comma.take() {
                    chars[comma] = ' ';
                    slips.push((Slip::Comma, line, column));
                }
            }
            '\u{feff}' if at == 0 => slips.push((Slip::Mark, line, column)),
            c if !c.is_whitespace() => last_comma = None,
            _ => {}
        }
        let blank = chars[at] == '\u{feff}' || (chars[at] == '/' && end > at + 1);
        for c in &mut chars[at..end] {
            if *c == '\n' {
                (line, column) = (line + 1, 1);
                continue;
            }
            column += 1;
            if blank {
                *c = ' ';
            }
        }
        at = end;
    }
    slips.sort_by_key(|(_, line, column)| (*line, *column));
    (chars.into_iter().collect(), slips)
}

fn position(chars: &[char], from: usize, found: impl Fn(&[char], usize) -> bool) -> Option<usize> {
    (from..chars.len()).find(|&i| found(chars, i))
}

/// The place after a string that begins here.
fn string_end(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_become_spaces_and_texts_stay() {
        let (text, slips) = strict("{\"a\": \"//x,}\", // ä\n /* b */ \"c\": [1, 2,\n],}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), serde_json::json!({"a": "//x,}", "c": [1, 2]}));
        assert_eq!(slips, [(Slip::Comment, 1, 16), (Slip::Comment, 2, 2), (Slip::Comma, 2, 20), (Slip::Comma, 3, 2)]);
        assert_eq!(text.chars().count(), 44);
    }

    #[test]
    fn what_never_ends_is_no_trouble() {
        for text in ["\"\\", "/*", "//", "{,", "\u{feff}"] {
            strict(text);
        }
    }
}
