//! Properties that are missing, unknown or of the wrong shape.

use super::{Mended, Of, advice, roles, tree};
use crate::Place;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use template::document::Node;

/// A property that must be there.
pub(super) fn missing(
    tree: &mut Node,
    of: &Of<'_>,
    (id, property): (&str, &str),
    place: Place,
    roles: &mut BTreeSet<String>,
) -> Option<Mended> {
    let kind = tree::kind(tree, id).to_owned();
    let (value, told) = match roles::role(tree, of, &kind, id, property, roles) {
        Some(role) => role,
        None => {
            let value = least(id, property);
            (value.clone(), format!("it goes on with {value}"))
        }
    };
    let span = tree.get("Resources")?.get(id)?.span.clone();
    let example = match &value {
        Value::Object(call) => call.get("Fn::GetAtt").map(|got| format!(": !GetAtt {}.Arn", got[0].as_str().unwrap_or_default())),
        _ => None,
    };
    tree::put(tree, &["Resources", id, "Properties", property], tree::made(&value, &span));
    let title = format!("{kind} {id} has no {property}, which it must have");
    let mut mended = Mended::at(format!("{id}/missing/{property}"), &[id], title, place);
    mended.notes.push(told);
    mended.repairs.push(advice(format!("Add {property}{} to the Properties of {id}", example.unwrap_or_default())));
    Some(mended)
}

/// The least value that a property is likely to take.
fn least(id: &str, property: &str) -> Value {
    let lower = property.to_lowercase();
    let ends = |what: &str| lower.ends_with(what);
    if ends("document") || ends("policy") {
        json!({"Version": "2012-10-17", "Statement": []})
    } else if ends("arn") {
        json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{id}")})
    } else if lower.starts_with("is") || lower.starts_with("enable") {
        json!(true)
    } else if ends("s") && !ends("ss") {
        json!([])
    } else if ["environment", "source", "artifact", "code", "artifactstore", "pattern", "configuration", "key"]
        .iter()
        .any(|what| ends(what))
    {
        json!({})
    } else {
        json!(id)
    }
}

/// A property that the type does not take, or not in this shape.
pub(super) fn superfluous(tree: &mut Node, (id, property): (&str, &str), why: Fault, place: Place) -> Option<Mended> {
    let kind = tree::kind(tree, id).to_owned();
    let path = tree::keys(&["Resources", id, "Properties", property]);
    let value = tree::take(tree, &path)?;
    let all = tree::at(tree, &path[..3])?;
    let mut mended = match why {
        Fault::Unknown { meant: Some(meant) } => {
            let title = format!("{kind} {id} takes no {property}: did you mean {meant}?");
            // Where both are written, the wrong one says nothing new.
            let there = all.get(&meant).is_some();
            if !there {
                tree::put(tree, &["Resources", id, "Properties", &meant], value);
            }
            let mut mended = Mended::at(format!("{id}/unknown/{property}"), &[id], title, place);
            mended.repairs.push(advice(if there { format!("Remove {property}") } else { format!("Write {meant} instead of {property}") }));
            mended
        }
        Fault::Unknown { meant: None } => {
            let mut mended = Mended::at(format!("{id}/unknown/{property}"), &[id], format!("{kind} {id} takes no {property}"), place);
            mended.repairs.push(advice(format!("Remove {property} from the Properties of {id}")));
            mended
        }
        Fault::Shape(found) => {
            let title = format!("{kind} {id}: {property} is not of the kind that it must be: {found}");
            Mended::at(format!("{id}/shape/{property}"), &[id], title, place)
        }
    };
    if mended.repairs.is_empty() {
        mended.notes.push("it goes on without it".into());
    }
    Some(mended)
}

/// What is wrong with a property.
pub(super) enum Fault {
    Unknown { meant: Option<String> },
    Shape(String),
}
