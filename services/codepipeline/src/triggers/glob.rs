//! Glob patterns as triggers have them: `*` within a folder, `**` over folders, `?` one character, `{a,b}` one of several,
//! `[a-z]` and `[!a-z]` one of a set, `\` before a character that stands for itself.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html>

/// Braces may stand for so many patterns at most, each matched in time quadratic in its length.
const MAX_ALTERNATIVES: usize = 256;

/// Whether a text is a pattern: its braces and brackets are closed.
pub(super) fn is_pattern(pattern: &str) -> bool {
    let chars: Vec<char> = pattern.chars().collect();
    expand(&chars).is_some_and(|all| all.iter().all(|one| pieces(one).is_some()))
}

/// Whether a text matches a pattern.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let chars: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    expand(&chars).is_some_and(|all| all.iter().any(|one| pieces(one).is_some_and(|pieces| fits(&pieces, &text))))
}

/// The patterns without braces that a pattern stands for. None: a brace is not closed, or they are too many.
fn expand(pattern: &[char]) -> Option<Vec<Vec<char>>> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_vec()];
    while let Some(one) = open.pop() {
        match first_braces(&one)? {
            None => done.push(one),
            Some((start, parts, end)) => {
                for part in parts {
                    open.push([&one[..start], &part[..], &one[end + 1..]].concat());
                }
            }
        }
        if done.len() + open.len() > MAX_ALTERNATIVES {
            return None;
        }
    }
    Some(done)
}

type Braces = (usize, Vec<Vec<char>>, usize);

/// The first braces: where they begin, what stands between, where they end.
fn first_braces(text: &[char]) -> Option<Option<Braces>> {
    let (mut depth, mut start, mut part_start, mut parts) = (0, 0, 0, Vec::new());
    let (mut i, mut in_set) = (0, false);
    while i < text.len() {
        match text[i] {
            '\\' => i += 1,
            '[' if !in_set => in_set = true,
            ']' => in_set = false,
            _ if in_set => {}
            '{' => {
                if depth == 0 {
                    (start, part_start) = (i, i + 1);
                }
                depth += 1;
            }
            ',' if depth == 1 => {
                parts.push(text[part_start..i].to_vec());
                part_start = i + 1;
            }
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    parts.push(text[part_start..i].to_vec());
                    return Some(Some((start, parts, i)));
                }
            }
            _ => {}
        }
        i += 1;
    }
    (depth == 0).then_some(None)
}

enum Piece {
    One(char),
    /// Any but the separator.
    Any,
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// Any number, without the separator.
    Within,
    /// Any number.
    Across,
}

fn pieces(pattern: &[char]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut i = 0;
    while i < pattern.len() {
        match pattern[i] {
            '\\' => {
                i += 1;
                pieces.push(Piece::One(*pattern.get(i)?));
            }
            '?' => pieces.push(Piece::Any),
            '*' if pattern.get(i + 1) == Some(&'*') => {
                while pattern.get(i + 1) == Some(&'*') {
                    i += 1;
                }
                pieces.push(Piece::Across);
            }
            '*' => pieces.push(Piece::Within),
            '[' => {
                let end = i + 1 + pattern[i + 1..].iter().position(|c| *c == ']')?;
                let mut inner = &pattern[i + 1..end];
                let negated = inner.first() == Some(&'!');
                if negated {
                    inner = &inner[1..];
                }
                let mut ranges = Vec::new();
                while let [first, rest @ ..] = inner {
                    (ranges, inner) = match rest {
                        ['-', last, rest @ ..] => ([ranges, vec![(*first, *last)]].concat(), rest),
                        _ => ([ranges, vec![(*first, *first)]].concat(), rest),
                    };
                }
                pieces.push(Piece::Set { negated, ranges });
                i = end;
            }
            other => pieces.push(Piece::One(other)),
        }
        i += 1;
    }
    Some(pieces)
}

/// By the set of places in the text that the pieces before may have come to: no going back, however many stars there are.
fn fits(pieces: &[Piece], text: &[char]) -> bool {
    let mut places = vec![false; text.len() + 1];
    places[0] = true;
    for piece in pieces {
        let mut next = vec![false; text.len() + 1];
        for i in 0..=text.len() {
            let reached = match piece {
                Piece::Within => places[i] || (i > 0 && next[i - 1] && text[i - 1] != '/'),
                Piece::Across => places[i] || (i > 0 && next[i - 1]),
                Piece::One(wanted) => i > 0 && places[i - 1] && text[i - 1] == *wanted,
                Piece::Any => i > 0 && places[i - 1] && text[i - 1] != '/',
                Piece::Set { negated, ranges } => {
                    i > 0
                        && places[i - 1]
                        && text[i - 1] != '/'
                        && ranges.iter().any(|(from, to)| (*from..=*to).contains(&text[i - 1])) != *negated
                }
            };
            next[i] = reached;
        }
        places = next;
    }
    places[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_globs_do() {
        for (pattern, yes, no) in [
            ("main", &["main"][..], &["main2", "Main", "a/main"][..]),
            ("feature-*", &["feature-1", "feature-"], &["feature", "feature-a/b"]),
            ("feature/*", &["feature/x"], &["feature/x/y", "feature"]),
            ("feature/**", &["feature/x", "feature/x/y"], &["feature"]),
            ("**", &["", "a", "a/b"], &[]),
            ("**/*.md", &["docs/a.md", "a/b/c.md"], &["a.md", "a.mdx"]),
            ("v?.?", &["v1.2"], &["v10.2", "v1/2"]),
            ("{main,release-*}", &["main", "release-7"], &["mainrelease-7", "dev"]),
            ("a{b,c{d,e}}f", &["abf", "acdf", "acef"], &["acf", "af"]),
            ("*.{yml,yaml}", &["a.yml", "b.yaml"], &["a.yamll"]),
            ("v[0-9].[!0]", &["v1.1"], &["v1.0", "vx.1"]),
            (r"a\*b", &["a*b"], &["axb"]),
            ("[{,]x", &["{x", ",x"], &["x"]),
        ] {
            assert!(is_pattern(pattern), "{pattern}");
            for text in yes {
                assert!(matches(pattern, text), "{pattern} {text}");
            }
            for text in no {
                assert!(!matches(pattern, text), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn what_is_not_closed_or_explodes_is_no_pattern() {
        for bad in ["{a,b", "[ab", "a\\", &"{a,b}".repeat(20)] {
            assert!(!is_pattern(bad), "{bad}");
            assert!(!matches(bad, "a"), "{bad}");
        }
        // Many stars cost no more than their number times the text's length.
        assert!(!matches(&"*a".repeat(120), &"a".repeat(119)));
    }
}
