//! A JSON tree that keeps byte offsets and refuses duplicate keys: two things serde_json does not offer.

use crate::{PolicyError, error::Fault};
use std::{borrow::Cow, collections::HashSet};

/// No policy language nests deeper; a case file adds a few levels.
const MAX_DEPTH: usize = 32;

#[derive(Debug)]
pub(crate) struct Node<'t> {
    pub at: usize,
    pub end: usize,
    pub value: Value<'t>,
}

#[derive(Debug)]
pub(crate) enum Value<'t> {
    Null,
    Bool(bool),
    Number(&'t str),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Object(Vec<Member<'t>>),
}

#[derive(Debug)]
pub(crate) struct Member<'t> {
    pub key: Cow<'t, str>,
    pub at: usize,
    pub node: Node<'t>,
}

impl Node<'_> {
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
    /// The elements of a list, or the one value that stands for a list of one.
    pub fn one_or_many(&self) -> &[Self] {
        match &self.value {
            Value::List(list) => list,
            _ => std::slice::from_ref(self),
        }
    }
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

/// Parses exactly one value.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, PolicyError> {
    let mut parser = Parser { text, at: 0 };
    let node = parser.value(0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.error("text after the end of the JSON value"));
    }
    Ok(node)
}

/// Parses values one after another, as in a file with one value a line.
pub(crate) fn parse_many(text: &str) -> Result<Vec<Node<'_>>, PolicyError> {
    let mut parser = Parser { text, at: 0 };
    let mut nodes = Vec::new();
    loop {
        parser.space();
        if parser.at == text.len() {
            return Ok(nodes);
        }
        nodes.push(parser.value(0)?);
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn error(&self, message: impl Into<String>) -> PolicyError {
        PolicyError::new(self.text, self.at, "", message).of(Fault::Json)
    }
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }
    fn expected(&self, what: &str) -> PolicyError {
        match self.text[self.at..].chars().next() {
            Some(found) => self.error(format!("expected {what}, found '{}'", found.escape_default())),
            None => self.error(format!("the JSON text ends where {what} is expected")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'t>, PolicyError> {
        self.space();
        let at = self.at;
        if depth > MAX_DEPTH {
            return Err(self.error(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node { at, end: self.at, value })
    }

    fn word(&mut self) -> Result<Value<'t>, PolicyError> {
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.expected("a JSON value"))
    }

    fn number(&mut self) -> Result<Value<'t>, PolicyError> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let number = &rest[..length];
        if serde_json::from_str::<serde_json::Number>(number).is_err() {
            return Err(self.error(format!("'{number}' is not a JSON number")));
        }
        self.at += length;
        Ok(Value::Number(number))
    }

    fn string(&mut self) -> Result<Cow<'t, str>, PolicyError> {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(0..0x20) => return Err(self.error("a control character in a string must be escaped")),
                Some(_) => self.at += 1,
                None => {
                    self.at = start;
                    return Err(self.error("the string that begins here has no closing quote"));
                }
            }
        }
        self.at += 1;
        let quoted = &self.text[start..self.at];
        if !escaped {
            return Ok(Cow::Borrowed(&quoted[1..quoted.len() - 1]));
        }
        serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| {
            self.at = start;
            self.error("the string that begins here has an invalid escape")
        })
    }

    fn list(&mut self, depth: usize) -> Result<Value<'t>, PolicyError> {
        self.at += 1;
        let mut list = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(list));
        }
        loop {
            list.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::List(list));
            }
            if !self.take(b',') {
                return Err(self.expected("',' or ']'"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'t>, PolicyError> {
        self.at += 1;
        let mut members = Vec::new();
        let mut seen = HashSet::new();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let key = self.string()?;
            if !seen.insert(key.clone()) {
                self.at = at;
                return Err(self.error(format!("the key '{key}' is there twice; merge the two")));
            }
            if !self.take(b':') {
                return Err(self.expected("':'"));
            }
            let node = self.value(depth + 1)?;
            members.push(Member { key, at, node });
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take(b',') {
                return Err(self.expected("',' or '}'"));
            }
        }
    }
}
