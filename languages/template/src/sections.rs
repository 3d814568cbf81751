//! From a tree to a template: which sections and which attributes there are, and what they must look like.

use std::collections::HashMap;

use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::functions::{Reader, Section};
use crate::expression::{Expr, ExprKind};
use crate::located::Located;
use crate::node::{Entry, Kind, Name, Node, shorten};
use crate::suggest::did_you_mean;
use crate::template::{Assertion, Mapping, OutputDeclaration, Resource, Rule, Template};

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions", "Transform",
    "Resources", "Outputs",
];

pub(crate) fn read(entries: Vec<Entry>, span: Span, findings: &mut Findings) -> Template {
    let mut template = Template {
        span,
        description: None,
        metadata: None,
        transforms: Vec::new(),
        parameters: Vec::new(),
        mappings: HashMap::new(),
        conditions: Vec::new(),
        rules: Vec::new(),
        resources: Vec::new(),
        index: HashMap::new(),
        outputs: Vec::new(),
        warnings: Vec::new(),
    };
    for entry in &entries {
        no_nulls(&entry.value, &mut format!("/{}", entry.key.text), findings);
        if entry.key.text == "Transform" {
            template.transforms = transforms(&entry.value, findings);
        }
    }
    let extensions = template.transforms.iter().any(|name| name == EXTENSIONS);
    let mut has_resources = false;
    for Entry { key, value } in entries {
        match key.text.as_str() {
            "AWSTemplateFormatVersion" => version(&value, findings),
            "Description" => template.description = description(&value, findings),
            "Metadata" => template.metadata = Some(value.literal()),
            "Transform" => {}
            "Parameters" => template.parameters = crate::parameters::declared(members(value, &key, 200, findings), findings),
            "Mappings" => template.mappings = mappings(members(value, &key, 200, findings), findings),
            "Conditions" => {
                let mut reader = Reader { section: Section::Conditions, extensions, findings };
                let entries = members(value, &key, usize::MAX, reader.findings);
                template.conditions = entries.into_iter().map(|Entry { key, value }| (key, reader.expr(value))).collect();
            }
            "Rules" => template.rules = rules(members(value, &key, usize::MAX, findings), extensions, findings),
            "Resources" => {
                has_resources = true;
                template.resources = resources(members(value, &key, 500, findings), extensions, findings);
            }
            "Outputs" => template.outputs = outputs(members(value, &key, 200, findings), extensions, findings),
            other => findings.push(
                Diagnostic::error(&key.span, format!("Invalid template property or properties [{}]", shorten(other)))
                    .maybe_help(did_you_mean(other, SECTIONS)),
            ),
        }
    }
    if !has_resources {
        let start = Span { end_line: template.span.line, end_column: template.span.column + 1, ..template.span.clone() };
        findings.push(Diagnostic::error(&start, "Template format error: At least one Resources member must be defined."));
    }
    template.index = template.resources.iter().enumerate().map(|(at, resource)| (resource.logical_id.clone(), at)).collect();
    template
}

const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// AWS accepts null nowhere in a template.
fn no_nulls(node: &Node, path: &mut String, findings: &mut Findings) {
    let length = path.len();
    match &node.kind {
        Kind::Null => findings.push(
            Diagnostic::error(&node.span, format!("[{}] 'null' values are not allowed in templates", shorten(path)))
                .help("give it a value, or remove the key"),
        ),
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("/{index}"));
                no_nulls(item, path, findings);
                path.truncate(length);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                path.push('/');
                path.push_str(&entry.key.text);
                no_nulls(&entry.value, path, findings);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn version(value: &Node, findings: &mut Findings) {
    match value.scalar() {
        Some("2010-09-09") => {}
        Some(other) => findings.push(
            Diagnostic::error(&value.span, format!("Template format error: {} is not a supported value for AWSTemplateFormatVersion.", shorten(other)))
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

fn transforms(value: &Node, findings: &mut Findings) -> Vec<String> {
    let items = match &value.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(value),
    };
    let mut names = Vec::new();
    for item in items {
        match item.scalar() {
            Some(EXTENSIONS) => names.push(EXTENSIONS.to_owned()),
            Some(other) => findings.push(
                Diagnostic::error(&item.span, format!("No transform named {} found.", shorten(other)))
                    .help(format!("Sekisho has {EXTENSIONS}; process other macros before")),
            ),
            None => findings.push(
                Diagnostic::error(&item.span, "Template format error: a transform is named by a string")
                    .help("AWS::Include and macros with parameters are not available in Sekisho"),
            ),
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
        let message = format!(
            "Template format error: Number of {}, {}, is greater than maximum allowed, {most}",
            name.to_lowercase(),
            entries.len()
        );
        findings.push(Diagnostic::error(&section.span, message).help("split the template into nested stacks"));
    }
    entries.into_iter().filter(|entry| logical_name(name, &entry.key, findings)).collect()
}

/// Names in a template are letters and digits.
fn logical_name(section: &str, key: &Name, findings: &mut Findings) -> bool {
    let kind = section.strip_suffix('s').unwrap_or(section);
    if key.text.starts_with("Fn::ForEach") || key.text.starts_with("Fn::Transform") {
        findings.push(
            Diagnostic::error(&key.span, format!("Template error: {} is not available in Sekisho", shorten(&key.text)))
                .help("expand it before, for example with 'aws cloudformation get-template --template-stage Processed'"),
        );
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

fn mappings(entries: Vec<Entry>, findings: &mut Findings) -> HashMap<String, Mapping> {
    let mut mappings = HashMap::new();
    for Entry { key, value } in entries {
        let mut values: HashMap<String, HashMap<String, Located>> = HashMap::new();
        for top in object(value, &format!("Mapping {}", key.text), findings) {
            let inner = values.entry(top.key.text.clone()).or_default();
            for second in object(top.value, &format!("Mapping {} {}", key.text, shorten(&top.key.text)), findings) {
                if matches!(second.value.kind, Kind::Map(_)) {
                    findings.push(
                        Diagnostic::error(&second.value.span, "Template format error: Every Mappings attribute must be a String or a List.")
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

fn rules(entries: Vec<Entry>, extensions: bool, findings: &mut Findings) -> Vec<Rule> {
    let mut rules = Vec::new();
    for Entry { key, value } in entries {
        let mut rule = Rule { name: key, condition: None, assertions: Vec::new() };
        for Entry { key, value } in object(value, &format!("Rule {}", rule.name.text), findings) {
            match (key.text.as_str(), value.kind) {
                ("RuleCondition", kind) => {
                    let node = Node { kind, span: value.span };
                    rule.condition = Some(Reader { section: Section::Rules, extensions, findings }.expr(node));
                }
                ("Assertions", Kind::List(items)) => {
                    rule.assertions.extend(items.into_iter().filter_map(|item| assertion(item, extensions, findings)));
                }
                (other, _) => findings.push(
                    Diagnostic::error(&key.span, format!("Template format error: Invalid rule property {}", shorten(other)))
                        .help("a rule has a RuleCondition and a list of Assertions"),
                ),
            }
        }
        rules.push(rule);
    }
    rules
}

fn assertion(item: Node, extensions: bool, findings: &mut Findings) -> Option<Assertion> {
    let span = item.span.clone();
    let (mut assert, mut description) = (None, None);
    for Entry { key, value } in object(item, "an assertion", findings) {
        match key.text.as_str() {
            "Assert" => assert = Some(Reader { section: Section::Rules, extensions, findings }.expr(value)),
            "AssertDescription" => description = value.scalar().map(str::to_owned),
            other => findings.push(Diagnostic::error(&key.span, format!("Template format error: Invalid assertion property {}", shorten(other)))),
        }
    }
    if assert.is_none() {
        findings.push(Diagnostic::error(&span, "Template format error: every assertion must contain an Assert member."));
    }
    assert.map(|assert| Assertion { assert, description })
}

const ATTRIBUTES: [&str; 9] = [
    "Type", "Properties", "Metadata", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy",
    "UpdatePolicy",
];

fn resources(entries: Vec<Entry>, extensions: bool, findings: &mut Findings) -> Vec<Resource> {
    entries.into_iter().filter_map(|entry| resource(entry, extensions, findings)).collect()
}

fn resource(entry: Entry, extensions: bool, findings: &mut Findings) -> Option<Resource> {
    let id = entry.key;
    let Kind::Map(attributes) = entry.value.kind else {
        findings.push(Diagnostic::error(&entry.value.span, format!("Template format error: [/Resources/{}] resource definition is malformed", id.text)));
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
                None => findings.push(malformed(&value, &path, "a logical id or a list of logical ids")),
            },
            "DeletionPolicy" => resource.deletion_policy = policy(&value, &path, true, findings),
            "UpdateReplacePolicy" => resource.update_replace_policy = policy(&value, &path, false, findings),
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
            other => findings.push(
                Diagnostic::error(&key.span, format!("Invalid template resource property '{}'", shorten(other)))
                    .maybe_help(did_you_mean(other, ATTRIBUTES).or_else(|| Some("properties of the resource itself stand under Properties".to_owned()))),
            ),
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

fn policy(value: &Node, path: &str, deletion: bool, findings: &mut Findings) -> Option<String> {
    let policies: &[&str] = if deletion { &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"] } else { &["Delete", "Retain", "Snapshot"] };
    match value.scalar() {
        Some(text) if policies.contains(&text) => Some(text.to_owned()),
        Some(text) => {
            findings.push(
                Diagnostic::error(&value.span, format!("Template format error: [{path}] Unrecognized policy {}", shorten(text)))
                    .maybe_help(did_you_mean(text, policies.iter().copied()).or_else(|| Some(format!("it is one of {}", policies.join(", "))))),
            );
            None
        }
        None => {
            findings.push(malformed(value, path, "a string").help("functions are not available here"));
            None
        }
    }
}

fn outputs(entries: Vec<Entry>, extensions: bool, findings: &mut Findings) -> Vec<OutputDeclaration> {
    entries.into_iter().filter_map(|entry| output(entry, extensions, findings)).collect()
}

fn output(entry: Entry, extensions: bool, findings: &mut Findings) -> Option<OutputDeclaration> {
    let key = entry.key;
    let (mut text, mut condition, mut value, mut export) = (None, None, None, None);
    let mut reader = Reader { section: Section::Values, extensions, findings };
    for member in object(entry.value, &format!("Output {}", key.text), reader.findings) {
        match member.key.text.as_str() {
            "Description" => text = description(&member.value, reader.findings),
            "Condition" => condition = member.value.name(),
            "Value" => value = Some(reader.expr(member.value)),
            "Export" => match member.value.kind {
                Kind::Map(mut entries) if entries.len() == 1 && entries[0].key.text == "Name" => {
                    export = entries.pop().map(|name| reader.expr(name.value));
                }
                _ => reader.findings.push(
                    Diagnostic::error(&member.value.span, format!("Template format error: Output {} is malformed. Export must contain a Name.", key.text)),
                ),
            },
            other => reader.findings.push(
                Diagnostic::error(&member.key.span, format!("Template format error: Output {} is malformed. Invalid property {}", key.text, shorten(other)))
                    .maybe_help(did_you_mean(other, ["Description", "Condition", "Value", "Export"])),
            ),
        }
    }
    let Some(value) = value else {
        findings.push(Diagnostic::error(&key.span, format!("Template format error: Output {} is malformed. Every Outputs member must contain a Value object", key.text)));
        return None;
    };
    let condition_text = condition.as_ref().map(|name| name.text.clone());
    Some(OutputDeclaration { key: key.text, description: text, condition: condition_text, span: key.span, condition_name: condition, value, export })
}

impl Expr {
    /// Whether this object has a key.
    pub(crate) fn has_field(&self, name: &str) -> bool {
        matches!(&self.kind, ExprKind::Map(fields) if fields.iter().any(|field| field.key.text == name))
    }
}
