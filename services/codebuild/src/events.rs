//! What EventBridge is told of a build.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html>

use crate::{
    CodeBuild,
    names::Owner,
    state::{BuildRow, IN_PROGRESS},
};
use gate::{Error, Scope};
use serde_json::json;

/// A build has another status than before.
pub(crate) fn changed(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str, row: &BuildRow) -> Result<(), Error> {
    let arn = owner.build_arn(id);
    let phases: Vec<_> = row.phases.iter().map(|phase| json!({"phase-type": phase.kind, "phase-status": phase.status})).collect();
    let detail = json!({
        "build-status": row.status,
        "project-name": row.project,
        "build-id": arn,
        "additional-information": {
            "build-complete": row.status != IN_PROGRESS,
            "build-number": row.number,
            "initiator": row.initiator,
            "source-version": row.source_version,
            "timeout-in-minutes": row.timeout_in_minutes,
            "logs": {"group-name": row.log.as_ref().map(|(group, _)| group), "stream-name": row.log.as_ref().map(|(_, stream)| stream)},
            "phases": phases,
        },
        "current-phase": row.phases.last().map(|phase| phase.kind.as_str()),
        "version": "1",
    });
    durable::tell(scope, owner.account, "CodeBuild Build State Change", &[&arn], detail)
}
