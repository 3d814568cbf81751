//! The `Resources` section.

use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::{Expr, ExprKind};
use crate::extensions::DECLARE;
use crate::functions::{Reader, Section};
use crate::node::{Entry, Kind, Name, Node, shorten};
use crate::suggest::did_you_mean;
use crate::template::Resource;

const ATTRIBUTES: [&str; 10] = [
    "Type",
    "Description",
    "Properties",
    "Metadata",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
];

pub(super) fn resources(entries: Vec<Entry>, extensions: bool, findings: &mut Findings) -> Vec<Resource> {
    entries.into_iter().filter_map(|entry| resource(entry, extensions, findings)).collect()
}

fn resource(entry: Entry, extensions: bool, findings: &mut Findings) -> Option<Resource> {
    let id = entry.key;
    let Kind::Map(attributes) = entry.value.kind else {
        findings.push(Diagnostic::error(
            &entry.value.span,
            format!("Template format error: [/Resources/{}] resource definition is malformed", id.text),
        ));
        return None;
    };
    let mut resource = Resource {
        logical_id: id.text,
        resource_type: String::new(),
        condition: None,
        depends_on: Vec::new(),
        deletion_policy: None,
        update_replace_policy: None,
        type_span: id.span.clone(),
        span: id.span,
        condition_name: None,
        depends_on_names: Vec::new(),
        properties: None,
        metadata: None,
        creation_policy: None,
        update_policy: None,
    };
    for Entry { key, value } in attributes {
        let path = format!("/Resources/{}/{}", resource.logical_id, key.text);
        match key.text.as_str() {
            "Type" => match value.name() {
                Some(name) => (resource.resource_type, resource.type_span) = (name.text, name.span),
                None => findings.push(malformed(&value, &path, "a string")),
            },
            "Condition" => match value.name() {
                Some(name) => {
                    resource.condition = Some(name.text.clone());
                    resource.condition_name = Some(name);
                }
                None => findings.push(malformed(&value, &path, "the name of a condition")),
            },
            "DependsOn" => match names(&value) {
                Some(names) => {
                    resource.depends_on = names.iter().map(|name| name.text.clone()).collect();
                    resource.depends_on_names = names;
                }
                None => {
                    let message = match value.kind {
                        Kind::List(_) => "Template format error: Every DependsOn value must be a string.",
                        _ => "Template format error: DependsOn must be a string or list of strings.",
                    };
                    findings.push(Diagnostic::error(&value.span, message).help("DependsOn names logical ids"));
                }
            },
            // Of no use, and allowed.
            "Description" => match value.scalar() {
                Some(text) if text.len() <= 4000 => {}
                Some(_) => findings
                    .push(Diagnostic::error(&value.span, "Template format error: Description must be no longer than 4000 characters.")),
                None => findings.push(malformed(&value, &path, "a string")),
            },
            "DeletionPolicy" => resource.deletion_policy = policy(&value, &key, &resource.logical_id, extensions, findings),
            "UpdateReplacePolicy" => resource.update_replace_policy = policy(&value, &key, &resource.logical_id, extensions, findings),
            attribute @ ("Properties" | "Metadata" | "CreationPolicy" | "UpdatePolicy") => {
                if !matches!(value.kind, Kind::Map(_) | Kind::Null) {
                    findings.push(malformed(&value, &path, "an object"));
                }
                let expr = Some(Reader { section: Section::Values, extensions, findings }.expr(value));
                match attribute {
                    "Properties" => resource.properties = expr,
                    "Metadata" => resource.metadata = expr,
                    "CreationPolicy" => resource.creation_policy = expr,
                    _ => resource.update_policy = expr,
                }
            }
            other => {
                findings.push(Diagnostic::error(&key.span, format!("Invalid template resource property '{}'", shorten(other))).maybe_help(
                    did_you_mean(other, ATTRIBUTES).or_else(|| Some("properties of the resource itself stand under Properties".to_owned())),
                ))
            }
        }
    }
    if resource.resource_type.is_empty() {
        findings.push(Diagnostic::error(
            &resource.span,
            format!("Template format error: [/Resources/{}] Every Resources object must contain a Type member.", resource.logical_id),
        ));
    }
    Some(resource)
}

fn malformed(value: &Node, path: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error(&value.span, format!("Template format error: [{path}] must be {wanted}, not {}", value.describe()))
}

fn names(value: &Node) -> Option<Vec<Name>> {
    match &value.kind {
        Kind::List(items) => items.iter().map(Node::name).collect(),
        _ => value.name().map(|name| vec![name]),
    }
}

fn policy(value: &Node, name: &Name, id: &str, extensions: bool, findings: &mut Findings) -> Option<String> {
    const POLICIES: [&str; 4] = ["Delete", "Retain", "Snapshot", "RetainExceptOnCreate"];
    let name = name.text.as_str();
    let policies = if name == "DeletionPolicy" { &POLICIES[..] } else { &POLICIES[..3] };
    match value.scalar() {
        Some(text) if policies.contains(&text) => Some(text.to_owned()),
        Some(text) => {
            let message = format!("Template format error: Unrecognized {name} {} for resource {id}", shorten(text));
            let help = did_you_mean(text, policies.iter().copied()).or_else(|| Some(format!("it is one of {}", policies.join(", "))));
            findings.push(Diagnostic::error(&value.span, message).maybe_help(help));
            None
        }
        None => {
            let finding = Diagnostic::error(&value.span, format!("Template format error: Every {name} member must be a string."));
            let function = matches!(value.kind, Kind::Map(_)) && !extensions;
            findings.push(finding.maybe_help(function.then(|| format!("to write a function here, {DECLARE}"))));
            None
        }
    }
}

impl Expr {
    /// Whether this object has a key.
    pub(crate) fn has_field(&self, name: &str) -> bool {
        matches!(&self.kind, ExprKind::Map(fields) if fields.iter().any(|field| field.key.text == name))
    }
}
