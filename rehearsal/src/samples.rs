//! Values for what only a build knows: any that is allowed where it is used.

/// Levels of groups in a pattern: deeper ones are not read.
const MOST_DEPTH: usize = 16;
/// Times that a part is repeated: more than any name needs.
const MOST_TIMES: usize = 256;

/// A short text that a regular expression matches. None: it has what is not read here (looking around, back references).
pub(crate) fn of_pattern(pattern: &str) -> Option<String> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut reader = Reader { letters: &letters, at: 0 };
    let text = reader.alternatives(0)?;
    (reader.at == letters.len()).then_some(text)
}

struct Reader<'p> {
    letters: &'p [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn skip(&mut self, letter: char) -> bool {
        let there = self.peek() == Some(letter);
        self.at += usize::from(there);
        there
    }

    /// The first of several; the others are read past.
    fn alternatives(&mut self, depth: usize) -> Option<String> {
        let first = self.sequence(depth)?;
        while self.skip('|') {
            self.sequence(depth)?;
        }
        Some(first)
    }

    fn sequence(&mut self, depth: usize) -> Option<String> {
        let mut text = String::new();
        while !matches!(self.peek(), None | Some('|' | ')')) {
            let one = self.atom(depth)?;
            let times = self.times()?;
            text.push_str(&one.repeat(times));
        }
        Some(text)
    }

    fn atom(&mut self, depth: usize) -> Option<String> {
        match self.take()? {
            '(' if depth < MOST_DEPTH => {
                if self.skip('?') && !self.skip(':') {
                    return None;
                }
                let text = self.alternatives(depth + 1)?;
                self.skip(')').then_some(text)
            }
            '[' => self.class().map(String::from),
            '^' | '$' => Some(String::new()),
            '.' => Some("a".into()),
            '\\' => escaped(self.take()?),
            '(' | '*' | '+' | '?' => None,
            letter => Some(letter.into()),
        }
    }

    /// How often the atom before it, at least; an optional one is left out.
    fn times(&mut self) -> Option<usize> {
        let times = match self.peek() {
            Some('*' | '?') => 0,
            Some('+') => 1,
            Some('{') => {
                let close = self.letters[self.at..].iter().position(|letter| *letter == '}')?;
                let inside: String = self.letters[self.at + 1..self.at + close].iter().collect();
                self.at += close;
                let least = inside.split(',').next()?.trim();
                if least.is_empty() { 0 } else { least.parse().ok()? }
            }
            _ => return Some(1),
        };
        self.at += 1;
        // Lazy or possessive: the same texts.
        let _ = self.skip('?') || self.skip('+');
        (times <= MOST_TIMES).then_some(times)
    }

    fn class(&mut self) -> Option<char> {
        let negated = self.skip('^');
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let low = match self.take()? {
                ']' if !ranges.is_empty() => break,
                '\\' => match self.take()? {
                    'd' => {
                        ranges.push(('0', '9'));
                        continue;
                    }
                    'w' => {
                        ranges.extend([('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]);
                        continue;
                    }
                    's' => ' ',
                    other => other,
                },
                '[' if self.peek() == Some(':') => return None,
                letter => letter,
            };
            let is_range = self.peek() == Some('-') && self.letters.get(self.at + 1).is_some_and(|next| *next != ']');
            let high = if is_range {
                self.at += 1;
                match self.take()? {
                    '\\' => self.take()?,
                    letter => letter,
                }
            } else {
                low
            };
            ranges.push((low, high));
        }
        let within = |letter: char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter));
        match negated {
            false => ranges.first().map(|(low, _)| *low),
            true => ('a'..='z').chain('0'..='9').chain(['-', '_', ' ']).find(|letter| !within(*letter)),
        }
    }
}

fn escaped(letter: char) -> Option<String> {
    Some(match letter {
        'd' => "0".into(),
        'w' => "a".into(),
        's' => " ".into(),
        'D' | 'S' => "a".into(),
        'W' => "-".into(),
        'b' | 'B' | 'A' | 'z' | 'Z' => String::new(),
        '1'..='9' | 'p' | 'P' | 'k' => return None,
        other => other.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::of_pattern;

    #[test]
    fn a_sample_is_what_the_pattern_asks_for() {
        for (pattern, sample) in [
            ("[0-9]+-[0-9a-f]{8}", "0-00000000"),
            ("^v\\d{1,3}(\\.\\d+){2}$", "v0.0.0"),
            ("(blue|green)-[^a-c]", "blue-d"),
            ("[a-zA-Z][-a-zA-Z0-9]*", "a"),
            ("arn:aws:[\\w-]+:.*", "arn:aws:a:"),
            ("a?b+", "b"),
        ] {
            assert_eq!(of_pattern(pattern).as_deref(), Some(sample), "{pattern}");
        }
        for unread in ["(?=x)y", "(a", "[a", "*", "a{9999}", "\\1"] {
            assert_eq!(of_pattern(unread), None, "{unread}");
        }
    }
}
