//! The values of options: JSON, the short syntax, files.

use crate::MAX_DEPTH;
use serde_json::{Map, Value};

/// A known value, read as the CLI reads it where it does not know the member's type. A text that is neither stays one.
pub(crate) fn value(text: &str) -> Value {
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(trimmed)
    {
        return value;
    }
    short(trimmed).unwrap_or_else(|| Value::String(text.into()))
}

/// `Key=a,List=b,c,Map={x=y}`.
fn short(text: &str) -> Option<Value> {
    let mut reader = Short { rest: text, depth: 0 };
    let value = reader.map()?;
    reader.rest.is_empty().then_some(value)
}

struct Short<'a> {
    rest: &'a str,
    depth: usize,
}

impl Short<'_> {
    fn key(&mut self) -> Option<String> {
        let (key, rest) = self.rest.split_once('=')?;
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:/#".contains(c));
        if !plain || key.contains("://") {
            return None;
        }
        self.rest = rest;
        Some(key.into())
    }
    fn eat(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
    fn map(&mut self) -> Option<Value> {
        let mut map = Map::new();
        loop {
            let key = self.key()?;
            let mut value = self.one()?;
            while self.rest.starts_with(',') {
                let before = self.rest;
                self.eat(',');
                let next = self.rest;
                if self.key().is_some() {
                    self.rest = before;
                    break;
                }
                self.rest = next;
                let more = self.one()?;
                match &mut value {
                    Value::Array(list) => list.push(more),
                    _ => value = Value::Array(vec![value, more]),
                }
            }
            map.insert(key, value);
            if !self.eat(',') {
                return Some(Value::Object(map));
            }
        }
    }
    fn one(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = if self.eat('{') {
            let map = self.map()?;
            self.eat('}').then_some(map)?
        } else if self.eat('[') {
            let mut list = vec![];
            while !self.eat(']') {
                if self.rest.is_empty() {
                    return None;
                }
                list.push(self.one()?);
                self.eat(',');
            }
            Value::Array(list)
        } else if let Some(quote) = ['"', '\''].into_iter().find(|quote| self.rest.starts_with(*quote)) {
            self.eat(quote);
            let (text, rest) = self.rest.split_once(quote)?;
            self.rest = rest;
            Value::String(text.into())
        } else {
            let end = self.rest.find([',', '}', ']']).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            if text.is_empty() && rest.starts_with([']', '}']) && self.depth > MAX_DEPTH {
                return None;
            }
            self.rest = rest;
            Value::String(text.into())
        };
        self.depth -= 1;
        // A bracket that closes nothing would be looked at for ever.
        if self.rest.starts_with('}') && self.depth == 0 { None } else { Some(value) }
    }
}
