//! Changes as EventBridge tells them, in the transaction of the change.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html>

use crate::{
    CodeCommit,
    moves::Move,
    state::{HEADS, Repository},
};
use base::{Arn, Timestamp};
use gate::{Error, Scope};
use serde_json::{Map, Value, json};

const TAGS: &str = "refs/tags/";

/// Tells of a change; what is null is left out of `detail`.
pub(crate) fn tell(scope: &mut Scope<'_, CodeCommit>, kind: &str, resources: &[&Arn], detail: Value) -> Result<(), Error> {
    let account = scope.account()?;
    let mut detail: Map<String, Value> = match detail {
        Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    };
    detail.insert("callerUserArn".into(), scope.caller().name().into());
    durable::tell(scope, account, kind, resources, Value::Object(detail))
}

/// Tells that a reference moved. `more` says how, where a merge moved it.
pub(crate) fn reference(scope: &mut Scope<'_, CodeCommit>, row: &Repository, one: &Move<'_>, more: &Value) -> Result<(), Error> {
    let (event, commit) = match (one.old, one.new) {
        (None, new) => ("referenceCreated", new),
        (_, Some(new)) => ("referenceUpdated", Some(new)),
        (old, None) => ("referenceDeleted", old),
    };
    let (kind, name) = match (one.name.strip_prefix(HEADS), one.name.strip_prefix(TAGS)) {
        (Some(name), _) => ("branch", name),
        (_, Some(name)) => ("tag", name),
        _ => ("reference", one.name),
    };
    let mut detail = json!({
        "event": event,
        "repositoryName": row.name,
        "repositoryId": row.id,
        "referenceType": kind,
        "referenceName": name,
        "referenceFullName": one.name,
        "commitId": commit,
        "oldCommitId": one.old.filter(|_| one.new.is_some()),
    });
    if let (Some(detail), Some(more)) = (detail.as_object_mut(), more.as_object()) {
        detail.extend(more.clone());
    }
    tell(scope, "CodeCommit Repository State Change", &[&row.arn()], detail)
}

/// A moment as these events write it.
pub(crate) fn moment(time: Timestamp) -> String {
    time.iso()
}
