//! The processed template, as `GetTemplate` shows it.

use serde_json::{Map, Value, json};

use super::expander::Expander;
use super::{expand, with_ground};
use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::inputs::Inputs;
use crate::located::any_secret;
use crate::node::{Entry, Kind, Node};

/// The functions of the transform, which its result is without.
const FUNCTIONS: [&str; 3] = ["Fn::Length", "Fn::ToJsonString", "Fn::FindInMap"];

/// The sections as JSON after the transform, which is gone.
pub(crate) fn processed(entries: Vec<Entry>, span: &Span, inputs: &Inputs<'_>) -> Result<String, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    let mut entries = expand(entries, span, Some(inputs), &mut findings).entries;
    let mut sections = Map::new();
    with_ground(&mut entries, span, Some(inputs), &mut findings, |expander, entries| {
        for Entry { key, value } in entries.iter().filter(|entry| entry.key.text != "Transform") {
            let resolved = matches!(key.text.as_str(), "Conditions" | "Resources" | "Outputs");
            sections.insert(key.text.clone(), if resolved { shown(value, expander) } else { value.literal().to_json() });
        }
    });
    findings.finish(Some(Value::Object(sections).to_string())).map(|(text, _)| text)
}

fn shown(node: &Node, expander: &mut Expander<'_, '_>) -> Value {
    match &node.kind {
        Kind::List(items) => Value::Array(items.iter().map(|item| shown(item, expander)).collect()),
        Kind::Map(entries) => {
            if let [Entry { key, .. }] = entries.as_slice()
                && FUNCTIONS.contains(&key.text.as_str())
                && let Ok(Some(found)) = expander.resolve(node.clone())
                && !any_secret(&found)
            {
                return found.to_json();
            }
            if let [Entry { key, value }] = entries.as_slice()
                && key.text == "Fn::GetAtt"
                && let Some((resource, attribute)) = value.scalar().and_then(|text| text.split_once('.'))
            {
                return json!({"Fn::GetAtt": [resource, attribute]});
            }
            entries.iter().map(|Entry { key, value }| (key.text.clone(), shown(value, expander))).collect()
        }
        _ => node.literal().to_json(),
    }
}
