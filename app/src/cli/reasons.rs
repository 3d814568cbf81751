//! The reasons of a decision, for people.

use crate::deliver::{BAD, GOOD, WAITING, plain, styled, text};
use serde_json::Value;

/// The kinds of policies, as AWS's messages call them.
fn kind_in_words(kind: &str) -> &str {
    match kind {
        "identity" => "any identity-based policy",
        "boundary" => "the permissions boundary",
        "session" => "any session policy",
        "resource" => "the resource-based policy",
        "trust" => "the role trust policy",
        "key" => "the key policy",
        "serviceControl" => "any service control policy",
        "resourceControl" => "any resource control policy",
        "vpcEndpoint" => "the VPC endpoint policy",
        "grant" => "a grant",
        "blockPublicAccess" => "S3 Block Public Access",
        "rule" => "a rule of the service",
        other => other,
    }
}

/// Who or what decided, which statement, which element of it, and what that asks for.
pub(crate) fn in_words(reason: &Value) -> String {
    let policy = reason["policy"].as_str().unwrap_or(kind_in_words(text(reason, "kind")));
    let statement = match (reason["statement"].as_u64(), reason["sid"].as_str()) {
        (Some(n), Some(sid)) => format!(", statement {n} ({sid})"),
        (Some(n), None) => format!(", statement {n}"),
        _ => String::new(),
    };
    let element = reason["element"].as_str().map(|e| format!(": {e}")).unwrap_or_default();
    let mut line = format!("{policy}{statement}{element}");
    if let Some(expected) = reason["expected"].as_str() {
        line.push_str(&format!("\n               expected {expected}"));
    }
    if let Some(seen) = reason["seen"].as_str() {
        line.push_str(&format!("\n               seen     {seen}"));
    }
    let (style, role) = match (text(reason, "role"), text(reason, "effect")) {
        ("decided", "Allow") => (GOOD, "allowed by"),
        ("decided", _) => (BAD, "decided by"),
        ("missing", _) => (BAD, "no allow in"),
        _ => (WAITING, "near miss in"),
    };
    format!("{:<12} {}", styled(style, role), plain(&line))
}
