//! Decisions as rows of the table.

use super::names::Names;
use crate::cases::Case;
use gate::{Decided, Part};

/// One demand, without what is the example's own.
#[derive(PartialEq, Eq)]
pub struct Row {
    pub action: String,
    pub resource: String,
    pub needed: &'static str,
    pub keys: Vec<String>,
    pub by: String,
}

/// A condition key without the tag or context entry that it names.
fn general_key(key: &str) -> String {
    if let Some((family, _)) = key.split_once('/') {
        return format!("{family}/{{key}}");
    }
    match key.strip_prefix("kms:EncryptionContext:") {
        Some(_) => "kms:EncryptionContext:{key}".into(),
        None => key.into(),
    }
}

fn by(decided: &Decided, principal: &str, names: &Names) -> String {
    let who = match decided.caller.as_str() {
        caller if caller == principal => "the caller".to_owned(),
        caller if caller.starts_with("arn:") => {
            let role = caller.split('/').nth(1).unwrap_or(caller);
            format!("the role `{}`", names.general(role))
        }
        service => format!("`{service}`"),
    };
    match decided.via.last() {
        Some(service) => format!("{who}, through `{service}`"),
        None => who,
    }
}

/// The rows of a case; what is demanded twice is told once.
pub fn rows(case: &Case, decided: &[Decided], principal: &str, names: &Names) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for one in decided {
        let mut keys: Vec<String> = one.own.iter().map(|(key, _)| general_key(key)).collect();
        keys.sort();
        keys.dedup();
        let needed = match one.part {
            Part::Required => "yes",
            Part::Probe(_) => "looked at",
            Part::Item(_) => "per item",
        };
        let inside =
            if [&case.name(), &one.action].contains(&&one.operation) { String::new() } else { format!(", in `{}`", one.operation) };
        let resource = one.resource.as_ref().map_or_else(|| "*".to_owned(), |arn| names.general(arn.as_str()));
        let by = format!("{}{inside}", by(one, principal, names));
        let row = Row { action: one.action.clone(), resource, needed, keys, by };
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}
