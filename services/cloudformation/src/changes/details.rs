//! Which parts of a resource change, and why.

use super::{
    Fate, MARKER,
    shape::{Detail, Target},
};
use crate::{evaluation::same, state::Made};
use gate::{ResourceType, Update};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use template::{Located, Reference};

/// What is shown in place of a value that is known only when it is made.
const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
/// What is shown in place of what nobody is shown.
const MASK: &str = "****";

/// Why properties change.
pub(super) struct Reasons<'a> {
    pub(super) references: BTreeMap<String, BTreeSet<Reference>>,
    pub(super) fates: &'a HashMap<String, Fate>,
    pub(super) parameters: &'a BTreeSet<String>,
}

/// Why one property changes: the source, whether it is known to change, and because of what.
type Reason = (&'static str, &'static str, Option<String>);

impl Reasons<'_> {
    fn of(&self, name: &str, new: Option<&Value>) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        for reference in self.references.get(name).into_iter().flatten() {
            match reference {
                Reference::Parameter(name) if self.parameters.contains(name) => {
                    reasons.push(("ParameterReference", "Static", Some(name.clone())));
                }
                Reference::Resource(id) => match self.fates.get(id) {
                    Some(Fate::Replaced) => reasons.push(("ResourceReference", "Static", Some(id.clone()))),
                    Some(Fate::PerhapsReplaced) => reasons.push(("ResourceReference", "Dynamic", Some(id.clone()))),
                    _ => {}
                },
                Reference::Attribute(id, attribute) => {
                    if matches!(self.fates.get(id), Some(Fate::Modified | Fate::Replaced | Fate::PerhapsReplaced)) {
                        reasons.push(("ResourceAttribute", "Dynamic", Some(format!("{id}.{attribute}"))));
                    }
                }
                Reference::Parameter(_) => {}
            }
        }
        // Whether the author changed it too is not looked for where there is another reason.
        let known = reasons.is_empty() && !new.is_some_and(waits);
        reasons.push(("DirectModification", if known { "Static" } else { "Dynamic" }, None));
        reasons
    }
}

/// Whether a value is not known yet.
fn waits(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(MARKER),
        Value::Array(items) => items.iter().any(waits),
        Value::Object(members) => members.values().any(waits),
        _ => false,
    }
}

/// A place where two values differ.
struct Difference {
    path: String,
    kind: &'static str,
    before: Option<Value>,
    after: Option<Value>,
}

/// How deep values are compared: below, they are shown as a whole.
const DEEPEST: usize = 32;

fn differences(path: &mut String, depth: usize, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    if same(old, new) {
        return;
    }
    let length = path.len();
    let mut within = |step: &str, old: Option<&Value>, new: Option<&Value>| {
        path.push('/');
        path.push_str(&step.replace('~', "~0").replace('/', "~1"));
        differences(path, depth + 1, old, new, found);
        path.truncate(length);
    };
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) if depth < DEEPEST => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            keys.into_iter().for_each(|key| within(key, old.get(key), new.get(key)));
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if depth < DEEPEST => {
            (0..old.len().max(new.len())).for_each(|at| within(&at.to_string(), old.get(at), new.get(at)));
        }
        _ => found.push(Difference {
            path: path.clone(),
            kind: match (old, new) {
                (None, _) => "Add",
                (_, None) => "Remove",
                _ => "Modify",
            },
            before: old.cloned(),
            after: new.cloned(),
        }),
    }
}

/// A value as it is shown: what is not known yet has AWS's word, and what nobody is shown is masked.
fn shown(value: &Value, pointer: &mut String, masked: &[String]) -> Value {
    if masked.iter().any(|secret| secret == pointer) {
        return MASK.into();
    }
    let length = pointer.len();
    let mut within = |step: &str, value: &Value| {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let value = shown(value, pointer, masked);
        pointer.truncate(length);
        value
    };
    match value {
        Value::String(text) if text.contains(MARKER) => KNOWN_AFTER_APPLY.into(),
        Value::Array(items) => items.iter().enumerate().map(|(n, item)| within(&n.to_string(), item)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), within(key, value))).collect(),
        other => other.clone(),
    }
}

fn text(value: &Value, pointer: &str, masked: &[String]) -> String {
    match shown(value, &mut pointer.to_string(), masked) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A resource with its properties and metadata, as JSON text.
pub(super) fn context(properties: &Value, masked: &[String], metadata: Option<&Value>) -> String {
    let mut context = json!({"Properties": shown(properties, &mut String::new(), masked)});
    if let Some(metadata) = metadata {
        context["Metadata"] = metadata.clone();
    }
    context.to_string()
}

/// A part that is no property.
pub(super) fn plain(attribute: &str, recreation: &str) -> Detail {
    let target = Target { attribute: attribute.into(), requires_recreation: recreation.into(), ..Target::default() };
    Detail { target, evaluation: "Static".into(), change_source: Some("DirectModification".into()), causing_entity: None }
}

/// The properties that change: a detail for each place and each reason.
pub(super) fn of_properties(kind: &dyn ResourceType, made: &Made, new: &Located, reasons: &Reasons<'_>) -> Vec<Detail> {
    let replaces = |name: &str| kind.properties().iter().any(|p| p.name == name && p.update == Update::Replace);
    let secrets = crate::evaluation::secrets(new);
    let json = new.to_json();
    let mut details = Vec::new();
    for name in crate::evaluation::differing(&made.properties, &json) {
        let recreation = if replaces(&name) { "Always" } else { "Never" };
        let (attribute, shown_name) = if name == "Tags" { ("Tags", None) } else { ("Properties", Some(name.clone())) };
        let mut found = Vec::new();
        let mut path = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        differences(&mut path, 0, made.properties.get(&name), json.get(&name), &mut found);
        let reasons = reasons.of(&name, json.get(&name));
        for difference in found {
            let after = difference.after.as_ref().map(|value| text(value, &difference.path, &secrets));
            // What an earlier release made may hold secrets that it did not note.
            let before = made.masked.as_ref().zip(difference.before.as_ref());
            let before = before.map(|(masked, value)| text(value, &difference.path, masked));
            for (source, evaluation, entity) in &reasons {
                details.push(Detail {
                    target: Target {
                        attribute: attribute.into(),
                        name: shown_name.clone(),
                        requires_recreation: recreation.into(),
                        path: Some(format!("/Properties{}", difference.path)),
                        before_value: before.clone(),
                        after_value: after.clone(),
                        attribute_change_type: Some(difference.kind.into()),
                    },
                    evaluation: (*evaluation).into(),
                    change_source: Some((*source).into()),
                    causing_entity: entity.clone(),
                });
            }
        }
    }
    details
}

/// `True`, `False` or `Conditional`: what the part with the most impact needs.
pub(super) fn replacement(details: &[Detail]) -> &'static str {
    let any = |recreation: &str, evaluation: Option<&str>| {
        details.iter().any(|d| d.target.requires_recreation == recreation && evaluation.is_none_or(|e| d.evaluation == e))
    };
    if any("Always", Some("Static")) {
        "True"
    } else if any("Always", None) || any("Conditionally", None) {
        "Conditional"
    } else {
        "False"
    }
}
