//! Where policies were written: the statements in the properties of all resources that exist, found by their content.
//!
//! Nothing here knows a resource type. A statement is an object with an `Effect` in a `Statement`; it belongs to the resource
//! in whose ids or properties its owner is named.

use crate::{
    CloudFormation,
    state::{Made, PLACES, Place, RESOURCES, ResourceRow, STACKS, Stack},
};
use gate::{Error, Origin, Scope, Sought, View};
use serde_json::Value;
use std::collections::BTreeSet;
use template::Span;

/// Words of a resource that are looked up: more than any template's resource has of policies.
const MOST_WORDS: usize = 200;
/// Resources that are looked at for one statement: the same one may stand in many roles.
const MOST_CANDIDATES: usize = 20;

/// FNV-1a. What is found by it is compared in full.
fn hash(text: &str) -> String {
    let sum = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{sum:016x}")
}

/// A statement's text without its principals and with its members in order.
fn canonical(statement: &Value) -> String {
    fn write(value: &Value, top: bool, text: &mut String) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().filter(|(key, _)| !top || !key.ends_with("Principal")).collect();
                members.sort_unstable_by_key(|(key, _)| *key);
                text.push('{');
                for (key, value) in members {
                    text.push_str(&format!("{key:?}:"));
                    write(value, false, text);
                }
                text.push('}');
            }
            Value::Array(list) => {
                text.push('[');
                list.iter().for_each(|value| write(value, false, text));
                text.push(']');
            }
            // Policies read numbers and booleans as text, and services keep them as either.
            Value::String(one) => text.push_str(&format!("{one:?},")),
            other => text.push_str(&format!("{:?},", other.to_string())),
        }
    }
    let mut text = String::new();
    write(statement, true, &mut text);
    text
}

/// A longer text is no policy.
const LONGEST_POLICY: usize = 64 * 1024;

/// A policy that is written as text.
fn written(text: &str) -> Option<Value> {
    let may = text.len() <= LONGEST_POLICY && text.trim_start().starts_with('{') && text.contains("Statement");
    may.then(|| serde_json::from_str(text).ok()).flatten()
}

/// Finds the statements within a value, with their pointers.
fn statements(value: &Value, pointer: &mut String, found: &mut dyn FnMut(&str, &Value)) {
    let is_statement = |value: &Value| value.get("Effect").is_some();
    let mut within = |step: &str, value: &Value| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Array(list) if step == "Statement" => {
                for (n, one) in list.iter().enumerate().filter(|(_, one)| is_statement(one)) {
                    found(&format!("{pointer}/{n}"), one);
                }
            }
            one if step == "Statement" && is_statement(one) => found(pointer, one),
            _ => statements(value, pointer, found),
        }
        pointer.truncate(length);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| within(key, value)),
        Value::Array(list) => list.iter().enumerate().for_each(|(n, value)| within(&n.to_string(), value)),
        Value::String(text) => {
            if let Some(Value::Object(members)) = written(text) {
                members.iter().for_each(|(key, value)| within(key, value));
            }
        }
        _ => {}
    }
}

fn statements_of(made: &Made, found: &mut dyn FnMut(&str, &Value)) {
    statements(&made.properties, &mut String::new(), found);
}

/// The words under which a resource is found: its physical id, and its statements.
fn words(made: Option<&Made>) -> BTreeSet<String> {
    let Some(made) = made else { return BTreeSet::new() };
    let mut words = BTreeSet::new();
    statements_of(made, &mut |_, statement| {
        if words.len() < MOST_WORDS {
            words.insert(hash(&canonical(statement)));
        }
    });
    if !words.is_empty() {
        words.insert(hash(&made.physical_id));
    }
    words
}

/// Keeps the words of a resource as they are now.
pub(crate) fn note(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, id: &str, made: Option<&Made>) -> Result<(), Error> {
    let [account, uuid] = stack.key();
    let before = scope.get(&RESOURCES, &[account, uuid, id])?.and_then(|row: ResourceRow| row.made);
    let (old, new) = (words(before.as_ref()), words(made));
    for word in old.difference(&new) {
        scope.delete(&PLACES, &[account, word.as_str(), uuid, id]);
    }
    for word in new.difference(&old) {
        scope.put(&PLACES, &[account, word.as_str(), uuid, id], &Place { region: stack.region.clone() })?;
    }
    Ok(())
}

/// Whether one of the names is a whole text of a value.
fn says(value: &Value, names: &[String]) -> bool {
    match value {
        Value::String(text) => names.contains(text),
        Value::Array(list) => list.iter().any(|value| says(value, names)),
        Value::Object(members) => members.values().any(|value| says(value, names)),
        _ => false,
    }
}

fn belongs(made: &Made, sought: &Sought<'_>) -> bool {
    let named = sought.owners.contains(&made.physical_id) || made.attributes.values().any(|value| says(value, sought.owners));
    // A policy of its own names those to which it is attached; a resource is nobody but itself.
    named || sought.statement.is_some() && says(&made.properties, sought.owners)
}

fn span<'m>(made: &'m Made, pointer: &str) -> Option<&'m Span> {
    made.origins.iter().find(|(known, _)| known == pointer).map(|(_, span)| span)
}

fn find(made: &Made, sought: &Sought<'_>) -> Option<(Span, Option<Span>)> {
    let Some(statement) = sought.statement else { return Some((span(made, "")?.clone(), None)) };
    let wanted = canonical(statement);
    let mut pointer = None;
    statements_of(made, &mut |at, one| {
        if pointer.is_none() && canonical(one) == wanted {
            pointer = Some(at.to_owned());
        }
    });
    let pointer = pointer?;
    let statement = span(made, &pointer)?;
    // A value that came from a parameter was written elsewhere: then the condition's operator is the place.
    let within = |span: &&Span| (statement.line..=statement.end_line).contains(&span.line);
    let mut steps = sought.element;
    let mut element = None;
    while let ([_, rest @ ..], None) = (steps, element) {
        let path = steps.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect::<String>();
        element = span(made, &format!("{pointer}{path}")).filter(within);
        steps = &steps[..rest.len()];
    }
    Some((statement.clone(), element.cloned()))
}

/// Where the statement that is sought was written, if a stack of the account made it.
pub(crate) fn origin(view: &mut View<'_, CloudFormation>, sought: &Sought<'_>) -> Result<Option<Origin>, Error> {
    let account = sought.account;
    let words: Vec<String> = match sought.statement {
        Some(statement) => vec![hash(&canonical(statement))],
        None => sought.owners.iter().map(|name| hash(name)).collect(),
    };
    for word in words {
        for (key, place) in view.scan(&PLACES, &[account.as_str(), &word])?.into_iter().take(MOST_CANDIDATES) {
            let [_, _, uuid, id] = &key[..] else { continue };
            let row = view.get(&RESOURCES, &[account.as_str(), uuid, id])?;
            let Some(made) = row.and_then(|row| row.made).filter(|made| belongs(made, sought)) else { continue };
            let Some((span, element)) = find(&made, sought) else { continue };
            let Some(stack) = view.get(&STACKS, &[account.as_str(), &place.region, uuid])? else { continue };
            return Ok(Some(Origin {
                stack: stack.arn(),
                logical_id: id.clone(),
                line: span.line,
                column: span.column,
                element: element.map(|span| (span.line, span.column)),
            }));
        }
    }
    Ok(None)
}
