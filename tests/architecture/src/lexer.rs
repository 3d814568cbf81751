//! As much of Rust's lexical rules as the checks need: comments, strings, unit test modules.

/// A source without what the checks must not see; lines stay where they are.
pub(crate) struct Stripped {
    /// Without comments and unit test modules.
    pub(crate) code: String,
    /// And without the content of strings and characters.
    pub(crate) bare: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Text,
    Comment,
}

pub(crate) fn strip(source: &str) -> Stripped {
    let chars: Vec<char> = source.chars().collect();
    let mut kinds = Vec::with_capacity(chars.len());
    while kinds.len() < chars.len() {
        let (kind, length) = token(&chars[kinds.len()..], kinds.len().checked_sub(1).map(|at| chars[at]));
        let end = (kinds.len() + length.max(1)).min(chars.len());
        kinds.resize(end, kind);
    }
    let keep = |kept: &dyn Fn(Kind) -> bool| -> Vec<char> {
        let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
        chars.iter().zip(&kinds).map(|(c, kind)| if kept(*kind) { *c } else { blank(*c) }).collect()
    };
    let (mut code, mut bare) = (keep(&|kind| kind != Kind::Comment), keep(&|kind| kind == Kind::Code));
    for range in unit_tests(&bare) {
        for at in range {
            if code[at] != '\n' {
                code[at] = ' ';
                bare[at] = ' ';
            }
        }
    }
    Stripped { code: code.into_iter().collect(), bare: bare.into_iter().collect() }
}

/// The kind and length of what begins here.
fn token(rest: &[char], before: Option<char>) -> (Kind, usize) {
    let at = |n: usize| rest.get(n).copied().unwrap_or('\0');
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match at(0) {
        '/' if at(1) == '/' => (Kind::Comment, rest.iter().take_while(|c| **c != '\n').count()),
        '/' if at(1) == '*' => (Kind::Comment, block_comment(rest)),
        'r' if !in_word || before == Some('b') => match raw_string(rest) {
            Some(length) => (Kind::Text, length),
            None => (Kind::Code, 1),
        },
        '"' => (Kind::Text, quoted(rest, '"')),
        // A character, not a lifetime.
        '\'' if at(1) == '\\' || at(2) == '\'' => (Kind::Text, quoted(rest, '\'')),
        _ => (Kind::Code, 1),
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn raw_string(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let body = 1 + hashes;
    if rest.get(body) != Some(&'"') {
        return None;
    }
    let closes = |at: &usize| rest[*at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    let end = (body + 1..rest.len()).find(closes);
    Some(end.map_or(rest.len(), |at| at + 1 + hashes))
}

fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Where the items behind `#[cfg(test)]` lie.
fn unit_tests(bare: &[char]) -> Vec<std::ops::Range<usize>> {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let starts = (0..bare.len()).filter(|at| bare[*at..].starts_with(&mark));
    starts.map(|start| start..item_end(bare, start + mark.len())).collect()
}

fn item_end(bare: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in bare.iter().enumerate().skip(from) {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    bare.len()
}

#[test]
fn comments_strings_and_tests_are_told_apart() {
    let source = r###"fn f<'a>(x: &'a str) { g("a // \" b", 'x', '\'', r#"c " /* d"#); } // e
/* f /* g */ h */ const I: char = '"'; /// j
#[cfg(test)]
mod tests { fn k() { "}" } }
fn l() {}"###;
    let Stripped { code, bare } = strip(source);
    for kept in ["\"a // \\\" b\"", "c \" /* d", "const I", "fn l() {}"] {
        assert!(code.contains(kept), "{kept} in {code}");
    }
    for gone in [" e", " f ", " h ", " j", "fn k"] {
        assert!(!code.contains(gone), "{gone} in {code}");
    }
    for gone in ["a //", "c \"", " d"] {
        assert!(!bare.contains(gone), "{gone} in {bare}");
    }
    assert!(bare.contains("fn f<'a>(x: &'a str)") && bare.contains("fn l() {}"), "{bare}");
    assert_eq!(code.lines().count(), source.lines().count());
}
