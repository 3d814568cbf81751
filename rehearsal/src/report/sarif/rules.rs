//! The rules: a kind of finding each.

use crate::Kind;
use serde_json::{Value, json};

pub(super) fn all() -> Vec<Value> {
    Kind::ALL.iter().map(|(kind, name, text)| rule(*kind, name, text)).collect()
}

fn rule(kind: Kind, name: &str, text: &str) -> Value {
    let (level, problem, precision) = match kind {
        Kind::Undeployable | Kind::Denied => ("error", "error", "very-high"),
        Kind::Mismatch | Kind::Deputy => ("warning", "warning", "high"),
        Kind::Wide | Kind::Dead => ("warning", "warning", "high"),
        Kind::Unused | Kind::Assumed | Kind::Unknown => ("note", "recommendation", "medium"),
    };
    let tags: &[&str] = match security(kind) {
        Some(_) => &["aws", "iam", "security"],
        None => &["aws", "delivery"],
    };
    let mut rule = json!({
        "id": name,
        "shortDescription": {"text": format!("{text}.")},
        "fullDescription": {"text": format!("{text}. {}", more(kind))},
        "help": {"text": more(kind), "markdown": more(kind)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": tags, "precision": precision, "problem.severity": problem},
    });
    if let Some(score) = security(kind) {
        rule["properties"]["security-severity"] = score.into();
    }
    rule
}

/// The score that GitHub ranks security findings by: 7.0 and more is high, 4.0 and more medium, below it is low.
fn security(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Deputy => Some("7.5"),
        Kind::Wide => Some("5.0"),
        Kind::Unused => Some("3.0"),
        _ => None,
    }
}

/// What to make of it.
fn more(kind: Kind) -> &'static str {
    match kind {
        Kind::Undeployable => {
            "The stacks or pipelines cannot be made as they are written. What comes after is rehearsed as if it were mended."
        }
        Kind::Denied => "The run stops at this call. The message names the policies that decide and the smallest grant that mends it.",
        Kind::Mismatch => "One part names what another does not have, or keeps it elsewhere. Change one of the two.",
        Kind::Deputy => "Somebody who should not can act with these rights. Bind the trust or the grant to those who are meant.",
        Kind::Wide => "The pattern lets through what the delivery does not need. The narrowest pattern that serves is in the repair.",
        Kind::Unused => "Neither the rehearsal nor a recorded run needs it. Remove it, or keep it for what is not rehearsed.",
        Kind::Dead => {
            "It neither allows nor denies anything. Most often a resource, an action or a key is written otherwise than AWS has it."
        }
        Kind::Assumed => "The rehearsal takes it to be there and to allow what the delivery needs. Give the account's state to be sure.",
        Kind::Unknown => "What lies behind it is not rehearsed. Give what is missing, or accept it in the baseline.",
    }
}
