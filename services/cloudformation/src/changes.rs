//! What a version of a template would change in a stack, and whether it can be brought about at all.

mod check;
mod details;
mod shape;

use crate::{
    evaluation::{masked, same, secrets},
    stack_tags,
    state::{OutputRow, ResourceRow, Tag, Version},
};
use check::check_properties;
use details::Reasons;
use gate::{Physical, ResourceType};
use serde_json::Value;
pub use shape::{Change, ResourceChange};
use shape::{Detail, Target};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use template::{Attributes, Diagnostic, Located, Plan, ResourceAttribute, ResourcePlan, Severity, Span};

/// The resource types of a template, by name.
pub(crate) type Kinds = BTreeMap<String, Arc<dyn ResourceType>>;

/// What an evaluation before the fact finds.
pub(crate) struct Survey {
    pub(crate) changes: Vec<Change>,
    /// Whether the outputs change too; not looked at where resources change.
    pub(crate) outputs_change: bool,
    /// The properties of nested stacks, as far as they are known.
    pub(crate) nested: BTreeMap<String, Value>,
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
    /// Another one takes its place.
    Replaced,
    PerhapsReplaced,
    New,
}

/// The marker of a value that is known only when it is made.
const MARKER: &str = "{{changeSet:KNOWN_AFTER_APPLY";

struct Forecast<'a> {
    plan: &'a Plan<'a>,
    kinds: &'a Kinds,
    rows: &'a HashMap<String, ResourceRow>,
    fates: HashMap<String, Fate>,
    asked_unknown: Cell<bool>,
    asked_absent: Cell<bool>,
}

impl Forecast<'_> {
    fn unknown(&self, entity: &str) -> String {
        self.asked_unknown.set(true);
        format!("{MARKER}:{entity}}}}}")
    }
    /// Nothing was asked for yet.
    fn begin(&self) {
        self.asked_unknown.set(false);
        self.asked_absent.set(false);
    }
    /// Whether a failure may come of what is not known yet alone.
    fn is_open(&self) -> bool {
        self.asked_unknown.get() && !self.asked_absent.get()
    }
    fn made(&self, id: &str) -> Option<&crate::state::Made> {
        self.rows.get(id)?.made.as_ref()
    }
}

impl Attributes for Forecast<'_> {
    fn reference(&self, id: &str) -> Option<String> {
        match self.fates.get(id)? {
            Fate::New | Fate::Replaced | Fate::PerhapsReplaced => Some(self.unknown(id)),
            Fate::Same | Fate::Modified => Some(self.made(id)?.physical_id.clone()),
        }
    }
    fn attribute(&self, id: &str, attribute: &str) -> Option<Value> {
        let kind = self.kinds.get(&self.plan.resource(id)?.resource_type)?;
        if !kind.has_attribute(attribute) {
            self.asked_absent.set(true);
            return None;
        }
        match self.fates.get(id)? {
            Fate::New | Fate::Modified | Fate::Replaced | Fate::PerhapsReplaced => {
                Some(Value::String(self.unknown(&format!("{id}.{attribute}"))))
            }
            Fate::Same => Physical::attribute_of(&self.made(id)?.attributes, attribute),
        }
    }
}

pub(crate) fn finding(span: &Span, message: String, help: Option<String>) -> Diagnostic {
    Diagnostic { severity: Severity::Error, message, span: span.clone(), help }
}

/// The change of a resource that stays or is replaced, if anything changes.
fn modification(row: &ResourceRow, physical_id: &str, resource: &ResourcePlan, details: Vec<Detail>) -> Option<ResourceChange> {
    if details.is_empty() {
        return None;
    }
    let replacement = details::replacement(&details);
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
        ..ResourceChange::default()
    })
}

/// The names of the parameters that have other values than before.
fn changed_parameters(plan: &Plan<'_>, previous: Option<&Version>) -> BTreeSet<String> {
    let Some(previous) = previous else { return BTreeSet::new() };
    let before: HashMap<&str, &str> = previous.values.iter().map(|row| (row.key.as_str(), row.value.as_str())).collect();
    let now = plan.parameters().iter();
    now.filter(|p| before.get(p.name.as_str()).is_some_and(|value| *value != p.value)).map(|p| p.name.clone()).collect()
}

/// Metadata of a resource, without secrets: it is shown and compared, nothing else.
pub(crate) fn metadata(plan: &Plan<'_>, id: &str, known: &dyn Attributes) -> Result<Option<Value>, Vec<Diagnostic>> {
    Ok(plan.attribute(id, ResourceAttribute::Metadata, known)?.map(|value| masked(&value)))
}

fn unsupported(plan: &Plan<'_>, resource: &ResourcePlan, known: &dyn Attributes, findings: &mut Vec<Diagnostic>) {
    for (attribute, name) in [(ResourceAttribute::CreationPolicy, "CreationPolicy"), (ResourceAttribute::UpdatePolicy, "UpdatePolicy")] {
        let waits = attribute == ResourceAttribute::CreationPolicy && resource.resource_type == crate::waiting::CONDITION;
        if !waits && !matches!(plan.attribute(&resource.logical_id, attribute, known), Ok(None)) {
            let message = format!("{name} of {} is not supported for resources of type {}", resource.logical_id, resource.resource_type);
            findings.push(finding(&resource.span, message, Some(format!("remove {name}: no resource type of Sekisho takes one"))));
        }
    }
    for (policy, name) in [(&resource.deletion_policy, "deletion policy"), (&resource.update_replace_policy, "update replace policy")] {
        if policy.as_deref() == Some("Snapshot") {
            let message = format!("Template error: resource type {} does not support {name} Snapshot", resource.resource_type);
            findings.push(finding(&resource.span, message, Some("use Delete or Retain".into())));
        }
    }
}

type Evaluated = Option<(Located, Option<Value>)>;

fn metadata_text(evaluated: &Evaluated) -> Option<String> {
    evaluated.as_ref().and_then(|(_, metadata)| metadata.as_ref()).map(ToString::to_string)
}

/// A change of what the template says of a resource beside its properties.
fn part(attribute: &str, before: Option<String>, after: Option<String>) -> Detail {
    let kind = match (&before, &after) {
        (None, _) => "Add",
        (_, None) => "Remove",
        _ => "Modify",
    };
    let detail = details::plain(attribute, "Never");
    let target = Target {
        path: Some(format!("/{attribute}")),
        before_value: before,
        after_value: after,
        attribute_change_type: Some(kind.into()),
        ..detail.target
    };
    Detail { target, ..detail }
}

/// Evaluates all resources before the fact. All that is wrong is found at once.
/// `tags` are those that the stack is to have.
pub(crate) fn survey(
    plan: &Plan<'_>,
    kinds: &Kinds,
    rows: &HashMap<String, ResourceRow>,
    outputs: &[OutputRow],
    previous: Option<&Version>,
    tags: &[Tag],
) -> Result<Survey, Vec<Diagnostic>> {
    let parameters = changed_parameters(plan, previous);
    let mut forecast =
        Forecast { plan, kinds, rows, fates: HashMap::new(), asked_unknown: Cell::new(false), asked_absent: Cell::new(false) };
    let mut findings = Vec::new();
    let mut changes = Vec::new();
    let mut nested = BTreeMap::new();
    for id in plan.order() {
        let (Some(resource), Some(row)) = (plan.resource(id), Some(rows.get(id))) else { continue };
        let Some(kind) = kinds.get(&resource.resource_type) else { continue };
        forecast.begin();
        unsupported(plan, resource, &forecast, &mut findings);
        let evaluated = plan.properties(id, &forecast).and_then(|properties| Ok((properties, metadata(plan, id, &forecast)?)));
        let evaluated = match evaluated {
            Ok(evaluated) => Some(evaluated),
            // A function of a value that is not known yet, such as Split, may fail on the marker: it is decided later.
            Err(_) if forecast.is_open() => None,
            Err(list) => {
                findings.extend(list);
                continue;
            }
        };
        if let Some((properties, _)) = &evaluated {
            check_properties(&**kind, resource, properties, &mut findings);
            findings.extend(crate::secure::misplaced(resource, properties));
        }
        let evaluated = evaluated.map(|(properties, metadata)| (stack_tags::added(&**kind, properties, tags), metadata));
        if let Some((properties, _)) = evaluated.as_ref().filter(|_| crate::nested::is(&resource.resource_type)) {
            nested.insert(id.clone(), properties.to_json());
        }
        let after = evaluated
            .as_ref()
            .map(|(properties, metadata)| details::context(&properties.to_json(), &secrets(properties), metadata.as_ref()));
        let (change, fate) = match row.and_then(|row| Some((row, row.made.as_ref()?))) {
            None => {
                let change = ResourceChange {
                    action: "Add".into(),
                    logical_resource_id: id.clone(),
                    resource_type: resource.resource_type.clone(),
                    after_context: after,
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
                    Some((properties, _)) => {
                        let reasons = Reasons { references: plan.references(id), fates: &forecast.fates, parameters: &parameters };
                        details::of_properties(&**kind, made, properties, &reasons)
                    }
                    None => {
                        vec![Detail { evaluation: "Dynamic".into(), change_source: None, ..details::plain("Properties", "Conditionally") }]
                    }
                };
                let fate = match details::replacement(&details) {
                    "True" => Fate::Replaced,
                    "Conditional" => Fate::PerhapsReplaced,
                    _ if details.is_empty() => Fate::Same,
                    _ => Fate::Modified,
                };
                let fate = if fate == Fate::Same && crate::nested::is(&made.resource_type) {
                    // What lies behind the URL may have changed: AWS's word for it.
                    details.push(Detail {
                        evaluation: "Dynamic".into(),
                        change_source: Some("Automatic".into()),
                        ..details::plain("Properties", "Never")
                    });
                    Fate::Modified
                } else {
                    fate
                };
                if evaluated.as_ref().is_some_and(|(_, metadata)| !same(metadata.as_ref(), made.metadata.as_ref())) {
                    details.push(part("Metadata", made.metadata.as_ref().map(ToString::to_string), metadata_text(&evaluated)));
                }
                if made.deletion_policy != resource.deletion_policy {
                    details.push(part("DeletionPolicy", made.deletion_policy.clone(), resource.deletion_policy.clone()));
                }
                if made.update_replace_policy != resource.update_replace_policy {
                    let (old, new) = (made.update_replace_policy.clone(), resource.update_replace_policy.clone());
                    details.push(part("UpdateReplacePolicy", old, new));
                }
                let before = made.masked.as_ref().map(|masked| details::context(&made.properties, masked, made.metadata.as_ref()));
                let change = modification(row, &made.physical_id, resource, details);
                (change.map(|change| ResourceChange { before_context: before, after_context: after, ..change }), fate)
            }
        };
        forecast.fates.insert(id.clone(), fate);
        changes.extend(change.map(Change::of));
    }
    changes.extend(removals(plan, rows));
    if !findings.is_empty() {
        return Err(findings);
    }
    forecast.begin();
    let outputs_change = match evaluated_outputs(plan, &forecast) {
        Ok(evaluated) => changes.is_empty() && evaluated != outputs,
        Err(_) if forecast.is_open() => false,
        Err(list) => return Err(list),
    };
    Ok(Survey { changes, outputs_change, nested })
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
            before_context: made.masked.as_ref().map(|masked| details::context(&made.properties, masked, made.metadata.as_ref())),
            ..ResourceChange::default()
        };
        Some(Change::of(resource_change))
    };
    gone.into_iter().filter_map(removal).collect()
}

/// The outputs as they are kept.
pub(crate) fn evaluated_outputs(plan: &Plan<'_>, known: &dyn Attributes) -> Result<Vec<OutputRow>, Vec<Diagnostic>> {
    let outputs = plan.outputs(known)?;
    Ok(outputs.into_iter().map(|o| OutputRow { key: o.key, value: o.value, description: o.description, export: o.export_name }).collect())
}
