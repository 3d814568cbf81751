//! What the feed is told of: EventBridge's "CodeBuild Build State Change" and "CodeBuild Build Phase Change".
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html>

use crate::{
    CodeBuild,
    model::{PhaseContext, answer::Build},
    names::Owner,
    state::{BuildRow, PhaseRow},
};
use base::Timestamp;
use gate::{Error, Scope};
use serde_json::{Map, Value, json};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sep 1, 2017 4:12:29 PM`, as these events have it.
fn told(time: Timestamp) -> String {
    let iso = time.iso();
    let number = |from: usize, to: usize| iso.get(from..to).and_then(|text| text.parse::<usize>().ok()).unwrap_or_default();
    let month = MONTHS.get(number(5, 7).wrapping_sub(1)).copied().unwrap_or_default();
    let (hour, half) = match number(11, 13) {
        0 => (12, "AM"),
        hour @ 1..12 => (hour, "AM"),
        12 => (12, "PM"),
        hour => (hour - 12, "PM"),
    };
    format!("{month} {}, {} {hour}:{} {half}", number(8, 10), number(0, 4), iso.get(14..19).unwrap_or_default())
}

fn contexts(contexts: &[PhaseContext]) -> Vec<String> {
    if contexts.is_empty() {
        return vec![": ".into()];
    }
    contexts.iter().map(|context| format!("{}: {}", context.status_code, context.message)).collect()
}

fn phase(phase: &PhaseRow) -> Value {
    let mut told_of = json!({"phase-type": phase.kind, "start-time": told(phase.start)});
    if let (Some(end), Some(status)) = (phase.end, &phase.status) {
        told_of["phase-context"] = json!(contexts(&phase.contexts));
        told_of["end-time"] = json!(told(end));
        told_of["duration-in-seconds"] = json!(end.since(phase.start).as_secs());
        told_of["phase-status"] = json!(status);
    }
    told_of
}

fn additional(build: &Build, row: &BuildRow) -> Value {
    let variables: Vec<Value> = build
        .environment
        .environment_variables
        .iter()
        .map(|variable| json!({"name": variable.name, "value": variable.value, "type": variable.kind}))
        .collect();
    let artifact = &build.artifacts;
    let mut source = json!({"type": build.source.kind});
    if let Some(location) = &build.source.location {
        source["location"] = json!(location);
    }
    let mut all = json!({
        "artifact": {"location": artifact.location, "md5sum": artifact.md5sum.as_deref().unwrap_or_default(),
            "sha256sum": artifact.sha256sum.as_deref().unwrap_or_default()},
        "environment": {"image": build.environment.image, "privileged-mode": build.environment.privileged_mode.unwrap_or(false),
            "compute-type": build.environment.compute_type, "type": build.environment.kind, "environment-variables": variables},
        "timeout-in-minutes": build.timeout_in_minutes,
        "queued-timeout-in-minutes": build.queued_timeout_in_minutes,
        "build-complete": build.build_complete,
        "build-number": build.build_number,
        "initiator": build.initiator,
        "build-start-time": told(row.started),
        "source": source,
        "phases": row.phases.iter().map(phase).collect::<Vec<_>>(),
    });
    if let Some(version) = &build.source_version {
        all["source-version"] = json!(version);
    }
    if let Some(logs) = &build.logs {
        all["logs"] = json!({"group-name": logs.group_name, "stream-name": logs.stream_name, "deep-link": logs.deep_link});
    }
    all
}

fn publish(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str, kind: &str, detail: Map<String, Value>) -> Result<(), Error> {
    durable::tell(scope, owner.account, kind, &[&owner.build_arn(id)], Value::Object(detail))
}

fn detail(owner: &Owner, id: &str, build: &Build, row: &BuildRow) -> Map<String, Value> {
    let mut detail = Map::new();
    detail.insert("project-name".into(), json!(row.project));
    detail.insert("build-id".into(), json!(owner.build_arn(id)));
    detail.insert("additional-information".into(), additional(build, row));
    detail.insert("version".into(), json!("1"));
    detail
}

/// Tells of each phase that has ended since, and of another status.
pub(crate) fn changed(
    scope: &mut Scope<'_, CodeBuild>,
    owner: &Owner,
    id: &str,
    before: Option<&BuildRow>,
    row: &BuildRow,
) -> Result<(), Error> {
    let build = Build::of(owner, id, row.clone());
    let ended = |row: &BuildRow| row.phases.iter().filter(|phase| phase.end.is_some()).count();
    for phase in row.phases.iter().filter(|phase| phase.end.is_some()).skip(before.map_or(0, ended)) {
        let mut detail = detail(owner, id, &build, row);
        let (end, status) = (phase.end.unwrap_or(phase.start), phase.status.as_deref().unwrap_or_default());
        detail.insert("completed-phase".into(), json!(phase.kind));
        detail.insert("completed-phase-status".into(), json!(status));
        detail.insert("completed-phase-context".into(), json!(format!("[{}]", contexts(&phase.contexts).join(", "))));
        detail.insert("completed-phase-duration-seconds".into(), json!(end.since(phase.start).as_secs()));
        detail.insert("completed-phase-start".into(), json!(told(phase.start)));
        detail.insert("completed-phase-end".into(), json!(told(end)));
        publish(scope, owner, id, "CodeBuild Build Phase Change", detail)?;
    }
    if before.is_none_or(|before| before.status != row.status) {
        let mut detail = detail(owner, id, &build, row);
        let last = row.phases.last();
        detail.insert("build-status".into(), json!(row.status));
        detail.insert("current-phase".into(), json!(last.map(|phase| &phase.kind)));
        let context = last.map(|phase| contexts(&phase.contexts).join(", ")).unwrap_or_default();
        detail.insert("current-phase-context".into(), json!(format!("[{context}]")));
        publish(scope, owner, id, "CodeBuild Build State Change", detail)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_the_events_have_them() {
        let at = |iso: &str| told(Timestamp::parse_iso(iso).unwrap());
        assert_eq!(at("2017-09-01T16:12:29Z"), "Sep 1, 2017 4:12:29 PM");
        assert_eq!(at("2026-01-31T00:05:09Z"), "Jan 31, 2026 12:05:09 AM");
        assert_eq!(at("2026-12-10T12:00:00Z"), "Dec 10, 2026 12:00:00 PM");
    }
}
