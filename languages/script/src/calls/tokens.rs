//! The tokens of Python and JavaScript, as far as calls of SDKs are written in them.

use crate::model::Language;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Name(String),
    /// A text without anything that is computed in it.
    Text(String),
    /// A text with something computed in it.
    Made(String),
    Number(String),
    Sign(char),
}

/// A token and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub line: u32,
}

impl Token {
    pub fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
    pub fn name(&self) -> Option<&str> {
        if let Kind::Name(name) = &self.kind { Some(name) } else { None }
    }
    pub fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }
}

/// Tokens that are read of one program, at most.
const MAX_TOKENS: usize = 200_000;

/// The tokens of a program, without comments and the ends of lines.
pub(crate) fn tokens(text: &str, language: Language, line: u32) -> Vec<Token> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, line, language };
    let mut all = vec![];
    while all.len() < MAX_TOKENS {
        let begun = reader.line;
        match reader.token() {
            Some(Some(kind)) => all.push(Token { kind, line: begun }),
            Some(None) => {}
            None => break,
        }
    }
    all
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: u32,
    language: Language,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }
    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line = self.line.saturating_add(u32::from(c == '\n'));
        Some(c)
    }
    fn until(&mut self, end: &str) {
        let end: Vec<char> = end.chars().collect();
        while self.at < self.chars.len() && !self.chars.get(self.at..).is_some_and(|rest| rest.starts_with(&end)) {
            self.next();
        }
    }
    /// None: the end. `Some(None)`: nothing of interest.
    fn token(&mut self) -> Option<Option<Kind>> {
        let c = self.peek(0)?;
        let python = self.language == Language::Python;
        Some(match c {
            '#' if python => {
                self.until("\n");
                None
            }
            '/' if !python && self.peek(1) == Some('/') => {
                self.until("\n");
                None
            }
            '/' if !python && self.peek(1) == Some('*') => {
                self.until("*/");
                self.next();
                self.next();
                None
            }
            '"' | '\'' => Some(self.quoted(c, false)),
            '`' if !python => Some(self.quoted(c, false)),
            c if c.is_alphabetic() || c == '_' || c == '$' => {
                let mut name = String::new();
                while let Some(c) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
                    name.push(c);
                    self.next();
                }
                // The letters before a quote say how the text is meant.
                match self.peek(0) {
                    Some(quote @ ('"' | '\'')) if python && name.len() <= 2 && name.chars().all(|c| "rRbBuUfF".contains(c)) => {
                        Some(self.quoted(quote, name.contains(['f', 'F'])))
                    }
                    _ => Some(Kind::Name(name)),
                }
            }
            c if c.is_ascii_digit() => {
                let mut number = String::new();
                while let Some(c) = self.peek(0).filter(|c| c.is_ascii_alphanumeric() || *c == '.') {
                    number.push(c);
                    self.next();
                }
                Some(Kind::Number(number))
            }
            c if c.is_whitespace() => {
                self.next();
                None
            }
            c => {
                self.next();
                Some(Kind::Sign(c))
            }
        })
    }
    fn quoted(&mut self, quote: char, formed: bool) -> Kind {
        let triple = self.language == Language::Python && self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        (0..if triple { 3 } else { 1 }).for_each(|_| {
            self.next();
        });
        let mut text = String::new();
        let mut made = false;
        while let Some(c) = self.peek(0) {
            let ends = if triple { (0..3).all(|ahead| self.peek(ahead) == Some(quote)) } else { c == quote || (c == '\n' && quote != '`') };
            if ends {
                (0..if triple { 3 } else { 1 }).for_each(|_| {
                    self.next();
                });
                break;
            }
            self.next();
            if c == '\\' {
                // What is escaped is not spelled out.
                made = true;
                text.extend(self.next());
                continue;
            }
            made |= (formed && c == '{') || (quote == '`' && c == '$' && self.peek(0) == Some('{'));
            text.push(c);
        }
        if made { Kind::Made(text) } else { Kind::Text(text) }
    }
}
