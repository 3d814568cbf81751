//! Patterns that match more than what is needed: one finding for each statement.

use super::{
    documents::{Read, Statement},
    overlap::{covers_action, covers_resource},
    unused::listed,
};
use crate::{Finding, Kind, Repair, Severity, names::lasting, repairs::calls::Needed};
use policy::PolicyKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// More resources than these are not listed one by one in a narrower statement.
pub(super) const MOST_EXACT: usize = 8;
/// Actions by which somebody else's rights are had: those of every role are told of as what they are, a way to more rights.
const OF_OTHERS: [&str; 2] = ["iam:PassRole", "sts:AssumeRole"];

/// Of the identity policies of principals that the delivery exercises.
pub(super) fn of(document: &Read<'_>, own: &[&Needed]) -> Vec<Finding> {
    if document.of.kind != PolicyKind::Identity || !document.of.exercised || own.is_empty() {
        return Vec::new();
    }
    document.statements.iter().filter(|statement| statement.allows).filter_map(|statement| in_statement(document, statement, own)).collect()
}

/// What a pattern is too wide for.
struct Wide {
    element: String,
    pattern: String,
    /// What else of the estate it lets through.
    through: Vec<String>,
}

fn in_statement(document: &Read<'_>, statement: &Statement, own: &[&Needed]) -> Option<Finding> {
    let (actions, resources) = (statement.actions.as_ref()?, statement.resources.as_ref()?);
    let about = |call: &&&Needed| {
        actions.iter().any(|action| covers_action(action, &call.action))
            && resources.iter().any(|resource| covers_resource(resource, &call.resource))
            && statement.holds(call)
    };
    let met: Vec<&&Needed> = own.iter().filter(about).collect();
    // What nothing needs is told of as that.
    if met.is_empty() {
        return None;
    }
    let used: BTreeSet<&str> = met.iter().map(|call| call.action.as_str()).collect();
    let mut wide = Vec::new();
    for (at, action) in actions.iter().enumerate().filter(|(_, action)| action.contains(['*', '?'])) {
        if used.iter().any(|name| covers_action(action, name)) {
            wide.push(Wide { element: format!("Action/{at}"), pattern: action.clone(), through: Vec::new() });
        }
    }
    // Rights to no resource in particular need no narrower one.
    let on_resources: Vec<&&&Needed> = met.iter().filter(|call| has_level(&call.action)).collect();
    let passes = on_resources.iter().all(|call| OF_OTHERS.contains(&call.action.as_str()));
    for (at, pattern) in resources.iter().enumerate().filter(|_| !on_resources.is_empty() && !passes) {
        let needed: BTreeSet<&str> =
            on_resources.iter().map(|call| call.resource.as_str()).filter(|resource| covers_resource(pattern, resource)).collect();
        if needed.is_empty() || statement.chooses() || is_tight(pattern, &needed, document.things) {
            continue;
        }
        let service = |arn: &str| arn.split(':').nth(2).unwrap_or_default().to_owned();
        let services: BTreeSet<String> = needed.iter().map(|arn| service(arn)).collect();
        let others = document.things.iter().filter(|thing| services.contains(&service(thing)) && covers_resource(pattern, thing));
        let through = others.filter(|thing| !needed.iter().any(|needed| needed.starts_with(thing.as_str()))).cloned().collect();
        wide.push(Wide { element: format!("Resource/{at}"), pattern: pattern.clone(), through });
    }
    let first = wide.first()?;
    let patterns: Vec<&str> = wide.iter().map(|one| one.pattern.as_str()).collect();
    let title = format!("{} of {} matches more than its calls need: {}", statement.called(), document.of.name, listed(&patterns));
    let through: Vec<&str> = wide.iter().flat_map(|one| &one.through).map(String::as_str).collect();
    let grave = !through.is_empty() && document.of.unsure.is_none();
    let severity = if grave { Severity::Warning } else { Severity::Note };
    let id = format!("{}:{}", statement.index, patterns.join(","));
    let mut finding = document.finding(Kind::Wide, severity, (statement.index, &first.element), &id, title, "matches more".into());
    if !through.is_empty() {
        finding.notes.push(format!("it lets through {}", listed(&through)));
    }
    finding.notes.extend(document.of.unsure.clone());
    finding.repairs.push(Repair {
        title: "name what the calls need".into(),
        statement: narrowed(statement, &met, document.things),
        patches: Vec::new(),
        guardrail: None,
    });
    Some(finding)
}

/// Whether an action can be granted on single resources.
pub(super) fn has_level(action: &str) -> bool {
    actions::action(action).is_none_or(|(service, action)| service.resource_types_of(action).next().is_some())
}

/// Whether a pattern names one of the needed resources as far as it has a name that lasts.
pub(super) fn is_tight(pattern: &str, needed: &BTreeSet<&str>, things: &[String]) -> bool {
    if !pattern.contains(['*', '?']) {
        return true;
    }
    let fixed = pattern.split(['*', '?']).next().unwrap_or_default();
    needed.iter().any(|resource| fixed.len() >= root(resource, things).len() && resource.starts_with(fixed))
}

/// The part of an ARN that names a thing: the bucket of an object, the log group of a stream, all before what is made at random.
fn root<'r>(resource: &'r str, things: &[String]) -> &'r str {
    // What a template makes has a name there, however it was made up.
    if things.iter().any(|thing| thing == resource) {
        return resource;
    }
    let length = match resource.split(':').nth(2) {
        Some("s3") => resource.find('/').unwrap_or(resource.len()),
        Some("logs") => resource.find(":log-stream:").unwrap_or(resource.len()),
        Some("cloudformation") => resource.match_indices('/').nth(1).map_or(resource.len(), |(at, _)| at),
        // A suffix of six letters is AWS's own.
        Some("secretsmanager") => resource.rfind('-').unwrap_or(resource.len()),
        _ => lasting(resource).find('*').unwrap_or(resource.len()),
    };
    resource.get(..length).unwrap_or(resource).trim_end_matches(['/', ':', '*'])
}

/// The narrowest pattern that a resource's next names match as well.
pub(super) fn lasting_pattern(resource: &str, things: &[String]) -> String {
    let root = root(resource, things);
    match resource[root.len()..].chars().next() {
        Some(separator) if resource != "*" => format!("{root}{separator}*"),
        _ => resource.to_owned(),
    }
}

/// The statement that its calls need, and no more.
fn narrowed(statement: &Statement, met: &[&&Needed], things: &[String]) -> Value {
    let actions: BTreeSet<&str> = met.iter().map(|call| call.action.as_str()).collect();
    let mut resources: BTreeSet<String> = met.iter().map(|call| lasting_pattern(&call.resource, things)).collect();
    if resources.len() > MOST_EXACT {
        resources = statement.resources.iter().flatten().cloned().collect();
    }
    let mut narrow = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    if let Some(sid) = &statement.sid {
        narrow["Sid"] = json!(sid);
    }
    if let Some(condition) = &statement.condition {
        narrow["Condition"] = condition.clone();
    }
    narrow
}
