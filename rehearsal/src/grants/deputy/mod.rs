//! Ways to more rights than a delivery means to give.

mod keys;
mod rights;

use super::documents::{Read, Statement};
use crate::{Finding, Kind, Severity};
use policy::PolicyKind;

/// Services of which AWS documents that they send the source when they assume a role, and the page that says so.
const SENDS_SOURCE: [(&str, &str); 4] = [
    ("codebuild.amazonaws.com", "https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html"),
    ("ecs-tasks.amazonaws.com", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"),
    ("events.amazonaws.com", "https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html"),
    ("states.amazonaws.com", "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html"),
];

const SOURCES: [&str; 4] = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

pub(super) fn of(document: &Read<'_>) -> Vec<Finding> {
    let allows = document.statements.iter().filter(|statement| statement.allows);
    match document.of.kind {
        PolicyKind::Trust => allows.flat_map(|statement| trusts(document, statement)).chain(two_domains(document)).collect(),
        PolicyKind::Identity => allows.flat_map(|statement| rights::of(document, statement)).collect(),
        PolicyKind::Key => allows.flat_map(|statement| keys::of(document, statement)).collect(),
        _ => Vec::new(),
    }
}

fn trusts(document: &Read<'_>, statement: &Statement) -> Vec<Finding> {
    let mut all = Vec::new();
    let role = &document.of.name;
    let mut add = |severity, element: &str, about: &str, title: String, why: &str| {
        all.push(document.finding(Kind::Deputy, severity, (statement.index, element), about, title, why.to_owned()));
        all.len() - 1
    };
    let mut pages = Vec::new();
    for (kind, name) in &statement.principals {
        let page = SENDS_SOURCE.iter().find(|(service, _)| service == name).filter(|_| kind == "Service");
        if let Some((_, page)) = page.filter(|_| !statement.has_key(&SOURCES)) {
            let title = format!("{name} may assume {role} on anybody's behalf");
            let at = add(Severity::Warning, "Principal", name, title, "no condition names aws:SourceAccount or aws:SourceArn");
            pages.push((at, format!("{name} sends both: {page}")));
        }
        let account = account_root(name).filter(|account| kind == "AWS" && *account != document.of.account);
        if let Some(account) = account.filter(|_| statement.conditions.is_empty()) {
            let title = format!("whoever the account {account} lets may assume {role}");
            add(Severity::Note, "Principal", name, title, "the whole account is trusted, without a condition");
        }
        if name == "*" && statement.conditions.is_empty() {
            add(Severity::Error, "Principal", name, format!("everybody may assume {role}"), "no condition keeps anybody out");
        }
    }
    for (operator, key, values) in &statement.conditions {
        let like = operator.to_ascii_lowercase();
        let positive = (like.contains("arnlike") || like.contains("stringlike") || like.contains("arnequals")) && !like.contains("not");
        for value in values.iter().filter(|value| positive && key == "aws:principalarn" && value.contains(['*', '?'])) {
            let title = format!("whoever can create a role named like {value} may assume {role}");
            add(Severity::Warning, &format!("Condition/{operator}"), value, title, "names are trusted by a pattern");
        }
    }
    for (at, page) in pages {
        all[at].notes.push(page);
    }
    all
}

fn two_domains(document: &Read<'_>) -> Option<Finding> {
    let principals = || document.statements.iter().filter(|s| s.allows).flat_map(|s| s.principals.iter().map(move |p| (s.index, p)));
    let (_, (_, service)) = principals().find(|(_, (kind, _))| kind == "Service")?;
    let foreign = |name: &str| account_of(name).is_some_and(|account| account != document.of.account);
    let (at, (_, other)) = principals().find(|(_, (kind, name))| kind == "AWS" && foreign(name))?;
    let title = format!("{} is one role in two domains of trust", document.of.name);
    let why = format!("{service} and {other} share it: what it may do for one, the other may do as well");
    Some(document.finding(Kind::Deputy, Severity::Warning, (at, "Principal"), "two domains", title, why))
}

/// The account of a principal that is the whole of it.
pub(super) fn account_root(name: &str) -> Option<&str> {
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
