//! Grants that no call needs.

use super::{
    Needed,
    documents::{Read, Statement},
    overlap::{covers_action, covers_resource},
};
use crate::{Finding, Kind, Severity};
use policy::PolicyKind;

/// What a delivery needs only when something goes wrong or is stopped, and why.
const MAY_BE_NEEDED: [(&str, &str); 6] = [
    ("cloudformation:*", "an update, a deletion or a rollback of the stack may need it"),
    ("codebuild:StopBuild", "a stopped execution needs it"),
    ("codecommit:CancelUploadArchive", "a stopped execution needs it"),
    ("codecommit:GetUploadArchiveStatus", "a large repository needs it, whose archive takes long"),
    ("codedeploy:StopDeployment", "a stopped execution needs it"),
    ("logs:CreateLogGroup", "it is needed once, where the log group is not there yet"),
];

/// Of the identity policies of principals that the delivery exercises.
pub(super) fn of(document: &Read<'_>, calls: &[Needed]) -> Vec<Finding> {
    let own: Vec<_> = calls.iter().filter(|call| call.principal == document.of.owner).collect();
    if document.of.kind != PolicyKind::Identity || own.is_empty() {
        return Vec::new();
    }
    let statements = document.statements.iter().filter(|statement| statement.allows);
    statements.flat_map(|statement| in_statement(document, statement, &own)).collect()
}

fn in_statement(document: &Read<'_>, statement: &Statement, own: &[&Needed]) -> Vec<Finding> {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return Vec::new() };
    let unused = actions.iter().enumerate().filter(|(_, action)| {
        !own.iter().any(|call| covers_action(action, &call.action) && resources.iter().any(|r| covers_resource(r, &call.resource)))
    });
    let finding = |(at, action): (usize, &String)| {
        let reason = MAY_BE_NEEDED.iter().find(|(pattern, _)| covers_action(pattern, action));
        let severity = if reason.is_some() { Severity::Note } else { Severity::Warning };
        let title = format!("{action} is granted on {} and no call needs it", resources.join(", "));
        let why = format!("no call of {} that was predicted or recorded needs it", document.of.owner);
        let about = format!("{action}:{}", resources.join(","));
        let mut finding = document.finding(Kind::Unused, severity, (statement.index, &format!("Action/{at}")), &about, title, why);
        finding.notes.extend(reason.map(|(_, reason)| (*reason).to_owned()));
        finding
    };
    unused.map(finding).collect()
}
