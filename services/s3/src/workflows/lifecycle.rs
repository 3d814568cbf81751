//! The daily pass over a bucket that has lifecycle rules. What is due goes, held versions stay.

use crate::{
    S3,
    lifecycle::{Fate, LifecycleRule, Seen, abort_of, fate, next_midnight},
    multipart,
    names::{bucket_arn, object_arn},
    objects,
    state::{BUCKETS, Bucket, LIFECYCLE_WORK, LIFECYCLES, UPLOADS, VERSIONS, Version},
};
use base::{Timestamp, uuid_v7};
use durable::{Next, Work, Workflow};
use gate::{Error, Scope, ServiceEvent};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;

/// Rows that one step looks at.
const PAGE: usize = 100;

pub(crate) struct Lifecycle;

/// Which rows are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    #[default]
    Versions,
    Uploads,
}

/// How far the pass is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    bucket: String,
    phase: Phase,
    /// The last row that was looked at.
    after: Option<Vec<String>>,
    /// How many versions of that row's key were seen.
    seen: u64,
    /// When the last of them was written.
    modified: Timestamp,
}

impl State {
    fn of(bucket: &str) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }
}

/// Sees to it that the rules of a bucket, which were just written, are followed: from now on, and every midnight.
pub(crate) fn follow(scope: &mut Scope<'_, S3>, bucket: &Bucket) -> Result<(), Error> {
    if let Some(id) = scope.get(&LIFECYCLE_WORK, bucket.name.as_str())? {
        return durable::signal(scope, &id, json!({}));
    }
    begin(scope, &bucket.name, bucket)
}

fn begin(scope: &mut Scope<'_, S3>, name: &str, bucket: &Bucket) -> Result<(), Error> {
    let id = uuid_v7(scope.entropy(), scope.now());
    scope.put(&LIFECYCLE_WORK, name, &id)?;
    durable::start::<Lifecycle>(scope, &id, bucket.account, &State::of(name))
}

/// Ends the work on a bucket that goes.
pub(crate) fn forget(scope: &mut Scope<'_, S3>, bucket: &str) -> Result<(), Error> {
    let Some(id) = scope.get(&LIFECYCLE_WORK, bucket)? else { return Ok(()) };
    scope.delete(&LIFECYCLE_WORK, bucket);
    scope.delete(&LIFECYCLES, bucket);
    durable::signal(scope, &id, json!({}))
}

/// A bucket and its rules, with what was done by them in this step.
struct Pass<'p> {
    bucket: Bucket,
    rules: &'p [LifecycleRule],
    done: Vec<ServiceEvent>,
}

impl Pass<'_> {
    fn note(&mut self, name: &'static str, key: &str, version: &str, rule: &LifecycleRule) {
        self.done.push(ServiceEvent {
            name,
            account: self.bucket.account,
            resources: vec![object_arn(&self.bucket.name, key), bucket_arn(&self.bucket.name)],
            details: json!({"bucketName": self.bucket.name, "key": key, "versionId": version, "ruleId": rule.name()}),
            data: true,
        });
    }

    fn version(&mut self, work: &mut Work<'_, Lifecycle>, seen: &Seen<'_>) -> Result<(), Error> {
        let now = work.now();
        let rules = self.rules;
        let Some((fate, rule)) = fate(rules, seen, now) else { return Ok(()) };
        let hides = fate == Fate::Expires && objects::keeps_versions(&self.bucket);
        // A deletion for good waits for the end of what holds the version.
        if !hides && seen.version.held.check_delete(false, now).is_err() {
            return Ok(());
        }
        let version = (fate == Fate::Removed).then_some(seen.version.id.as_str());
        objects::delete(work, &self.bucket, seen.key, version, false)?;
        self.note(if hides { "CreateDeleteMarker" } else { "ExpireObject" }, seen.key, &seen.version.id, rule);
        Ok(())
    }

    fn versions(&mut self, work: &mut Work<'_, Lifecycle>, state: State) -> Result<State, Error> {
        let name = self.bucket.name.clone();
        let after: Option<Vec<&str>> = state.after.as_ref().map(|after| after.iter().map(String::as_str).collect());
        let rows: Vec<(Vec<String>, Version)> = work.page(&VERSIONS, name.as_str(), after.as_deref(), PAGE, false)?;
        let (mut seen, mut modified) = (state.seen, state.modified);
        let mut last = state.after.clone();
        for (index, (parts, version)) in rows.iter().enumerate() {
            let key = parts[1].as_str();
            if last.as_ref().is_none_or(|last| last[0] != key) {
                seen = 0;
            }
            let alone = version.object.is_none() && seen == 0 && {
                let next = rows.get(index + 1).map(|(parts, _)| parts[1].as_str());
                match next {
                    Some(next) => next != key,
                    None => work.page(&VERSIONS, &[name.as_str(), key], None, 2, false)?.len() == 1,
                }
            };
            self.version(work, &Seen { key, version, index: seen, superseded: modified, alone })?;
            seen += 1;
            modified = version.modified;
            last = Some(vec![parts[1].clone(), parts[2].clone()]);
        }
        let more = rows.len() == PAGE;
        Ok(match more {
            true => State { after: last, seen, modified, ..state },
            false => State { phase: Phase::Uploads, ..State::of(&name) },
        })
    }

    /// Gives the state of the next step; None at the end of the pass.
    fn uploads(&mut self, work: &mut Work<'_, Lifecycle>, state: State) -> Result<Option<State>, Error> {
        let name = self.bucket.name.clone();
        let after: Option<Vec<&str>> = state.after.as_ref().map(|after| after.iter().map(String::as_str).collect());
        let rows = work.page(&UPLOADS, name.as_str(), after.as_deref(), PAGE, false)?;
        let now = work.now();
        let rules = self.rules;
        for (parts, upload) in &rows {
            let (key, id) = (parts[1].as_str(), parts[2].as_str());
            let Some((_, rule)) = abort_of(rules, key, upload.initiated).filter(|(time, _)| *time <= now) else { continue };
            multipart::close(work, &name, key, id, &HashSet::new())?;
            self.note("AbortMultipartUpload", key, id, rule);
        }
        let more = rows.len() == PAGE;
        let last = rows.into_iter().next_back().map(|(parts, _)| parts[1..].to_vec());
        Ok(more.then_some(State { after: last, ..state }))
    }
}

impl Workflow for Lifecycle {
    type Service = S3;
    const NAME: &'static str = "Lifecycle";
    type State = State;

    fn token() -> S3 {
        S3(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        // New rules begin a new pass.
        let state = if work.signals().is_empty() { state } else { State::of(&state.bucket) };
        let name = state.bucket.clone();
        if work.get(&LIFECYCLE_WORK, name.as_str())?.is_none_or(|id| id != work.id()) {
            return Ok(Next::Done);
        }
        let rules = work.get(&LIFECYCLES, name.as_str())?;
        let (Some(rules), Some(bucket)) = (rules, work.get(&BUCKETS, name.as_str())?) else {
            work.delete(&LIFECYCLE_WORK, name.as_str());
            return Ok(Next::Done);
        };
        let mut pass = Pass { bucket, rules: &rules.rules, done: Vec::new() };
        let next = match state.phase {
            Phase::Versions => Some(pass.versions(work, state)?),
            Phase::Uploads => pass.uploads(work, state)?,
        };
        // Recorded when nothing can fail any more.
        for event in pass.done {
            work.record_event(event)?;
        }
        Ok(match next {
            Some(state) => Next::Go(state),
            None => Next::At(State::of(&name), next_midnight(work.now())),
        })
    }

    /// The rules hold on: another one goes on in its place.
    fn give_up(work: &mut Work<'_, Self>, state: State, _error: &Error) -> Result<(), Error> {
        match work.get(&BUCKETS, state.bucket.as_str())? {
            Some(bucket) => begin(work, &state.bucket, &bucket),
            None => Ok(()),
        }
    }
}
