//! What a version of a template would change in a stack, and whether it can be brought about at all.

use crate::{
    evaluation::{differing, masked, same},
    state::{OutputRow, ResourceRow},
};
use gate::{ResourceType, Update};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use template::{Attributes, Diagnostic, Located, LocatedValue, Plan, ResourceAttribute, ResourcePlan, Severity, Span};

/// The resource types of a template, by name.
pub(crate) type Kinds = BTreeMap<String, Arc<dyn ResourceType>>;

/// One change of a change set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    r#type: String,
    /// What happens to a resource.
    pub resource_change: ResourceChange,
}

/// What happens to a resource.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html>
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceChange {
    /// What becomes of the resource that goes, where one goes.
    pub policy_action: Option<String>,
    /// `Add`, `Modify` or `Remove`.
    pub action: String,
    /// Its name in the template.
    pub logical_resource_id: String,
    /// Its present id.
    pub physical_resource_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// `True`, `False` or `Conditional`, for `Modify`.
    pub replacement: Option<String>,
    /// Which parts of it change.
    pub scope: Vec<String>,
    /// Each part that changes.
    pub details: Vec<Detail>,
}

/// A part of a resource that changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Detail {
    /// Which part.
    pub target: Target,
    /// `Static`: it is known that and how it changes; `Dynamic`: it depends on a resource that changes.
    pub evaluation: String,
    /// Why it changes.
    pub change_source: Option<String>,
    /// The resource or attribute it depends on.
    pub causing_entity: Option<String>,
}

/// Which part of a resource changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Target {
    /// `Properties`, `Tags`, `Metadata`, `DeletionPolicy`, `UpdateReplacePolicy`.
    pub attribute: String,
    /// The property's name.
    pub name: Option<String>,
    /// `Never`, `Conditionally` or `Always`.
    pub requires_recreation: String,
}

/// What an evaluation before the fact finds.
pub(crate) struct Survey {
    pub(crate) changes: Vec<Change>,
    /// Whether the outputs change too; not looked at where resources change.
    pub(crate) outputs_change: bool,
}

impl Survey {
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.outputs_change
    }
}

/// What will become of a resource: whether its id and its attributes stay as they are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Same,
    /// Its id stays.
    Modified,
    New,
}

/// The marker of a value that is known only when it is made; AWS shows the same in its change sets.
const MARKER: &str = "{{changeSet:KNOWN_AFTER_APPLY";

struct Forecast<'a> {
    rows: &'a HashMap<String, ResourceRow>,
    fates: HashMap<String, Fate>,
    asked_unknown: Cell<bool>,
}

impl Forecast<'_> {
    fn unknown(&self, entity: &str) -> String {
        self.asked_unknown.set(true);
        format!("{MARKER}:{entity}}}}}")
    }
    fn made(&self, id: &str) -> Option<&crate::state::Made> {
        self.rows.get(id)?.made.as_ref()
    }
}

impl Attributes for Forecast<'_> {
    fn reference(&self, id: &str) -> Option<String> {
        match self.fates.get(id)? {
            Fate::New => Some(self.unknown(id)),
            Fate::Same | Fate::Modified => Some(self.made(id)?.physical_id.clone()),
        }
    }
    fn attribute(&self, id: &str, attribute: &str) -> Option<Value> {
        match self.fates.get(id)? {
            Fate::New | Fate::Modified => Some(Value::String(self.unknown(&format!("{id}.{attribute}")))),
            Fate::Same => self.made(id)?.attributes.get(attribute).cloned(),
        }
    }
}

/// The resource or attribute that a value waits for.
fn cause(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => {
            let (_, rest) = text.split_once(MARKER)?;
            Some(rest.strip_prefix(':')?.split_once("}}")?.0.to_string())
        }
        Value::Array(items) => items.iter().find_map(|item| cause(Some(item))),
        Value::Object(members) => members.values().find_map(|member| cause(Some(member))),
        _ => None,
    }
}

pub(crate) fn finding(span: &Span, message: String, help: Option<String>) -> Diagnostic {
    Diagnostic { severity: Severity::Error, message, span: span.clone(), help }
}

fn check_properties(kind: &dyn ResourceType, resource: &ResourcePlan, properties: &Located, findings: &mut Vec<Diagnostic>) {
    let known = kind.properties();
    let LocatedValue::Map(members) = &properties.value else { return };
    for (name, value) in members {
        if !known.iter().any(|p| p.name == name) {
            let names: Vec<&str> = known.iter().map(|p| p.name).collect();
            let help = format!("Sekisho knows of {}: {}", kind.name(), names.join(", "));
            findings.push(finding(
                &value.span,
                format!("Resource {}: Encountered unsupported property {name}", resource.logical_id),
                Some(help),
            ));
        }
    }
    for property in known.iter().filter(|p| p.required && properties.get(p.name).is_none()) {
        let message = format!(
            "Property validation failure: [The property {{/{}}} is required] for resource {} of type {}",
            property.name,
            resource.logical_id,
            kind.name()
        );
        findings.push(finding(&resource.span, message, Some(format!("add {} to its Properties", property.name))));
    }
}

fn detail(attribute: &str, name: Option<&str>, recreation: &str, causing: Option<String>) -> Detail {
    let source = match &causing {
        None => "DirectModification",
        Some(entity) if entity.contains('.') => "ResourceAttribute",
        Some(_) => "ResourceReference",
    };
    Detail {
        target: Target { attribute: attribute.into(), name: name.map(str::to_string), requires_recreation: recreation.into() },
        evaluation: if causing.is_some() { "Dynamic" } else { "Static" }.into(),
        change_source: Some(source.into()),
        causing_entity: causing,
    }
}

fn property_details(kind: &dyn ResourceType, old: &Value, new: &Value) -> Vec<Detail> {
    let replaces = |name: &str| kind.properties().iter().any(|p| p.name == name && p.update == Update::Replace);
    let of = |name: String| {
        let causing = cause(new.get(&name));
        let recreation = match (replaces(&name), causing.is_some()) {
            (false, _) => "Never",
            (true, true) => "Conditionally",
            (true, false) => "Always",
        };
        match name.as_str() {
            "Tags" => detail("Tags", None, recreation, causing),
            name => detail("Properties", Some(name), recreation, causing),
        }
    };
    differing(old, new).into_iter().map(of).collect()
}

fn modification(row: &ResourceRow, physical_id: &str, resource: &ResourcePlan, details: Vec<Detail>) -> Option<ResourceChange> {
    if details.is_empty() {
        return None;
    }
    let any = |recreation: &str| details.iter().any(|d| d.target.requires_recreation == recreation);
    let replacement = if any("Always") {
        "True"
    } else if any("Conditionally") {
        "Conditional"
    } else {
        "False"
    };
    let mut scope: Vec<String> = Vec::new();
    for detail in &details {
        if !scope.contains(&detail.target.attribute) {
            scope.push(detail.target.attribute.clone());
        }
    }
    let retained = resource.update_replace_policy.as_deref() == Some("Retain");
    Some(ResourceChange {
        policy_action: (replacement != "False").then(|| if retained { "ReplaceAndRetain" } else { "ReplaceAndDelete" }.into()),
        action: "Modify".into(),
        logical_resource_id: row.logical_id.clone(),
        physical_resource_id: Some(physical_id.into()),
        resource_type: row.resource_type.clone(),
        replacement: Some(replacement.into()),
        scope,
        details,
    })
}

/// Metadata of a resource, without secrets: it is shown and compared, nothing else.
pub(crate) fn metadata(plan: &Plan<'_>, id: &str, known: &dyn Attributes) -> Result<Option<Value>, Vec<Diagnostic>> {
    Ok(plan.attribute(id, ResourceAttribute::Metadata, known)?.map(|value| masked(&value)))
}

fn unsupported(plan: &Plan<'_>, resource: &ResourcePlan, known: &dyn Attributes, findings: &mut Vec<Diagnostic>) {
    for (attribute, name) in [(ResourceAttribute::CreationPolicy, "CreationPolicy"), (ResourceAttribute::UpdatePolicy, "UpdatePolicy")] {
        if !matches!(plan.attribute(&resource.logical_id, attribute, known), Ok(None)) {
            let message = format!("{name} of {} is not supported for resources of type {}", resource.logical_id, resource.resource_type);
            findings.push(finding(&resource.span, message, Some(format!("remove {name}: no resource type of Sekisho takes one"))));
        }
    }
    for (policy, name) in [(&resource.deletion_policy, "DeletionPolicy"), (&resource.update_replace_policy, "UpdateReplacePolicy")] {
        if policy.as_deref() == Some("Snapshot") {
            let message = format!("Template error: resource type {} does not support {name} Snapshot", resource.resource_type);
            findings.push(finding(&resource.span, message, Some("use Delete or Retain".into())));
        }
    }
}

/// Evaluates all resources before the fact. All that is wrong is found at once.
pub(crate) fn survey(
    plan: &Plan<'_>,
    kinds: &Kinds,
    rows: &HashMap<String, ResourceRow>,
    outputs: &[OutputRow],
) -> Result<Survey, Vec<Diagnostic>> {
    let mut forecast = Forecast { rows, fates: HashMap::new(), asked_unknown: Cell::new(false) };
    let mut findings = Vec::new();
    let mut changes = Vec::new();
    for id in plan.order() {
        let (Some(resource), Some(row)) = (plan.resource(id), Some(rows.get(id))) else { continue };
        let Some(kind) = kinds.get(&resource.resource_type) else { continue };
        forecast.asked_unknown.set(false);
        unsupported(plan, resource, &forecast, &mut findings);
        let evaluated = plan.properties(id, &forecast).and_then(|properties| Ok((properties, metadata(plan, id, &forecast)?)));
        let evaluated = match evaluated {
            Ok(evaluated) => Some(evaluated),
            // A function of a value that is not known yet, such as Split, may fail on the marker: it is decided later.
            Err(_) if forecast.asked_unknown.get() => None,
            Err(list) => {
                findings.extend(list);
                continue;
            }
        };
        if let Some((properties, _)) = &evaluated {
            check_properties(&**kind, resource, properties, &mut findings);
            findings.extend(crate::secure::misplaced(resource, properties));
        }
        let (change, fate) = match row.and_then(|row| Some((row, row.made.as_ref()?))) {
            None => {
                let change = ResourceChange {
                    action: "Add".into(),
                    logical_resource_id: id.clone(),
                    resource_type: resource.resource_type.clone(),
                    ..ResourceChange::default()
                };
                (Some(change), Fate::New)
            }
            Some((row, made)) if made.resource_type != resource.resource_type => {
                let message = format!(
                    "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{id}]"
                );
                findings.push(finding(
                    &resource.span,
                    message,
                    Some(format!("it is a {}; give the new one another logical id", row.resource_type)),
                ));
                continue;
            }
            Some((row, made)) => {
                let mut details = match &evaluated {
                    Some((properties, _)) => property_details(&**kind, &made.properties, &properties.to_json()),
                    None => vec![Detail {
                        evaluation: "Dynamic".into(),
                        change_source: None,
                        ..detail("Properties", None, "Conditionally", None)
                    }],
                };
                let fate = if details.is_empty() {
                    Fate::Same
                } else if details.iter().all(|d| d.target.requires_recreation == "Never") {
                    Fate::Modified
                } else {
                    Fate::New
                };
                let fate = if fate == Fate::Same && crate::nested::is(&made.resource_type) {
                    // What lies behind the URL may have changed: AWS's word for it.
                    details.push(Detail {
                        evaluation: "Dynamic".into(),
                        change_source: Some("Automatic".into()),
                        ..detail("Properties", None, "Never", None)
                    });
                    Fate::Modified
                } else {
                    fate
                };
                if evaluated.as_ref().is_some_and(|(_, metadata)| !same(metadata.as_ref(), made.metadata.as_ref())) {
                    details.push(detail("Metadata", None, "Never", None));
                }
                if made.deletion_policy != resource.deletion_policy {
                    details.push(detail("DeletionPolicy", None, "Never", None));
                }
                if made.update_replace_policy != resource.update_replace_policy {
                    details.push(detail("UpdateReplacePolicy", None, "Never", None));
                }
                (modification(row, &made.physical_id, resource, details), fate)
            }
        };
        forecast.fates.insert(id.clone(), fate);
        changes.extend(change.map(|resource_change| Change { r#type: "Resource".into(), resource_change }));
    }
    changes.extend(removals(plan, rows));
    if !findings.is_empty() {
        return Err(findings);
    }
    let outputs_change = changes.is_empty() && evaluated_outputs(plan, &forecast)? != outputs;
    Ok(Survey { changes, outputs_change })
}

fn removals(plan: &Plan<'_>, rows: &HashMap<String, ResourceRow>) -> Vec<Change> {
    let mut gone: Vec<&ResourceRow> = rows.values().filter(|row| row.made.is_some() && plan.resource(&row.logical_id).is_none()).collect();
    gone.sort_by(|a, b| a.logical_id.cmp(&b.logical_id));
    let removal = |row: &ResourceRow| {
        let made = row.made.as_ref()?;
        let retained = matches!(made.deletion_policy.as_deref(), Some("Retain" | "RetainExceptOnCreate"));
        let resource_change = ResourceChange {
            policy_action: Some(if retained { "Retain" } else { "Delete" }.into()),
            action: "Remove".into(),
            logical_resource_id: row.logical_id.clone(),
            physical_resource_id: Some(made.physical_id.clone()),
            resource_type: row.resource_type.clone(),
            ..ResourceChange::default()
        };
        Some(Change { r#type: "Resource".into(), resource_change })
    };
    gone.into_iter().filter_map(removal).collect()
}

/// The outputs as they are kept.
pub(crate) fn evaluated_outputs(plan: &Plan<'_>, known: &dyn Attributes) -> Result<Vec<OutputRow>, Vec<Diagnostic>> {
    let outputs = plan.outputs(known)?;
    Ok(outputs.into_iter().map(|o| OutputRow { key: o.key, value: o.value, description: o.description, export: o.export_name }).collect())
}
