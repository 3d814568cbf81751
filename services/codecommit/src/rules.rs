//! Approval rules of pull requests: how they change.

use crate::{
    CodeCommit, approvals, names,
    request_shapes::hash,
    requests::{self, Row, Rule},
};
use gate::{Error, Scope};
use serde_json::json;

/// What was done to a rule.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    Created,
    Updated,
    Deleted,
}

pub(crate) fn name(name: &str) -> Result<(), Error> {
    if (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::new("InvalidApprovalRuleNameException", "The name for the approval rule is not valid: it has 1 to 100 characters"))
}

pub(crate) fn content(text: &str) -> Result<(), Error> {
    approvals::Content::read(text)
        .map(drop)
        .map_err(|why| Error::new("InvalidApprovalRuleContentException", format!("The content for the approval rule is not valid: {why}")))
}

/// Refuses a change of a content that the client has not seen.
pub(crate) fn is_seen(shown: Option<&str>, content: &str) -> Result<(), Error> {
    if shown.is_none_or(|shown| shown == hash(content)) {
        return Ok(());
    }
    Err(Error::new("InvalidRuleContentSha256Exception", "The SHA-256 hash is not that of the rule's present content: read the rule again"))
}

/// The place of a rule among those of a pull request.
pub(crate) fn find(row: &Row, name: &str) -> Result<usize, Error> {
    row.rules.iter().position(|rule| rule.name == name).ok_or_else(|| {
        Error::new(
            "ApprovalRuleDoesNotExistException",
            format!("The pull request {} has no approval rule {}", row.number, names::shown(name)),
        )
    })
}

/// Keeps a pull request whose rule changed, and tells of it.
pub(crate) fn changed(scope: &mut Scope<'_, CodeCommit>, row: &mut Row, rule: &Rule, what: What) -> Result<(), Error> {
    row.activity = scope.now();
    requests::keep(scope, row)?;
    let (kind, event) = match what {
        What::Created => ("PULL_REQUEST_APPROVAL_RULE_CREATED", "pullRequestApprovalRuleCreated"),
        What::Updated => ("PULL_REQUEST_APPROVAL_RULE_UPDATED", "pullRequestApprovalRuleUpdated"),
        What::Deleted => ("PULL_REQUEST_APPROVAL_RULE_DELETED", "pullRequestApprovalRuleDeleted"),
    };
    let metadata = json!({"approvalRuleName": rule.name, "approvalRuleId": rule.id, "approvalRuleContent": rule.content});
    requests::happened(scope, row, kind, "approvalRuleEventMetadata", metadata)?;
    let told = json!({"approvalRuleName": rule.name, "approvalRuleId": rule.id, "approvalRuleContentSha256": hash(&rule.content)});
    requests::tell(scope, row, event, told)
}
