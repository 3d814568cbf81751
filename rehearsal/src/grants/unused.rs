//! Grants that no call needs: one finding for each statement.

use super::{
    dead::nameless,
    deputy::account_root,
    documents::{Read, Statement},
    overlap::{covers_action, covers_resource, patterns_meet},
};
use crate::{
    Finding, Kind, Severity,
    repairs::calls::{Needed, is_caller},
};
use policy::PolicyKind;

/// What a delivery needs only when something goes wrong, is stopped, or is there for the first time.
const MAY_BE_NEEDED: [&str; 14] = [
    "cloudformation:Cancel*",
    "cloudformation:Continue*",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResource*",
    "cloudformation:RollbackStack",
    "codebuild:StopBuild",
    "codecommit:CancelUploadArchive",
    "codecommit:GetUploadArchiveStatus",
    "codedeploy:StopDeployment",
    "logs:CreateLogGroup",
    "s3:AbortMultipartUpload",
    "s3:GetObjectVersion",
];

/// What AWS's guide gives the role of every pipeline, whether its actions have roles of their own or not:
/// <https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html>.
const OF_PIPELINES: [&str; 5] = ["kms:Decrypt", "kms:GenerateDataKey*", "s3:GetBucket*", "s3:GetObject*", "s3:PutObject*"];
const PIPELINES: &str = "codepipeline.amazonaws.com";
const STACKS: &str = "cloudformation.amazonaws.com";

/// Of the identity policies of principals that the delivery exercises.
pub(super) fn of(document: &Read<'_>, own: &[&Needed]) -> Vec<Finding> {
    if document.of.kind != PolicyKind::Identity || !document.of.exercised || own.is_empty() {
        return Vec::new();
    }
    document.statements.iter().filter(|statement| statement.allows).filter_map(|statement| in_statement(document, statement, own)).collect()
}

/// Of a resource's policy, of the calls about it: what it gives to somebody who calls, and no call of his needs.
pub(super) fn given(document: &Read<'_>, here: &[&Needed]) -> Vec<Finding> {
    if !matches!(document.of.kind, PolicyKind::Key | PolicyKind::Resource) {
        return Vec::new();
    }
    let statements = document.statements.iter().filter(|statement| statement.allows);
    statements.filter_map(|statement| given_in(document, statement, here)).collect()
}

fn given_in(document: &Read<'_>, statement: &Statement, here: &[&Needed]) -> Option<Finding> {
    let actions = statement.actions.as_ref()?;
    let own = account_root(&statement.principals.first()?.1) == Some(document.of.account.as_str());
    let all_accounts = statement.principals.iter().all(|(kind, name)| kind == "AWS" && name != "*");
    if own || !all_accounts {
        return None;
    }
    let by = |call: &&Needed| statement.principals.iter().any(|(_, name)| is_caller(name, call));
    let made: Vec<&Needed> = here.iter().copied().filter(by).filter(|call| statement.holds(call)).collect();
    // Who makes no call at all is another's business: an administrator, or one who comes later.
    if made.is_empty() {
        return None;
    }
    let needed = |action: &str| made.iter().any(|call| covers_action(action, &call.action));
    let spare = |action: &str| MAY_BE_NEEDED.iter().any(|pattern| covers_action(pattern, action));
    let idle: Vec<(usize, &str)> =
        actions.iter().map(String::as_str).enumerate().filter(|(_, action)| !needed(action) && !spare(action)).collect();
    let (at, _) = idle.first()?;
    let names: Vec<&str> = idle.iter().map(|(_, action)| *action).collect();
    let who: Vec<&str> = statement.principals.iter().map(|(_, name)| name.as_str()).collect();
    let title = format!("no call of {} needs {} in {} of {}", listed(&who), listed(&names), statement.called(), document.of.name);
    let about = format!("{}:{}", statement.index, names.join(","));
    Some(document.finding(Kind::Unused, Severity::Note, (statement.index, &format!("Action/{at}")), &about, title, "granted here".into()))
}

fn in_statement(document: &Read<'_>, statement: &Statement, own: &[&Needed]) -> Option<Finding> {
    let (actions, resources) = (statement.actions.as_ref()?, statement.resources.as_ref()?);
    let held: Vec<&&Needed> = own.iter().filter(|call| statement.holds(call)).collect();
    let needs = |action: &str, resource: &str| {
        held.iter().any(|call| covers_action(action, &call.action) && covers_resource(resource, &call.resource))
    };
    let spare = |action: &String| is_spared(document, own, action);
    let is_used = |action: &String| resources.iter().any(|resource| needs(action, resource));
    let idle: Vec<(usize, &String)> = actions.iter().enumerate().filter(|(_, action)| !is_used(action)).collect();
    let (spared, unused): (Vec<_>, Vec<_>) = idle.iter().copied().partition(|(_, action)| spare(action));
    // Resources of a statement that is used at all.
    let idle_resources: Vec<(usize, &String)> = resources
        .iter()
        .enumerate()
        .filter(|(_, resource)| idle.len() < actions.len() && !actions.iter().any(|action| needs(action, resource)))
        .filter(|(_, resource)| !may_be_reached(resource, resources))
        .collect();
    let whole = idle.len() == actions.len() && spared.is_empty();
    let (element, title, about) = match (unused.first(), idle_resources.first()) {
        _ if whole => ("Effect".to_owned(), format!("no call needs {} of {}", statement.called(), document.of.name), "all".to_owned()),
        (Some((at, _)), _) => {
            let names: Vec<&str> = unused.iter().map(|(_, action)| action.as_str()).collect();
            let title = format!("no call needs {} in {} of {}", listed(&names), statement.called(), document.of.name);
            (format!("Action/{at}"), title, names.join(","))
        }
        (None, Some((at, _))) => {
            let names: Vec<&str> = idle_resources.iter().map(|(_, resource)| resource.as_str()).collect();
            let title = format!("no call is about {} in {} of {}", listed(&names), statement.called(), document.of.name);
            (format!("Resource/{at}"), title, names.join(","))
        }
        (None, None) => return None,
    };
    let severity = if document.of.unsure.is_some() { Severity::Note } else { Severity::Warning };
    let about = format!("{}:{about}", statement.index);
    let mut finding = document.finding(Kind::Unused, severity, (statement.index, &element), &about, title, "granted here".into());
    finding.notes.extend(document.of.unsure.clone());
    Some(finding)
}

/// Whether an action is kept though no call needs it: for when something fails, is stopped, changes, or is there for the first time.
pub(super) fn is_spared(document: &Read<'_>, own: &[&Needed], action: &str) -> bool {
    let trusting = |service: &str| document.of.trusting.iter().any(|trusted| trusted == service);
    // A stack that changes, or goes away, needs more of the services that it uses.
    let of_service = |action: &str| action.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let of_stack = || trusting(STACKS) && own.iter().any(|call| of_service(&call.action) == of_service(action));
    let named = |patterns: &[&str]| patterns.iter().any(|pattern| covers_action(pattern, action));
    // What is wider than the guide's is told of as that.
    let of_pipelines = || OF_PIPELINES.iter().any(|pattern| patterns_meet(pattern, action));
    named(&MAY_BE_NEEDED) || of_stack() || (trusting(PIPELINES) && of_pipelines()) || nameless(action).is_some()
}

/// A bucket beside its objects, a log group beside its streams: tools ask for both, and so do people.
pub(super) fn may_be_reached(resource: &str, all: &[String]) -> bool {
    let parent = |of: &str| of == format!("{resource}/*") || of == format!("{resource}:*");
    let child = |of: &str| resource == format!("{of}/*") || resource == format!("{of}:*");
    all.iter().any(|other| parent(other) || child(other))
}

/// `a, b and 3 more`.
pub(super) fn listed(names: &[&str]) -> String {
    const MOST: usize = 6;
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if names.len() <= MOST => format!("{} and {last}", first.join(", ")),
        many => format!("{} and {} more", many[..MOST].join(", "), many.len() - MOST),
    }
}
