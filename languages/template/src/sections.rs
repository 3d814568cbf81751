//! From a tree to a template: which sections and which attributes there are, and what they must look like.

mod outputs;
mod resources;
mod rules;

use std::collections::HashMap;

use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::extensions::{DECLARE, FOR_EACH, NAME as EXTENSIONS};
use crate::functions::{Reader, Section};
use crate::located::Located;
use crate::node::{Entry, Kind, Name, Node, shorten};
use crate::suggest::did_you_mean;
use crate::template::{Mapping, Template};

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
];

/// Fills a template with what its sections say.
pub(crate) fn read(entries: Vec<Entry>, mut template: Template, findings: &mut Findings) -> Template {
    for entry in &entries {
        no_nulls(&entry.value, &mut vec![Step::Key(&entry.key.text)], findings);
    }
    let extensions = template.transforms.iter().any(|name| name == EXTENSIONS);
    let mut has_resources = false;
    for Entry { key, value } in entries {
        match key.text.as_str() {
            "AWSTemplateFormatVersion" => version(&value, findings),
            "Description" => template.description = description(&value, findings),
            "Metadata" => template.metadata = Some(value.literal()),
            "Transform" => {}
            "Globals" if template.transforms.iter().any(|name| name == SERVERLESS) => {}
            "Parameters" => template.parameters = crate::parameters::declared(members(value, &key, 200, findings), findings),
            "Mappings" => template.mappings = mappings(members(value, &key, 200, findings), findings),
            "Conditions" => {
                let mut reader = Reader { section: Section::Conditions, extensions, findings };
                let entries = members(value, &key, usize::MAX, reader.findings);
                template.conditions = entries.into_iter().map(|Entry { key, value }| (key, reader.expr(value))).collect();
            }
            "Rules" => template.rules = rules::rules(members(value, &key, usize::MAX, findings), extensions, findings),
            "Resources" => {
                has_resources = true;
                template.resources = resources::resources(members(value, &key, 500, findings), extensions, findings);
            }
            "Outputs" => template.outputs = outputs::outputs(members(value, &key, 200, findings), extensions, findings),
            other => findings.push(
                Diagnostic::error(&key.span, format!("Invalid template property or properties [{}]", shorten(other)))
                    .maybe_help(did_you_mean(other, SECTIONS)),
            ),
        }
    }
    if !has_resources || template.resources.is_empty() && !template.pending && !findings.has_errors() {
        let start = Span { end_line: template.span.line, end_column: template.span.column + 1, ..template.span.clone() };
        findings.push(Diagnostic::error(&start, "Template format error: At least one Resources member must be defined."));
    }
    for resource in template.resources.iter().filter(|resource| resource.resource_type.starts_with("AWS::Serverless::")) {
        let message = format!("Transform {SERVERLESS} failed with: {} is not available in Sekisho", shorten(&resource.resource_type));
        findings.push(Diagnostic::error(&resource.type_span, message).help("what it would make, AWS::Lambda::Function, is not there"));
    }
    template.index = template.resources.iter().enumerate().map(|(at, resource)| (resource.logical_id.clone(), at)).collect();
    template
}

/// A transform that leaves alone what is not its own. Nothing of its own is here.
const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// What to do instead of a macro.
pub(crate) const MACROS: &str = "Sekisho has AWS::LanguageExtensions alone; give the template as other macros leave it, for example from 'aws cloudformation get-template --template-stage Processed'";

/// A step from a value to one within it.
enum Step<'n> {
    Key(&'n str),
    Index(usize),
}

/// AWS accepts null nowhere in a template.
fn no_nulls<'n>(node: &'n Node, path: &mut Vec<Step<'n>>, findings: &mut Findings) {
    match &node.kind {
        Kind::Null => {
            let steps = path.iter().map(|step| match step {
                Step::Key(key) => format!("/{key}"),
                Step::Index(index) => format!("/{index}"),
            });
            let path = shorten(&steps.collect::<String>());
            let message = format!("[{path}] 'null' values are not allowed in templates");
            findings.push(Diagnostic::error(&node.span, message).help("give it a value, or remove the key"));
        }
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                no_nulls(item, path, findings);
                path.pop();
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                path.push(Step::Key(&entry.key.text));
                no_nulls(&entry.value, path, findings);
                path.pop();
            }
        }
        _ => {}
    }
}

fn version(value: &Node, findings: &mut Findings) {
    match value.scalar() {
        Some("2010-09-09") => {}
        Some(other) => findings.push(
            Diagnostic::error(
                &value.span,
                format!("Template format error: {} is not a supported value for AWSTemplateFormatVersion.", shorten(other)),
            )
            .help("the only version is 2010-09-09"),
        ),
        None => findings.push(Diagnostic::error(&value.span, "Template format error: AWSTemplateFormatVersion must be a string")),
    }
}

fn description(value: &Node, findings: &mut Findings) -> Option<String> {
    match value.scalar() {
        Some(text) if text.len() > 1024 => {
            findings.push(Diagnostic::error(&value.span, "Template format error: 'Description' length is greater than 1024."));
            None
        }
        Some(text) => Some(text.to_owned()),
        None => {
            findings.push(Diagnostic::error(&value.span, "Template format error: Description must be a string"));
            None
        }
    }
}

/// The transforms that the template declares, those that are there.
pub(crate) fn transforms(entries: &[Entry], findings: &mut Findings) -> Vec<String> {
    let Some(Entry { value, .. }) = entries.iter().find(|entry| entry.key.text == "Transform") else {
        return Vec::new();
    };
    let items = match &value.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(value),
    };
    let mut names = Vec::new();
    for item in items {
        let named = match &item.kind {
            // The form with parameters, which no transform of ours takes.
            Kind::Map(entries) => entries.iter().find(|entry| entry.key.text == "Name").map(|entry| &entry.value),
            _ => Some(item),
        };
        match named.and_then(Node::scalar) {
            Some(known @ (EXTENSIONS | SERVERLESS)) => names.push(known.to_owned()),
            Some(other) => {
                findings.push(Diagnostic::error(&item.span, format!("No transform named {} found.", shorten(other))).help(MACROS))
            }
            None => findings.push(Diagnostic::error(&item.span, "Template format error: a transform is named by a string").help(MACROS)),
        }
    }
    names
}

/// The members of a section, as many as AWS allows.
fn members(value: Node, section: &Name, most: usize, findings: &mut Findings) -> Vec<Entry> {
    let name = &section.text;
    let Kind::Map(entries) = value.kind else {
        if !matches!(value.kind, Kind::Null) {
            let message = format!("Template format error: {name} must be an object, not {}", value.describe());
            findings.push(Diagnostic::error(&value.span, message));
        }
        return Vec::new();
    };
    if entries.len() > most {
        let message =
            format!("Template format error: Number of {}, {}, is greater than maximum allowed, {most}", name.to_lowercase(), entries.len());
        findings.push(Diagnostic::error(&section.span, message).help("split the template into nested stacks"));
    }
    entries.into_iter().filter(|entry| logical_name(name, &entry.key, findings)).collect()
}

/// Names in a template are letters and digits.
fn logical_name(section: &str, key: &Name, findings: &mut Findings) -> bool {
    let kind = section.strip_suffix('s').unwrap_or(section);
    if key.text.starts_with(FOR_EACH) && matches!(section, "Resources" | "Conditions" | "Outputs") {
        let message = format!("Template format error: [/{section}/{}] {} definition is malformed", shorten(&key.text), kind.to_lowercase());
        findings.push(Diagnostic::error(&key.span, message).help(DECLARE));
        return false;
    }
    if key.text == "Fn::Transform" {
        findings.push(Diagnostic::error(&key.span, "Template error: Fn::Transform is not available in Sekisho").help(MACROS));
        return false;
    }
    let lax = matches!(section, "Conditions" | "Rules");
    let good = |c: char| c.is_ascii_alphanumeric() || lax && matches!(c, '-' | '_' | '.' | ':' | '&');
    if key.text.is_empty() || !key.text.chars().all(good) {
        let message = format!("Template format error: {kind} name {} is non alphanumeric.", shorten(&key.text));
        findings.push(Diagnostic::error(&key.span, message).help("use letters and digits only"));
        return false;
    }
    if key.text.len() > 255 {
        findings.push(Diagnostic::error(&key.span, format!("Template format error: {kind} name is longer than 255 characters")));
        return false;
    }
    true
}

pub(crate) fn mappings(entries: Vec<Entry>, findings: &mut Findings) -> HashMap<String, Mapping> {
    let mut mappings = HashMap::new();
    for Entry { key, value } in entries {
        let mut values: HashMap<String, HashMap<String, Located>> = HashMap::new();
        for top in object(value, &format!("Mapping {}", key.text), findings) {
            let inner = values.entry(top.key.text.clone()).or_default();
            if top.key.text.len() > 255 {
                findings.push(Diagnostic::error(&top.key.span, "Template format error: Mapping key is longer than 255 characters"));
            }
            for (count, second) in
                object(top.value, &format!("Mapping {} {}", key.text, shorten(&top.key.text)), findings).into_iter().enumerate()
            {
                if count == 200 {
                    let message =
                        format!("Template format error: Number of attributes of mapping {} is greater than maximum allowed, 200", key.text);
                    findings.push(Diagnostic::error(&second.key.span, message));
                }
                if matches!(second.value.kind, Kind::Map(_)) {
                    findings.push(
                        Diagnostic::error(
                            &second.value.span,
                            "Template format error: Every Mappings attribute must be a String or a List.",
                        )
                        .help("a mapping has two levels of keys, and no functions in its values"),
                    );
                }
                inner.insert(second.key.text, second.value.literal());
            }
        }
        mappings.insert(key.text, Mapping { span: key.span, values });
    }
    mappings
}

fn object(value: Node, what: &str, findings: &mut Findings) -> Vec<Entry> {
    match value.kind {
        Kind::Map(entries) => entries,
        Kind::Null => Vec::new(),
        _ => {
            let message = format!("Template format error: {what} must be an object, not {}", value.describe());
            findings.push(Diagnostic::error(&value.span, message));
            Vec::new()
        }
    }
}
