//! What a field's value is compared with.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>

use crate::pattern::{InvalidPattern, invalid};
use serde_json::Value;
use std::net::IpAddr;

#[derive(Debug, Clone)]
pub(crate) enum Matcher {
    Text(String),
    Number(f64),
    Flag(bool),
    Null,
    Like(Like),
    /// None of these texts, numbers or forms.
    Not(Vec<Matcher>),
    Range(Vec<(Order, f64)>),
    Network(IpAddr, u32),
    /// Judged by the field, not by a value.
    Exists(bool),
}

/// The form of a text.
#[derive(Debug, Clone)]
pub(crate) enum Like {
    Prefix(String),
    PrefixAnyCase(String),
    Suffix(String),
    SuffixAnyCase(String),
    AnyCase(String),
    /// The pieces between the stars.
    Wildcard(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Order {
    Less,
    AtMost,
    More,
    AtLeast,
    Same,
}

const NAMES: [&str; 8] = ["prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric", "cidr", "exists"];
const IGNORE_CASE: &str = "equals-ignore-case";
/// Numbers beyond are not exact.
const GREATEST: f64 = 5e9;

impl Matcher {
    pub(crate) fn is_name(name: &str) -> bool {
        NAMES.contains(&name)
    }

    /// The text that it names.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn read(value: &Value) -> Result<Self, InvalidPattern> {
        let Value::Object(members) = value else { return scalar(value) };
        let mut all = members.iter();
        let (Some((name, operand)), None) = (all.next(), all.next()) else {
            return invalid(if members.is_empty() { "Empty objects are not allowed" } else { "Only one key allowed in match expression" });
        };
        match name.as_str() {
            "prefix" | "suffix" | IGNORE_CASE | "wildcard" => like(name, operand).map(Self::Like),
            "anything-but" => anything_but(operand).map(Self::Not),
            "numeric" => range(operand).map(Self::Range),
            "cidr" => network(operand),
            "exists" => match operand {
                Value::Bool(wanted) => Ok(Self::Exists(*wanted)),
                _ => invalid("exists match pattern must be either true or false."),
            },
            other => invalid(format!("Unrecognized match type {other}")),
        }
    }

    pub(crate) fn matches(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Number(number) => value.as_f64() == Some(*number),
            Self::Flag(flag) => value.as_bool() == Some(*flag),
            Self::Null => value.is_null(),
            Self::Like(form) => value.as_str().is_some_and(|text| form.matches(text)),
            Self::Not(others) => !others.iter().any(|other| other.matches(value)),
            Self::Range(bounds) => value.as_f64().is_some_and(|n| bounds.iter().all(|(order, bound)| order.holds(n, *bound))),
            Self::Network(network, bits) => {
                value.as_str().and_then(|text| text.parse().ok()).is_some_and(|address| within(address, *network, *bits))
            }
            Self::Exists(_) => false,
        }
    }
}

impl Order {
    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::AtMost => value <= bound,
            Self::More => value > bound,
            Self::AtLeast => value >= bound,
            Self::Same => value == bound,
        }
    }
}

impl Like {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Prefix(prefix) => text.starts_with(prefix),
            Self::PrefixAnyCase(prefix) => text.to_lowercase().starts_with(&prefix.to_lowercase()),
            Self::Suffix(suffix) => text.ends_with(suffix),
            Self::SuffixAnyCase(suffix) => text.to_lowercase().ends_with(&suffix.to_lowercase()),
            Self::AnyCase(other) => text.to_lowercase() == other.to_lowercase(),
            Self::Wildcard(pieces) => spans(pieces, text),
        }
    }
}

/// Whether the pieces make the text, with anything between each two.
fn spans(pieces: &[String], text: &str) -> bool {
    let (Some((first, rest)), Some(last)) = (pieces.split_first(), pieces.last()) else { return false };
    let Some((_, middle)) = rest.split_last() else { return text == first };
    let Some(mut left) = text.strip_prefix(first.as_str()).and_then(|left| left.strip_suffix(last.as_str())) else { return false };
    middle.iter().all(|piece| match left.find(piece.as_str()) {
        Some(at) => {
            left = &left[at + piece.len()..];
            true
        }
        None => false,
    })
}

fn scalar(value: &Value) -> Result<Matcher, InvalidPattern> {
    match value {
        Value::String(text) => Ok(Matcher::Text(text.clone())),
        Value::Number(number) => Ok(Matcher::Number(number.as_f64().unwrap_or(f64::NAN))),
        Value::Bool(flag) => Ok(Matcher::Flag(*flag)),
        Value::Null => Ok(Matcher::Null),
        _ => invalid("Match value must be String, number, true, false, or null"),
    }
}

fn like(name: &str, operand: &Value) -> Result<Like, InvalidPattern> {
    match (name, operand) {
        ("prefix", Value::String(text)) => Ok(Like::Prefix(text.clone())),
        ("suffix", Value::String(text)) => Ok(Like::Suffix(text.clone())),
        (IGNORE_CASE, Value::String(text)) => Ok(Like::AnyCase(text.clone())),
        ("wildcard", Value::String(text)) => wildcard(text).map(Like::Wildcard),
        ("prefix" | "suffix", Value::Object(members)) if members.len() == 1 => match members.get(IGNORE_CASE) {
            Some(Value::String(text)) if name == "prefix" => Ok(Like::PrefixAnyCase(text.clone())),
            Some(Value::String(text)) => Ok(Like::SuffixAnyCase(text.clone())),
            _ => invalid(format!("Unsupported anything-but pattern or {name} match pattern: only {IGNORE_CASE} may stand in it")),
        },
        _ => invalid(format!("{name} match pattern must be a string")),
    }
}

fn wildcard(text: &str) -> Result<Vec<String>, InvalidPattern> {
    let mut pieces = vec![String::new()];
    let mut letters = text.chars().enumerate();
    let mut star = false;
    while let Some((at, letter)) = letters.next() {
        let after_star = std::mem::replace(&mut star, letter == '*');
        match letter {
            '*' if after_star => return invalid(format!("Consecutive wildcard characters at pos {}", at - 1)),
            '*' => pieces.push(String::new()),
            letter => {
                let letter = match letter {
                    '\\' => match letters.next() {
                        Some((_, escaped @ ('*' | '\\'))) => escaped,
                        _ => return invalid(format!("Invalid escape character at pos {at}")),
                    },
                    other => other,
                };
                if let Some(piece) = pieces.last_mut() {
                    piece.push(letter);
                }
            }
        }
    }
    Ok(pieces)
}

fn anything_but(operand: &Value) -> Result<Vec<Matcher>, InvalidPattern> {
    match operand {
        Value::Array(items) if items.is_empty() => invalid("Empty arrays are not allowed"),
        Value::Array(items) => {
            if !items.iter().all(Value::is_string) && !items.iter().all(Value::is_number) {
                return invalid("Inside anything but list either all values are number or string, mixed type is not supported");
            }
            items.iter().map(scalar).collect()
        }
        Value::Object(members) => {
            let mut all = members.iter();
            let (Some((name, operand)), None) = (all.next(), all.next()) else {
                return invalid("Only one key allowed in match expression");
            };
            if !["prefix", "suffix", IGNORE_CASE, "wildcard"].contains(&name.as_str()) {
                return invalid(format!("Unsupported anything-but pattern: {name}"));
            }
            let one = |operand: &Value| like(name, operand).map(Matcher::Like);
            match operand {
                Value::Array(items) if items.is_empty() => invalid("Empty arrays are not allowed"),
                Value::Array(items) => items.iter().map(one).collect(),
                other => Ok(vec![one(other)?]),
            }
        }
        Value::String(_) | Value::Number(_) => Ok(vec![scalar(operand)?]),
        _ => invalid("Value of anything-but must be an array or single string/number value."),
    }
}

fn range(operand: &Value) -> Result<Vec<(Order, f64)>, InvalidPattern> {
    let Value::Array(items) = operand else { return invalid("Value of numeric must be an array.") };
    let mut bounds = Vec::new();
    for pair in items.chunks(2) {
        let order = match pair[0].as_str() {
            Some("<") => Order::Less,
            Some("<=") => Order::AtMost,
            Some(">") => Order::More,
            Some(">=") => Order::AtLeast,
            Some("=") => Order::Same,
            Some(other) => return invalid(format!("Unrecognized numeric range operator: {other}")),
            None => return invalid("Invalid member in numeric match: an operator is <, <=, >, >= or ="),
        };
        let sign = pair[0].as_str().unwrap_or_default();
        match pair.get(1).and_then(Value::as_f64) {
            Some(bound) if bound.abs() <= GREATEST => bounds.push((order, bound)),
            Some(_) => return invalid(format!("Value of {sign} must be between -{GREATEST} and {GREATEST}")),
            None => return invalid(format!("Value of {sign} must be numeric")),
        }
    }
    match bounds.as_slice() {
        [_] => Ok(bounds),
        [(Order::More | Order::AtLeast, bottom), (Order::Less | Order::AtMost, top)]
        | [(Order::Less | Order::AtMost, top), (Order::More | Order::AtLeast, bottom)] => {
            if bottom < top {
                Ok(bounds)
            } else {
                invalid("Bottom must be less than top")
            }
        }
        [] => invalid("Empty arrays are not allowed"),
        _ => invalid("Too many terms in numeric range expression"),
    }
}

fn network(operand: &Value) -> Result<Matcher, InvalidPattern> {
    let Value::String(text) = operand else { return invalid("cidr match pattern must be a string") };
    let Some((address, bits)) = text.split_once('/') else { return invalid("Malformed CIDR, one '/' required") };
    let parsed = address.parse::<IpAddr>().ok().zip(bits.parse::<u32>().ok());
    match parsed.filter(|(address, bits)| *bits <= if address.is_ipv4() { 32 } else { 128 }) {
        Some((address, bits)) => Ok(Matcher::Network(address, bits)),
        None => invalid(format!("Malformed CIDR: {text}")),
    }
}

fn within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (a.to_bits() ^ n.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0,
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits() ^ n.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0,
        _ => false,
    }
}
