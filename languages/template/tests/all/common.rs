//! What the tests share: a stack's inputs, resources that exist, and values shown with their places.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use template::{Attributes, Diagnostic, DynamicReference, Inputs, Located, LocatedValue, Template};

/// Resources whose answers show who was asked.
pub struct Existing;

impl Attributes for Existing {
    fn reference(&self, logical_id: &str) -> Option<String> {
        Some(format!("ref-{logical_id}"))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        match attribute {
            "Missing" => None,
            "List" => Some(json!(["one", "two"])),
            _ => Some(json!(format!("{logical_id}/{attribute}"))),
        }
    }
}

fn import(name: &str) -> Option<String> {
    (name == "shared-Key").then(|| "arn:key".to_owned())
}

fn resolver(reference: &DynamicReference) -> Result<String, String> {
    match reference {
        DynamicReference::Ssm { name, version } => match name.as_str() {
            "absent" => Err("there is no parameter absent".to_owned()),
            "/list" => Ok("x, y".to_owned()),
            _ => Ok(format!("ssm<{name}@{}>", version.as_deref().unwrap_or("latest"))),
        },
        secret => Err(format!("{secret:?} was asked for")),
    }
}

/// A stack's inputs.
pub fn inputs(parameters: &[(&str, &str)]) -> Inputs<'static> {
    let given: BTreeMap<String, String> = parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Inputs {
        parameters: given,
        notification_arns: vec!["arn:topic".to_owned()],
        imports: &import,
        resolver: Some(&resolver),
        ..Inputs::new("eu-west-1", "012345678901", "shop", "arn:aws:cloudformation:eu-west-1:012345678901:stack/shop/1")
    }
}

/// A template with one resource `R`, whose property `V` is `value`, after `head`.
pub fn with_property(head: &str, value: &str) -> String {
    let block = value.starts_with("Fn::") || value.starts_with("Ref:");
    let value = format!("{}{value}", if block { "\n  " } else { "" }).replace('\n', "\n      ");
    format!("{head}Resources:\n  Other:\n    Type: T::T::T\n  R:\n    Type: T::T::T\n    Properties:\n      V: {value}\n")
}

/// The value of the property `V` of `R`.
pub fn evaluate(source: &str, parameters: &[(&str, &str)]) -> Result<Located, Vec<Diagnostic>> {
    let inputs = inputs(parameters);
    let template = Template::process(source, "t", &inputs)?;
    let properties = template.plan(&inputs)?.properties("R", &Existing)?;
    Ok(properties.get("V").cloned().unwrap_or_else(|| Located::new(LocatedValue::Null, properties.span.clone())))
}

/// Findings as a user sees them.
pub fn shown(findings: &[Diagnostic]) -> String {
    findings.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")
}
