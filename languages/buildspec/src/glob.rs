/// A file pattern as CodeBuild has them: `*` and `?` within a name, `[a-z]` and `[!a-z]` for one character, `**` for
/// any number of folders, and `\` before a character that means itself.
#[derive(Clone, Debug)]
pub struct Glob {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Folders,
    Name(Vec<Token>),
}

#[derive(Clone, Debug)]
enum Token {
    Char(char),
    One,
    Many,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Glob {
    /// Reads a pattern. Every text is one; `.` and empty parts are passed over.
    pub fn new(pattern: &str) -> Self {
        let parts = pattern
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .map(|part| if part == "**" { Part::Folders } else { Part::Name(tokens(part)) })
            .collect();
        Self { parts }
    }

    /// Whether a relative path matches as a whole.
    pub fn matches(&self, path: &str) -> bool {
        self.matches_parts(&path.split('/').collect::<Vec<_>>())
    }

    pub(crate) fn matches_parts(&self, path: &[&str]) -> bool {
        wildcard(
            &self.parts,
            path,
            |part| matches!(part, Part::Folders),
            |part, name| match part {
                Part::Folders => true,
                Part::Name(tokens) => {
                    let chars: Vec<char> = name.chars().collect();
                    wildcard(tokens, &chars, |token| matches!(token, Token::Many), |token, c| token.accepts(*c))
                }
            },
        )
    }
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::One | Self::Many => true,
            Self::Class { negated, ranges } => ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *negated,
        }
    }
}

/// Matches a sequence against a pattern in which `is_many` items stand for any number of things. Going back to the
/// last such item is enough, so the time is bounded by the product of the lengths.
fn wildcard<P, T>(pattern: &[P], text: &[T], is_many: impl Fn(&P) -> bool, accepts: impl Fn(&P, &T) -> bool) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut last_many = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(item) if is_many(item) => {
                last_many = Some((at, read));
                at += 1;
                continue;
            }
            Some(item) if accepts(item, &text[read]) => {
                at += 1;
                read += 1;
                continue;
            }
            _ => {}
        }
        let Some((many, taken)) = last_many else {
            return false;
        };
        last_many = Some((many, taken + 1));
        at = many + 1;
        read = taken + 1;
    }
    pattern[at..].iter().all(is_many)
}

fn tokens(part: &str) -> Vec<Token> {
    let chars: Vec<char> = part.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\\' if at < chars.len() => {
                tokens.push(Token::Char(chars[at]));
                at += 1;
            }
            '?' => tokens.push(Token::One),
            // Several in a row within a name mean what one means.
            '*' if matches!(tokens.last(), Some(Token::Many)) => {}
            '*' => tokens.push(Token::Many),
            '[' => match class(&chars[at..]) {
                Some((token, length)) => {
                    tokens.push(token);
                    at += length;
                }
                None => tokens.push(Token::Char('[')),
            },
            _ => tokens.push(Token::Char(c)),
        }
    }
    tokens
}

/// Reads what follows a `[`, and how many characters it is; nothing if no `]` ends it.
fn class(chars: &[char]) -> Option<(Token, usize)> {
    let negated = matches!(chars.first(), Some('!' | '^'));
    let start = usize::from(negated);
    // A `]` that stands first means itself.
    let end = start + 1 + chars.get(start + 1..)?.iter().position(|c| *c == ']')?;
    let mut ranges = Vec::new();
    let mut at = start;
    while at < end {
        if at + 2 < end && chars[at + 1] == '-' {
            ranges.push((chars[at], chars[at + 2]));
            at += 3;
        } else {
            ranges.push((chars[at], chars[at]));
            at += 1;
        }
    }
    Some((Token::Class { negated, ranges }, end + 1))
}
