//! Statements that never match.

use super::{
    documents::{Read, Statement},
    overlap::{covers_action, covers_resource, meets_form, patterns_meet},
};
use crate::{Finding, Kind, Severity, repairs::calls::Needed};
use policy::PolicyKind;
use std::collections::{BTreeSet, HashMap};

/// The resources that actions were decided on, by the actions' names in lower case.
pub(super) struct Met<'c>(HashMap<String, BTreeSet<&'c str>>);

impl<'c> Met<'c> {
    pub(super) fn new(calls: &'c [Needed]) -> Self {
        let mut met: HashMap<String, BTreeSet<&str>> = HashMap::new();
        for call in calls {
            met.entry(call.action.to_ascii_lowercase()).or_default().insert(&call.resource);
        }
        Self(met)
    }
}

/// `others`: all statements of the identity policies of its owners.
pub(super) fn of(document: &Read<'_>, others: &[&Statement], met: &Met<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    for statement in &document.statements {
        all.extend(absent_key(document, statement));
        all.extend(needless(document, statement, others));
        for (at, action) in statement.actions.iter().flatten().enumerate() {
            let fault = nameless(action).or_else(|| never_meets(document, statement, action, met));
            let Some(why) = fault else { continue };
            let title = format!("{action} of {} never matches a call", document.of.name);
            let about = format!("{action}:{}", statement.resources.iter().flatten().cloned().collect::<Vec<_>>().join(","));
            all.push(document.finding(Kind::Dead, Severity::Warning, (statement.index, &format!("Action/{at}")), &about, title, why));
        }
    }
    all
}

/// An Allow under a condition whose key none of its actions ever has.
fn absent_key(document: &Read<'_>, statement: &Statement) -> Option<Finding> {
    let actions: Vec<_> = statement.actions.as_ref()?.iter().map(|text| actions::action(text)).collect::<Option<_>>()?;
    let (operator, key, _) = statement.conditions.iter().find(|(operator, key, _)| {
        let plain = !operator.ends_with("IfExists") && !operator.contains("Not") && operator != "Null" && !operator.contains(':');
        let own =
            key.split_once(':').is_some_and(|(prefix, _)| prefix != "aws" && actions.iter().all(|(service, _)| service.prefix == prefix));
        plain && own && !actions.iter().any(|(service, action)| service.has_key(action, key))
    })?;
    if !statement.allows || actions.is_empty() {
        return None;
    }
    let title = format!("{} of {} never allows anything: {key} is never there", statement.called(), document.of.name);
    let element = format!("Condition/{operator}");
    let why = "no action of the statement has this key".to_owned();
    Some(document.finding(Kind::Dead, Severity::Warning, (statement.index, &element), key, title, why))
}

/// A Deny of what nobody allows its owners anyway. Of guardrails that is the use.
fn needless(document: &Read<'_>, statement: &Statement, others: &[&Statement]) -> Option<Finding> {
    if statement.allows || document.of.kind != PolicyKind::Identity {
        return None;
    }
    let denied = statement.actions.as_ref()?;
    let allows = |other: &&&Statement| {
        other.allows && other.actions.as_ref().is_none_or(|all| all.iter().any(|a| denied.iter().any(|d| patterns_meet(a, d))))
    };
    if others.iter().any(|other| allows(&other)) {
        return None;
    }
    let title = format!("{} of {} denies what nothing allows", statement.called(), document.of.name);
    let why = "no Allow of the same owner meets it".to_owned();
    Some(document.finding(Kind::Dead, Severity::Note, (statement.index, "Effect"), &format!("deny:{}", statement.index), title, why))
}

/// The action is none of a service whose actions are known.
pub(super) fn nameless(pattern: &str) -> Option<String> {
    let (prefix, name) = pattern.split_once(':')?;
    let Some(service) = actions::service(prefix) else {
        return actions::service_name(prefix).is_none().then(|| format!("AWS has no service {prefix}"));
    };
    if service.actions.iter().any(|action| covers_action(name, action.name)) {
        return None;
    }
    let nearest =
        actions::action_of(prefix, name).or_else(|| service.actions.iter().map(|a| a.name).min_by_key(|known| distance(name, known)));
    let hint = nearest.filter(|_| !name.contains(['*', '?'])).map(|known| format!("; {prefix}:{known} is meant?")).unwrap_or_default();
    Some(format!("{} has no action {name}{hint}", service.name))
}

/// The action is about no resource that the statement names. Key policies hang on their key, whatever they say.
fn never_meets(document: &Read<'_>, statement: &Statement, text: &str, met: &Met<'_>) -> Option<String> {
    if !matches!(document.of.kind, PolicyKind::Identity | PolicyKind::Resource) {
        return None;
    }
    let (service, action) = actions::action(text)?;
    let resources = statement.resources.as_ref()?;
    let meets = |resource: &String| resource == "*" || service.resource_types_of(action).any(|kind| meets_form(resource, kind.arn));
    // What has been decided is stronger than a table.
    let was_met = || {
        let decided = met.0.get(&text.to_ascii_lowercase()).into_iter().flatten();
        decided.into_iter().any(|on| resources.iter().any(|resource| covers_resource(resource, on)))
    };
    if resources.iter().any(meets) || was_met() {
        return None;
    }
    let kinds: Vec<_> = service.resource_types_of(action).map(|kind| kind.arn).collect();
    Some(if kinds.is_empty() {
        format!("{text} has no resource level: its resource must be *")
    } else {
        format!("{text} is about {}, and {} is none", kinds.join(" or "), resources.join(", "))
    })
}

/// How many letters differ (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut left = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let changed = left + usize::from(!x.eq_ignore_ascii_case(&y));
            left = row[j + 1];
            row[j + 1] = changed.min(left + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
