//! Lines, and what stands between values.

/// Where the line of a byte begins.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line of a byte ends, before its line break.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

/// Where the next line begins; the text's end if there is none.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// The white space at the beginning of a byte's line.
pub(crate) fn indentation(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).len()]
}

/// The number of characters before a byte in its line.
pub(crate) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().filter(|c| *c != '\u{feff}').count()
}

/// Nothing but white space stands before it in its line.
pub(crate) fn begins_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].trim_start_matches('\u{feff}').trim().is_empty()
}

/// Both lie in one line.
pub(crate) fn same_line(text: &str, from: usize, to: usize) -> bool {
    !text[from..to].contains('\n')
}

/// The line break that the text uses.
pub(crate) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Steps over white space and comments.
pub(crate) fn skip_space(text: &str, mut at: usize, comments: Comments) -> usize {
    loop {
        let rest = &text[at..];
        let space = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
        at += space;
        let rest = &text[at..];
        let after_space = at == 0 || text[..at].ends_with([' ', '\t', '\n', '\r', ',', '[', '{', ']', '}']);
        at += match comments {
            Comments::Hash if rest.starts_with('#') && after_space => rest.find('\n').unwrap_or(rest.len()),
            Comments::Slashes if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            Comments::Slashes if rest.starts_with("/*") => match rest.find("*/") {
                Some(end) => end + 2,
                None => return at,
            },
            _ => return at,
        };
    }
}

/// How comments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comments {
    Hash,
    Slashes,
}
