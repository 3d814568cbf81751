//! Ways to more rights than a delivery means to give.

use super::{
    documents::{Read, Statement},
    overlap::{covers_action, covers_resource},
};
use crate::{Finding, Kind, Severity};
use policy::PolicyKind;

/// Services of which AWS documents that they send the source when they assume a role, and the page that says so.
const SENDS_SOURCE: [(&str, &str); 4] = [
    (
        "cloudformation.amazonaws.com",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cross-service-confused-deputy-prevention.html",
    ),
    ("codebuild.amazonaws.com", "https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html"),
    ("ecs-tasks.amazonaws.com", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"),
    ("events.amazonaws.com", "https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html"),
];

const SOURCES: [&str; 4] = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

pub(super) fn of(document: &Read<'_>) -> Vec<Finding> {
    let allows = document.statements.iter().filter(|statement| statement.allows);
    match document.of.kind {
        PolicyKind::Trust => allows.flat_map(|statement| trusts(document, statement)).chain(two_domains(document)).collect(),
        PolicyKind::Identity => allows.flat_map(|statement| passes(document, statement)).collect(),
        _ => Vec::new(),
    }
}

fn trusts(document: &Read<'_>, statement: &Statement) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut add = |severity, element: &str, about: &str, title: String, why: String| {
        all.push(document.finding(Kind::Deputy, severity, (statement.index, element), about, title, why));
    };
    for (kind, name) in &statement.principals {
        let page = SENDS_SOURCE.iter().find(|(service, _)| service == name).filter(|_| kind == "Service");
        if let Some((_, page)) = page.filter(|_| !statement.has_key(&SOURCES)) {
            let title = format!("{name} may assume the role for anybody");
            let why = format!("no condition names aws:SourceAccount or aws:SourceArn, which {name} sends: {page}");
            add(Severity::Warning, "Principal", name, title, why);
        }
        let account = account_root(name).filter(|account| kind == "AWS" && *account != document.of.account);
        if let Some(account) = account.filter(|_| statement.conditions.is_empty()) {
            let title = format!("Whoever account {account} lets may assume the role");
            add(Severity::Warning, "Principal", name, title, "the whole account is trusted, without a condition".into());
        }
    }
    for (operator, key, values) in &statement.conditions {
        let like = operator.to_ascii_lowercase();
        let positive = (like.contains("arnlike") || like.contains("stringlike") || like.contains("arnequals")) && !like.contains("not");
        for value in values.iter().filter(|value| positive && key == "aws:principalarn" && value.contains(['*', '?'])) {
            let title = format!("Whoever can create a role named {value} gets into the role");
            add(Severity::Error, "Condition", value, title, "names are trusted by a pattern".into());
        }
    }
    all
}

fn two_domains(document: &Read<'_>) -> Option<Finding> {
    let principals = || document.statements.iter().filter(|s| s.allows).flat_map(|s| s.principals.iter().map(move |p| (s.index, p)));
    let (_, (_, service)) = principals().find(|(_, (kind, _))| kind == "Service")?;
    let foreign = |name: &str| account_of(name).is_some_and(|account| account != document.of.account);
    let (at, (_, other)) = principals().find(|(_, (kind, name))| kind == "AWS" && foreign(name))?;
    let title = "One role is in two domains of trust".to_owned();
    let why = format!("{service} and {other} share one role: what it may do for one, the other may do as well");
    Some(document.finding(Kind::Deputy, Severity::Warning, (at, "Principal"), "two domains", title, why))
}

/// Rights to hand out rights.
fn passes(document: &Read<'_>, statement: &Statement) -> Vec<Finding> {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return Vec::new() };
    // A name that nobody would give a role: who reaches it reaches all roles.
    let any_role = format!("arn:aws:iam::{}:role/\u{1}", document.of.account);
    if !resources.iter().any(|resource| covers_resource(resource, &any_role)) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (action, keys, what) in RIGHTS {
        // Administrators may do everything; that is said elsewhere.
        let Some(at) = actions.iter().position(|pattern| pattern != "*" && covers_action(pattern, action)) else { continue };
        if !keys.is_empty() && statement.has_key(keys) && action != "iam:PassRole" {
            continue;
        }
        let guarded = statement.has_key(keys);
        let severity = if guarded { Severity::Warning } else { Severity::Error };
        let title = format!("{action} on every role: {what}");
        let why = format!("the resource is {}", resources.join(", "));
        all.push(document.finding(Kind::Deputy, severity, (statement.index, &format!("Action/{at}")), action, title, why));
    }
    all
}

const BOUNDARY: [&str; 1] = ["iam:permissionsboundary"];

/// Action, keys whose conditions hold it in, what it leads to.
const RIGHTS: [(&str, &[&str], &str); 5] = [
    ("iam:AttachRolePolicy", &BOUNDARY, "who has it can give himself any right"),
    ("iam:PassRole", &["iam:passedtoservice", "iam:associatedresourcearn"], "any role can be handed to a service and used there"),
    ("iam:PutRolePolicy", &BOUNDARY, "who has it can give himself any right"),
    ("iam:UpdateAssumeRolePolicy", &[], "who has it can open any role to himself"),
    ("sts:AssumeRole", &["aws:resourceaccount", "aws:resourceorgid", "iam:resourcetag/"], "every role that trusts the account can be used"),
];

/// The account of a principal that is the whole of it.
fn account_root(name: &str) -> Option<&str> {
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    name.strip_suffix(":root").and_then(account_of).or_else(|| digits(name).then_some(name))
}

fn account_of(name: &str) -> Option<&str> {
    if name.starts_with("arn:") {
        name.split(':').nth(4)
    } else {
        (name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit())).then_some(name)
    }
}
