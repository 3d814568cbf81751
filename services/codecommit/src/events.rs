//! What EventBridge is told of a repository.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html>

use crate::{
    CodeCommit,
    moves::Move,
    state::{HEADS, Repository},
};
use gate::{Error, Scope};
use serde_json::json;

const TAGS: &str = "refs/tags/";

/// A branch or a tag was made, moved or deleted.
pub(crate) fn moved(scope: &mut Scope<'_, CodeCommit>, repository: &Repository, one: &Move<'_>) -> Result<(), Error> {
    let (kind, name) = match (one.name.strip_prefix(HEADS), one.name.strip_prefix(TAGS)) {
        (Some(branch), _) => ("branch", branch),
        (None, Some(tag)) => ("tag", tag),
        (None, None) => return Ok(()),
    };
    let event = match (one.old, one.new) {
        (None, _) => "referenceCreated",
        (Some(_), Some(_)) => "referenceUpdated",
        (Some(_), None) => "referenceDeleted",
    };
    let arn = repository.arn();
    let Some(account) = arn.account() else { return Ok(()) };
    let mut detail = json!({
        "event": event,
        "repositoryName": repository.name,
        "repositoryId": repository.id,
        "referenceType": kind,
        "referenceName": name,
        "referenceFullName": one.name,
        "callerUserArn": scope.caller().name(),
    });
    for (member, commit) in [("commitId", one.new.or(one.old)), ("oldCommitId", one.new.and(one.old))] {
        if let Some(commit) = commit {
            detail[member] = json!(commit);
        }
    }
    durable::tell(scope, account, "CodeCommit Repository State Change", &[&arn], detail)
}
