//! JSON with places, comments and trailing commas.

use crate::node::{Entry, Kind, Layout, MAX_DEPTH, Node, Quote, Tree};
use crate::text::{Comments, skip_space};

/// What is wrong, and at which byte.
pub(crate) type Fault = (usize, String);

pub(crate) fn parse(source: &str) -> Result<Tree, Fault> {
    let mut parser = Parser { source, at: 0 };
    parser.space();
    let root = parser.value(0)?;
    parser.space();
    match parser.at == source.len() {
        true => Ok(Tree { root, anchors: Vec::new() }),
        false => parser.fail("the document ends here; remove what follows its last bracket"),
    }
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        self.at = skip_space(self.source, self.at, Comments::Slashes);
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err((self.at, message.into()))
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        if depth > MAX_DEPTH {
            return self.fail(format!("values may be nested {MAX_DEPTH} deep at most"));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Kind::Text(self.string()?, Quote::Double),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z') => self.word()?,
            Some(_) => return self.fail("expected a value: an object, a list, a string, a number, true, false or null"),
            None => return self.fail("the document ends in the middle; a closing bracket is missing"),
        };
        Ok(Node { outer: start, start, end: self.at, kind, anchor: None })
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Fault> {
        let mut entries = Vec::new();
        self.at += 1;
        loop {
            self.space();
            match self.peek() {
                Some(b'}') => break,
                Some(b'"') => {}
                _ => return self.fail("expected a key in double quotes, or '}'"),
            }
            let start = self.at;
            let text = self.string()?;
            let key = Node { outer: start, start, end: self.at, kind: Kind::Text(text, Quote::Double), anchor: None };
            self.space();
            if self.peek() != Some(b':') {
                return self.fail("expected ':' after the key");
            }
            self.at += 1;
            self.space();
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, value });
            self.separator(b'}')?;
        }
        self.at += 1;
        Ok(Kind::Map(Layout::Flow, entries))
    }

    fn array(&mut self, depth: usize) -> Result<Kind, Fault> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.space();
            if self.peek() == Some(b']') {
                break;
            }
            items.push(self.value(depth + 1)?);
            self.separator(b']')?;
        }
        self.at += 1;
        Ok(Kind::List(Layout::Flow, items))
    }

    fn separator(&mut self, close: u8) -> Result<(), Fault> {
        self.space();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(c) if c == close => {}
            _ => return self.fail(format!("expected ',' or '{}' after the value", close as char)),
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String, Fault> {
        let open = self.at;
        let rest = &self.source[open + 1..];
        let mut escaped = false;
        for (at, c) in rest.char_indices() {
            match c {
                '\n' | '\r' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.at = open + at + 2;
                    // A tab is no character of JSON's strings, and many files have one.
                    let text = self.source[open..self.at].replace('\t', "\\t");
                    return serde_json::from_str(&text).map_err(|error| (open, format!("this string is not well-formed: {error}")));
                }
                _ => {}
            }
        }
        self.fail("this string is not closed on its line")
    }

    fn stretch(&mut self, within: fn(u8) -> bool) -> &str {
        let start = self.at;
        while self.peek().is_some_and(within) {
            self.at += 1;
        }
        &self.source[start..self.at]
    }

    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        let text = self.stretch(|c| matches!(c, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).to_owned();
        match yaml::plain(&text) {
            yaml::Plain::Number => Ok(Kind::Number(text)),
            _ => Err((start, "this is no number".into())),
        }
    }

    fn word(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        match self.stretch(|c| c.is_ascii_alphanumeric()) {
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            "null" => Ok(Kind::Null),
            _ => Err((start, "a word in JSON is true, false or null; put a string in double quotes".into())),
        }
    }
}
