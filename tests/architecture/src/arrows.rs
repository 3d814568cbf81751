//! The typed arrows between services. All else goes by an action's name and a value, through the gate.

use crate::{none, workspace::crates};

/// Whom every service may call.
const BY_ALL: [&str; 3] = ["kms", "sts", "iam"];

/// Who may call whom beside these.
const ARROWS: [(&str, &[&str]); 8] = [
    ("codecommit", &["s3", "logs", "secretsmanager"]),
    // It writes what it fetched, as who uses the connection.
    ("codeconnections", &["s3"]),
    ("codebuild", &["s3", "logs", "secretsmanager", "ssm"]),
    ("codepipeline", &["s3", "logs", "secretsmanager", "codecommit", "codebuild"]),
    // TemplateURL, and no more: resource types come to it as values from the gate's registry.
    ("cloudformation", &["s3"]),
    ("cloudtrail", &["s3", "logs", "secretsmanager"]),
    ("lambda", &["s3", "logs", "secretsmanager"]),
    // Principals are told by the gate.
    ("iam", &[]),
];

fn allowed(user: &str, used: &str) -> bool {
    let listed = ARROWS.iter().find(|(name, _)| *name == user).is_some_and(|(_, list)| list.contains(&used));
    let by_all = BY_ALL.contains(&used) && user != "cloudformation" && user != "iam";
    listed || by_all
}

#[test]
fn services_know_each_other_only_by_the_list() {
    let services = || crates().iter().filter(|c| c.is_service());
    let mut findings = Vec::new();
    for user in services() {
        let used = services().filter(|used| user.uses.contains(&used.name) && !allowed(&user.name, &used.name));
        findings.extend(used.map(|used| format!("{} → {}", user.name, used.name)));
    }
    none(&findings, "services know each other only by the list of arrows; call others by name (`Scope::invoke_named`):");
}
