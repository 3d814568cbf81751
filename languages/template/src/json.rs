//! JSON with places. Written by hand because a tree of values has lost the columns.

use std::sync::Arc;

use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::node::{Kind, MAX_DEPTH, MapBuilder, Name, Node};

/// Parses a JSON document. Duplicate keys go to `findings`; bad syntax ends the parse.
pub(crate) fn parse(source: &str, file: &Arc<str>, findings: &mut Findings) -> Result<Node, Diagnostic> {
    let mut parser = Parser { source, file, at: 0, line: 1, column: 1, findings };
    parser.space();
    let node = parser.value(0)?;
    parser.space();
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.fail("the template ends here; remove what follows its last '}'")),
    }
}

struct Parser<'a> {
    source: &'a str,
    file: &'a Arc<str>,
    at: usize,
    line: u32,
    column: u32,
    findings: &'a mut Findings,
}

type Mark = (usize, u32, u32);

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn mark(&self) -> Mark {
        (self.at, self.line, self.column)
    }

    fn span(&self, (_, line, column): Mark) -> Span {
        Span { file: self.file.clone(), line, column, end_line: self.line, end_column: self.column }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r' | '\u{feff}')) {
            self.bump();
        }
    }

    fn fail(&self, help: &str) -> Diagnostic {
        self.fail_at(self.mark(), help)
    }

    fn fail_at(&self, (_, line, column): Mark, help: &str) -> Diagnostic {
        let span = Span::on_line(self.file.clone(), line, column, 1);
        Diagnostic::error(&span, format!("Template format error: JSON not well-formed. (line {line}, column {column})")).help(help)
    }

    fn value(&mut self, depth: usize) -> Result<Node, Diagnostic> {
        if depth > MAX_DEPTH {
            return Err(self.fail(&format!("values may be nested {MAX_DEPTH} deep at most")));
        }
        let start = self.mark();
        let kind = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => Kind::String(self.string()?, Vec::new()),
            Some('-' | '0'..='9') => self.number()?,
            Some('a'..='z' | 'A'..='Z' | '_') => self.word()?,
            Some('\'') => return Err(self.fail("JSON strings stand in double quotes")),
            Some('/') => {
                return Err(self.fail("JSON has no comments; write the template in YAML to comment it"));
            }
            Some('}' | ']') => {
                return Err(self.fail("a value is missing here; JSON allows no comma before a closing bracket"));
            }
            Some(_) => {
                return Err(self.fail("expected a value: an object, a list, a string, a number, true or false"));
            }
            None => {
                return Err(self.fail("the template ends in the middle; a closing bracket is missing"));
            }
        };
        Ok(Node { kind, span: self.span(start) })
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Diagnostic> {
        let open = self.mark();
        self.bump();
        let mut map = MapBuilder::default();
        self.space();
        if self.peek() == Some('}') {
            self.bump();
            return Ok(Kind::Map(map.entries));
        }
        loop {
            self.space();
            let start = self.mark();
            match self.peek() {
                Some('"') => {}
                Some('}') => return Err(self.fail("JSON allows no comma before a closing bracket")),
                None => return Err(self.unclosed('{', open)),
                Some(_) => return Err(self.fail("expected a key in double quotes")),
            }
            let text = self.string()?;
            let key = Name { text, span: self.span(start) };
            self.space();
            if self.peek() != Some(':') {
                return Err(self.fail("expected ':' after the key"));
            }
            self.bump();
            self.space();
            let value = self.value(depth + 1)?;
            if let Err(duplicate) = map.insert(key, value) {
                self.findings.push(duplicate);
            }
            self.space();
            match self.peek() {
                Some(',') => self.bump(),
                Some('}') => {
                    self.bump();
                    return Ok(Kind::Map(map.entries));
                }
                None => return Err(self.unclosed('{', open)),
                Some(_) => return Err(self.fail("expected ',' or '}' after the value")),
            };
        }
    }

    fn array(&mut self, depth: usize) -> Result<Kind, Diagnostic> {
        let open = self.mark();
        self.bump();
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(']') {
            self.bump();
            return Ok(Kind::List(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(',') => self.bump(),
                Some(']') => {
                    self.bump();
                    return Ok(Kind::List(items));
                }
                None => return Err(self.unclosed('[', open)),
                Some(_) => return Err(self.fail("expected ',' or ']' after the value")),
            };
        }
    }

    fn unclosed(&self, bracket: char, (_, line, column): Mark) -> Diagnostic {
        self.fail(&format!("the '{bracket}' of line {line}, column {column} is never closed"))
    }

    fn string(&mut self) -> Result<String, Diagnostic> {
        let open = self.mark();
        self.bump();
        let mut text = String::new();
        loop {
            let at = self.mark();
            match self.bump() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(at)?),
                Some('\n' | '\r') | None => {
                    return Err(self.fail_at(open, "this string is not closed on its line"));
                }
                Some(c) if (c as u32) < 0x20 && c != '\t' => {
                    return Err(self.fail_at(at, "a control character in a string is written as an escape such as \\u0001"));
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, at: Mark) -> Result<char, Diagnostic> {
        Ok(match self.bump() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.hex(at)?;
                let code = match first {
                    0xd800..0xdc00 => {
                        if self.bump() != Some('\\') || self.bump() != Some('u') {
                            return Err(self.fail_at(at, "the second half of this surrogate pair is missing"));
                        }
                        match self.hex(at)? {
                            second @ 0xdc00..0xe000 => 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                            _ => {
                                return Err(self.fail_at(at, "the second half of this surrogate pair is missing"));
                            }
                        }
                    }
                    code => code,
                };
                char::from_u32(code).ok_or_else(|| self.fail_at(at, "this is no character"))?
            }
            _ => {
                return Err(self.fail_at(at, "unknown escape; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX"));
            }
        })
    }

    fn hex(&mut self, at: Mark) -> Result<u32, Diagnostic> {
        (0..4).try_fold(0, |code, _| match self.bump().and_then(|c| c.to_digit(16)) {
            Some(digit) => Ok(code * 16 + digit),
            None => Err(self.fail_at(at, "\\u is followed by four hexadecimal digits")),
        })
    }

    fn number(&mut self) -> Result<Kind, Diagnostic> {
        let start = self.mark();
        while matches!(self.peek(), Some('0'..='9' | '-' | '+' | '.' | 'e' | 'E')) {
            self.bump();
        }
        let text = &self.source[start.0..self.at];
        match crate::node::plain(text) {
            Kind::Number(text) => Ok(Kind::Number(text)),
            _ => Err(self.fail_at(start, "this is no number")),
        }
    }

    fn word(&mut self) -> Result<Kind, Diagnostic> {
        let start = self.mark();
        while matches!(self.peek(), Some('a'..='z' | 'A'..='Z' | '0'..='9' | '_')) {
            self.bump();
        }
        match &self.source[start.0..self.at] {
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            "null" => Ok(Kind::Null),
            _ => Err(self.fail_at(start, "a word in JSON is true, false or null; put a string in double quotes")),
        }
    }
}
