//! `{ $.a = "x" && ($.b > 3 || $.c IS NULL) }`

use crate::{
    Cursor, Expression, InvalidPattern, invalid,
    operand::{Comparison, Operator},
};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap};

#[derive(Debug)]
pub(crate) struct Check {
    /// The selector as it is written.
    text: String,
    steps: Vec<Step>,
    test: Test,
}

#[derive(Debug)]
enum Step {
    Key(String),
    Index(usize),
    AnyKey,
    AnyItem,
}

#[derive(Debug)]
enum Test {
    Compare(Comparison),
    IsTrue,
    IsFalse,
    IsNull,
    Exists,
    NotExists,
}

const DEEPEST: usize = 64;

pub(crate) fn parse(mut cursor: Cursor<'_>) -> Result<Expression<Check>, InvalidPattern> {
    cursor.expect("{")?;
    let expression = Expression::parse(&mut cursor, &check)?;
    cursor.expect("}")?;
    if !cursor.is_done() {
        return invalid(format!("Invalid filter pattern: nothing may follow the braces{}", cursor.here()));
    }
    Ok(expression)
}

fn check(cursor: &mut Cursor<'_>) -> Result<Check, InvalidPattern> {
    let (text, steps) = selector(cursor)?;
    if let Some(operator) = Operator::parse(cursor) {
        return Ok(Check { text, steps, test: Test::Compare(Comparison::parse(operator, cursor)?) });
    }
    let test = if cursor.eat_word("IS") {
        cursor.skip_space();
        [("TRUE", Test::IsTrue), ("FALSE", Test::IsFalse), ("NULL", Test::IsNull)].into_iter().find(|(word, _)| cursor.eat_word(word))
    } else if cursor.eat_word("NOT") {
        cursor.skip_space();
        cursor.eat_word("EXISTS").then_some(("", Test::NotExists))
    } else {
        cursor.eat_word("EXISTS").then_some(("", Test::Exists))
    };
    match test {
        Some((_, test)) => Ok(Check { text, steps, test }),
        None => invalid(format!("Invalid filter pattern: '{text}' is not compared{}", cursor.here())),
    }
}

fn selector(cursor: &mut Cursor<'_>) -> Result<(String, Vec<Step>), InvalidPattern> {
    cursor.skip_space();
    if !cursor.eat("$") {
        return invalid(format!("Invalid filter pattern: a selector begins with '$'{}", cursor.here()));
    }
    let (mut text, mut steps) = (String::from("$"), Vec::new());
    loop {
        if cursor.eat(".") {
            if cursor.peek() == Some('[') {
                continue;
            }
            text.push('.');
            steps.push(if cursor.eat("*") {
                text.push('*');
                Step::AnyKey
            } else {
                let key = cursor.take_while(|c| c.is_alphanumeric() || "_-@#/:".contains(c));
                if key.is_empty() {
                    return invalid(format!("Invalid filter pattern: the selector '{text}' lacks a name{}", cursor.here()));
                }
                text.push_str(key);
                Step::Key(key.to_owned())
            });
        } else if cursor.eat("[") {
            cursor.skip_space();
            steps.push(match cursor.peek() {
                Some('*') if cursor.eat("*") => {
                    text.push_str("[*]");
                    Step::AnyItem
                }
                Some(quote @ ('\'' | '"')) => {
                    let key = cursor.between(quote, true)?;
                    text.push_str(&format!("['{key}']"));
                    Step::Key(key)
                }
                _ => {
                    let digits = cursor.take_while(|c| c.is_ascii_digit());
                    let Ok(index) = digits.parse() else {
                        return invalid(format!("Invalid filter pattern: '{text}[' needs a number, a quoted name or *{}", cursor.here()));
                    };
                    text.push_str(&format!("[{digits}]"));
                    Step::Index(index)
                }
            });
            cursor.expect("]")?;
        } else {
            break;
        }
        if steps.len() > DEEPEST {
            return invalid(format!("Invalid filter pattern: a selector has more than {DEEPEST} steps"));
        }
    }
    if steps.is_empty() {
        return invalid("Invalid filter pattern: a selector names nothing");
    }
    Ok((text, steps))
}

/// Whether `found` says yes to any of the values that the steps lead to.
fn any(value: &Value, steps: &[Step], found: &mut dyn FnMut(&Value) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return found(value) };
    match (step, value) {
        (Step::Key(key), Value::Object(members)) => members.get(key).is_some_and(|value| any(value, rest, found)),
        (Step::Index(index), Value::Array(items)) => items.get(*index).is_some_and(|value| any(value, rest, found)),
        (Step::AnyKey, Value::Object(members)) => members.values().any(|value| any(value, rest, found)),
        (Step::AnyItem, Value::Array(items)) => items.iter().any(|value| any(value, rest, found)),
        _ => false,
    }
}

/// The text of a value that can be compared: lists and objects cannot.
fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Check {
    fn holds(&self, document: &Value) -> bool {
        let is = |test: &dyn Fn(&Value) -> bool| any(document, &self.steps, &mut |value| test(value));
        match &self.test {
            Test::Compare(comparison) => is(&|value| scalar(value).is_some_and(|text| comparison.holds(&text))),
            Test::IsTrue => is(&|value| *value == Value::Bool(true)),
            Test::IsFalse => is(&|value| *value == Value::Bool(false)),
            Test::IsNull => is(&Value::is_null),
            Test::Exists => is(&|_| true),
            Test::NotExists => !is(&|_| true),
        }
    }
}

/// The JSON object or list that a message is.
pub(crate) fn document(message: &str) -> Option<Value> {
    message.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(message).ok())?
}

pub(crate) fn holds(expression: &Expression<Check>, document: &Value) -> bool {
    expression.holds(&|check| check.holds(document))
}

/// What the selectors lead to, the first of each.
pub(crate) fn values(expression: &Expression<Check>, document: &Value) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for check in expression.checks() {
        any(document, &check.steps, &mut |value| {
            let text = scalar(value).map(Cow::into_owned).unwrap_or_else(|| value.to_string());
            values.entry(check.text.clone()).or_insert(text);
            true
        });
    }
    values
}
