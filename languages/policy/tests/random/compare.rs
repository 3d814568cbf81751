//! The second evaluator's texts, numbers and conditions.

use crate::{
    coverage::{self, Seen},
    naive::Options,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Lowercase key to its values; a list in the request is marked by a second entry under `key[]`.
pub type Context = BTreeMap<String, Vec<String>>;

pub fn context(value: &Value) -> Context {
    let mut ctx = Context::new();
    for (key, value) in value.as_object().unwrap() {
        let key = key.to_lowercase();
        match value {
            Value::Array(list) => {
                if !list.is_empty() {
                    ctx.insert(format!("{key}[]"), vec![]);
                    ctx.insert(key, list.iter().map(|v| v.as_str().unwrap().into()).collect());
                }
            }
            one => {
                ctx.insert(key, vec![one.as_str().unwrap().into()]);
            }
        }
    }
    ctx
}

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Char(char),
    Any,
    One,
}

/// A text with its variables filled in; None if one has no value.
pub fn tokens(text: &str, wildcards: bool, new: bool, ctx: &Context) -> Option<Vec<Token>> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if new && chars[i] == '$' && chars.get(i + 1) == Some(&'{') {
            let end = i + chars[i..].iter().position(|c| *c == '}').unwrap();
            let body: String = chars[i + 2..end].iter().collect();
            i = end + 1;
            let (key, default) = match body.split_once(", '") {
                Some((key, default)) => (key.to_lowercase(), Some(default.trim_end_matches('\'').to_string())),
                None => (body.to_lowercase(), None),
            };
            let value = match key.as_str() {
                "*" | "?" | "$" => key.clone(),
                _ if ctx.contains_key(&format!("{key}[]")) => default?,
                _ => ctx.get(&key).map(|v| v[0].clone()).or(default)?,
            };
            out.extend(value.chars().map(Token::Char));
            continue;
        }
        out.push(match chars[i] {
            '*' if wildcards => Token::Any,
            '?' if wildcards => Token::One,
            c => Token::Char(c),
        });
        i += 1;
    }
    Some(out)
}

pub fn tokens_match(pattern: &[Token], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(Token::Any), _) => tokens_match(&pattern[1..], text) || !text.is_empty() && tokens_match(pattern, &text[1..]),
        (Some(Token::One), Some(_)) => tokens_match(&pattern[1..], &text[1..]),
        (Some(Token::Char(c)), Some(t)) if c == t => tokens_match(&pattern[1..], &text[1..]),
        _ => false,
    }
}

pub fn glob(pattern: &str, text: &str) -> bool {
    let pattern = tokens(pattern, true, false, &Context::new()).unwrap();
    tokens_match(&pattern, &text.chars().collect::<Vec<_>>())
}

/// A value that leaves no choice: no wildcard, no variable, no broad network.
pub fn is_fixed(operator: &str, text: &str, new: bool) -> bool {
    let variable = new && text.contains("${");
    match operator {
        "StringEquals" | "StringEqualsIgnoreCase" => !variable,
        "IpAddress" => network(text).is_some_and(|(_, bits, all)| bits >= if all == 32 { 8 } else { 32 }),
        "StringLike" => !variable && !text.contains(['*', '?']),
        _ => !variable && !text.contains(['*', '?']) && text.starts_with("arn:") && text.matches(':').count() >= 5,
    }
}

/// Address bits as text of zeros and ones, prefix length, width.
fn network(text: &str) -> Option<(String, usize, usize)> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let bits = match address.parse::<std::net::IpAddr>().ok()? {
        std::net::IpAddr::V4(a) => a.octets().iter().map(|o| format!("{o:08b}")).collect::<String>(),
        std::net::IpAddr::V6(a) => a.octets().iter().map(|o| format!("{o:08b}")).collect(),
    };
    let width = bits.len();
    let prefix = prefix.map_or(Some(width), |p| p.parse().ok())?;
    (prefix <= width).then_some((bits, prefix, width))
}

/// All operators and keys hold.
pub fn all(conditions: &Value, new: bool, ctx: &Context, options: &Options) -> bool {
    conditions.as_object().unwrap().iter().all(|(op, keys)| {
        keys.as_object().unwrap().iter().all(|(key, values)| {
            let values: Vec<String> = match values {
                Value::Array(list) => list.iter().map(|v| v.as_str().unwrap().to_string()).collect(),
                one => vec![one.as_str().unwrap().to_string()],
            };
            let key = key.to_lowercase();
            let holds = one(op, &key, &values, new, ctx, options);
            let seen = match ctx.get(&key) {
                None => Seen::Missing,
                Some(_) if ctx.contains_key(&format!("{key}[]")) => Seen::Many,
                Some(_) => Seen::One,
            };
            coverage::condition(op, seen, holds);
            holds
        })
    })
}

fn one(op: &str, key: &str, values: &[String], new: bool, ctx: &Context, options: &Options) -> bool {
    let seen = ctx.get(key);
    if op == "Null" {
        return values.iter().any(|v| (v == "true") == seen.is_none());
    }
    let (set, rest) = op.split_once(':').map_or(("", op), |(s, r)| (s, r));
    let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |n| (n, true));
    let negated = name.contains("Not");
    let positive = name.replace("Not", "");
    let Some(seen) = seen else {
        return match set {
            "ForAllValues" => true,
            "ForAnyValue" => if_exists && options.flag("forAnyValueIfExistsOnMissingKey", true),
            _ => negated || if_exists,
        };
    };
    let holds = |value: &String| {
        let results: Vec<Pair> = values.iter().map(|v| pair(&positive, v, value, new, ctx)).collect();
        if !negated {
            return results.contains(&Pair::Match);
        }
        let never = |p: &Pair| *p == Pair::NotComparable || *p == Pair::NotArn && !options.flag("arnNotEqualsOnNonArn", true);
        !results.contains(&Pair::Match) && !results.iter().any(never)
    };
    match set {
        "ForAllValues" => {
            seen.iter().all(holds) || seen.iter().all(|v| v.is_empty()) && options.flag("forAllValuesEmptyStringIsMissing", false)
        }
        "ForAnyValue" => seen.iter().any(holds),
        _ if ctx.contains_key(&format!("{key}[]")) => options.flag("multivaluedKeyWithoutSetOperator", false) && seen.iter().any(holds),
        _ => holds(&seen[0]),
    }
}

#[derive(PartialEq)]
enum Pair {
    Match,
    Differ,
    NotComparable,
    NotArn,
}

fn plain(tokens: &[Token]) -> String {
    tokens.iter().map(|t| if let Token::Char(c) = t { *c } else { unreachable!("no wildcards here") }).collect()
}

fn pair(op: &str, policy: &str, seen: &str, new: bool, ctx: &Context) -> Pair {
    let yes = |b: bool| if b { Pair::Match } else { Pair::Differ };
    let filled = |wildcards| tokens(policy, wildcards, new, ctx);
    match op {
        "StringEquals" => yes(filled(false).is_some_and(|t| plain(&t) == seen)),
        "StringEqualsIgnoreCase" => yes(filled(false).is_some_and(|t| plain(&t).to_lowercase() == seen.to_lowercase())),
        "StringLike" => yes(filled(true).is_some_and(|t| tokens_match(&t, &seen.chars().collect::<Vec<_>>()))),
        "Bool" => {
            let low = seen.to_lowercase();
            yes((low == "true" || low == "false") && filled(false).is_some_and(|t| plain(&t).to_lowercase() == low))
        }
        "IpAddress" => yes(match (network(policy), network(seen)) {
            (Some((a, prefix, n)), Some((b, _, m))) => n == m && a[..prefix] == b[..prefix],
            _ => false,
        }),
        "ArnEquals" | "ArnLike" => {
            let Some(tokens) = filled(true) else { return Pair::Differ };
            let parts: Vec<&[Token]> = tokens.splitn(6, |t| *t == Token::Char(':')).collect();
            let own: Vec<&str> = seen.splitn(6, ':').collect();
            let arn: Vec<Token> = "arn".chars().map(Token::Char).collect();
            if parts.len() < 6 || own.len() < 6 || own[0] != "arn" || parts[0] != arn {
                return Pair::NotArn;
            }
            yes(parts.iter().zip(own).all(|(p, o)| tokens_match(p, &o.chars().collect::<Vec<_>>())))
        }
        "BinaryEquals" => yes(match (bytes(policy), bytes(seen)) {
            (Some(p), Some(s)) => p == s,
            _ => false,
        }),
        _ if op.starts_with("Numeric") => match (number(policy), number(seen)) {
            (Some(p), Some(s)) => yes(order(op, s, p)),
            _ => Pair::NotComparable,
        },
        _ => match (seconds(policy), seconds(seen)) {
            (Some(p), Some(s)) => yes(order(op, s, p)),
            _ => Pair::NotComparable,
        },
    }
}

fn order(op: &str, seen: f64, policy: f64) -> bool {
    match op.trim_start_matches("Numeric").trim_start_matches("Date") {
        "Equals" => seen == policy,
        "LessThan" => seen < policy,
        "LessThanEquals" => seen <= policy,
        "GreaterThan" => seen > policy,
        _ => seen >= policy,
    }
}

/// An integer or a decimal; nothing else that Rust takes for a number.
fn number(text: &str) -> Option<f64> {
    if text.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c)) { text.parse().ok() } else { None }
}

/// Six bits a letter, by hand.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let plain = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - plain.len() > 2 {
        return None;
    }
    let letters: Option<Vec<usize>> = plain.chars().map(|c| alphabet.find(c)).collect();
    let bits: String = letters?.iter().map(|n| format!("{n:06b}")).collect();
    let whole = bits.len() / 8 * 8;
    // What is left over must be nothing but zeros.
    if bits[whole..].contains('1') {
        return None;
    }
    Some((0..whole).step_by(8).map(|at| u8::from_str_radix(&bits[at..at + 8], 2).unwrap()).collect())
}

/// Epoch seconds, or a date of the few the generator writes.
fn seconds(text: &str) -> Option<f64> {
    match text {
        "2026" | "2026-01" | "2026-01-01" | "2026-01-01T00:00Z" | "2026-01-01T00:00:00Z" | "2026-01-01T09:00:00+09:00" => {
            Some(1_767_225_600.0)
        }
        "2026-01-01T00:00:00.5Z" => Some(1_767_225_600.5),
        "2026-06-01T00:00:00Z" => Some(1_780_272_000.0),
        other => number(other),
    }
}
