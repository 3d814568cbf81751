//! The reasons of decisions in words, and what would mend them.

use crate::{calls::Because, refusals::Refusal};
use serde_json::Value;

/// The kinds of policies, as AWS's messages call them.
pub(crate) fn kind_in_words(kind: &str) -> &str {
    match kind {
        "identity" => "identity-based policy",
        "boundary" => "permissions boundary",
        "session" => "session policy",
        "resource" => "resource-based policy",
        "trust" => "role trust policy",
        "key" => "key policy",
        "serviceControl" => "service control policy",
        "resourceControl" => "resource control policy",
        "vpcEndpoint" => "VPC endpoint policy",
        other => other,
    }
}

fn member<'v>(reason: &'v Value, name: &str) -> &'v str {
    reason[name].as_str().unwrap_or_default()
}

/// Who or what decided, and what it asks for.
pub(crate) fn in_words(reason: &Value) -> String {
    let kind = kind_in_words(member(reason, "kind"));
    let policy = reason["policy"].as_str().unwrap_or(kind);
    let statement = match (reason["statement"].as_u64(), reason["sid"].as_str()) {
        (Some(_), Some(sid)) => format!("the statement {sid} of {policy}"),
        (Some(n), None) => format!("statement {} of {policy}", n + 1),
        _ => policy.to_owned(),
    };
    let element = reason["element"].as_str().map(|element| format!(" by its {element}")).unwrap_or_default();
    let wants = match (reason["expected"].as_str(), reason["seen"].as_str()) {
        (Some(expected), Some(seen)) => format!(": expected {expected}, seen {seen}"),
        (Some(expected), None) => format!(": expected {expected}"),
        _ => String::new(),
    };
    match (member(reason, "role"), member(reason, "kind")) {
        ("missing", _) => format!("no {kind} allows it{wants}"),
        ("decided", "rule") => format!("a rule of the service: {}", member(reason, "element")),
        ("decided", _) if reason["effect"] == "Allow" => format!("{statement} allows it"),
        ("decided", _) => format!("{statement} denies it{element}{wants}"),
        _ => format!("{statement} would allow it but for {}{wants}", reason["element"].as_str().unwrap_or("an element")),
    }
}

/// The reasons worth telling: a statement about somebody else is no near miss where one is about this caller, nor is that of the
/// account itself where anything else is; the nearest come first. `found`: something nearer is told already.
pub(crate) fn telling(refusal: &Refusal, found: bool) -> Vec<&Value> {
    let is_near = |reason: &&Value| member(reason, "role") == "nearMiss";
    let far = |reason: &&Value| is_near(reason) && member(reason, "element").starts_with("Principal");
    let near = found || refusal.reasons.iter().any(|reason| is_near(&reason) && !far(&reason));
    let own_root = |reason: &&Value| {
        let account = refusal.resource.split(':').nth(4).filter(|account| !account.is_empty());
        far(reason) && account.is_some_and(|account| member(reason, "expected") == format!("arn:aws:iam::{account}:root"))
    };
    let others = found || refusal.reasons.iter().any(|reason| is_near(&reason) && !own_root(&reason));
    let mut told: Vec<&Value> = refusal.reasons.iter().filter(|reason| !(near && far(reason) || others && own_root(reason))).collect();
    let letters = |reason: &Value| {
        let seen = member(reason, "seen");
        let alike = |pattern: &str| pattern.chars().zip(seen.chars()).take_while(|(a, b)| a == b).count();
        member(reason, "expected").split(", ").map(alike).max().unwrap_or_default()
    };
    told.sort_by_key(|reason| (is_near(reason), if is_near(reason) { std::cmp::Reverse(letters(reason)) } else { std::cmp::Reverse(0) }));
    told
}

/// How AWS would tell it, where that leads astray.
pub(crate) fn notes(refusal: &Refusal) -> Vec<String> {
    let read = |because: &Because| match because.certain {
        true => because.text.clone(),
        false => format!("{}; whether the script comes to it is not known", because.text),
    };
    let mut notes: Vec<String> = refusal.because.iter().map(read).collect();
    match (refusal.within.last().map(String::as_str), refusal.action.as_str()) {
        (Some("codepipeline:CreatePipeline" | "codepipeline:UpdatePipeline"), "sts:AssumeRole") => {
            notes.push("CodePipeline tries the roles when the pipeline is made, and AWS says InvalidStructureException".into());
        }
        (Some("codebuild:CreateProject" | "codebuild:UpdateProject"), "sts:AssumeRole") => {
            notes.push("CodeBuild tries the role when the project is made, and AWS says InvalidInputException".into());
        }
        (Some(outer), action) if action.starts_with("kms:") => {
            notes.push(format!("{outer} makes the call: whoever looks for a right to {outer} looks in the wrong place"));
        }
        (Some(outer), _) => notes.push(format!("{outer} makes the call")),
        (None, _) => {}
    }
    notes
}

/// The context keys that conditions asked for.
pub(crate) fn context(refusal: &Refusal) -> Vec<(String, String)> {
    let asked = refusal.reasons.iter().filter_map(|reason| member(reason, "element").strip_prefix("Condition ")?.split(' ').nth(1));
    let value = |key: &str| {
        let seen = refusal.context.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1;
        Some(seen.as_str().map_or_else(|| seen.to_string(), str::to_owned))
    };
    let mut keys: Vec<(String, String)> =
        asked.map(|key| (key.to_owned(), value(key).unwrap_or_else(|| "(not in the request)".into()))).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// The line and column in a message of CloudFormation's: `template:12:5: …`.
pub(crate) fn place_in(message: &str) -> Option<(u32, u32)> {
    let mut parts = message.split("template:").nth(1)?.split(':');
    Some((parts.next()?.trim().parse().ok()?, parts.next()?.trim().parse().ok()?))
}
