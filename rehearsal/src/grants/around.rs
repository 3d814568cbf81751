//! Ways around what a delivery is meant to hold: approvals, the audit trail, and alerts.

use super::{
    documents::{Read, Statement},
    overlap::{covers_action, covers_resource},
};
use crate::{Finding, Kind, Severity, repairs::calls::Needed};
use policy::PolicyKind;

/// What the estate has that somebody could get around.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Artifact buckets of pipelines with an approval: the pipeline's name, and the bucket's.
    pub(crate) approved: Vec<(String, String)>,
    /// The ARNs of pipelines with an approval, and of the repositories that they take their sources from.
    pub(crate) pipelines: Vec<(String, Vec<String>)>,
    /// Trails: their ARNs, buckets, and the ARNs of their keys.
    pub(crate) trails: Vec<(String, String, Option<String>)>,
}

/// What changes an audit trail, its bucket's objects, its bucket, its key.
const OF_TRAIL: [&str; 4] = ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"];
const OF_LOGS: [&str; 2] = ["s3:DeleteObject", "s3:DeleteObjectVersion"];
const OF_BUCKET: [&str; 4] = ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutLifecycleConfiguration", "s3:DeleteBucket"];
const OF_KEY: [&str; 3] = ["kms:DisableKey", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"];

/// What begins a delivery of one's own change.
const BEGINNING: [&str; 2] = ["codepipeline:StartPipelineExecution", "codepipeline:UpdatePipeline"];
const PUSHING: [&str; 2] = ["codecommit:GitPush", "codecommit:PutFile"];

/// A name within a bucket that nobody would give: who may write it may write all.
const ANY_KEY: &str = "\u{1}";

impl Statement {
    /// The first of these actions that the statement allows on a resource.
    fn gives<'a>(&self, actions: &[&'a str], resource: &str) -> Option<&'a str> {
        let covers = |action: &&&str| self.actions.iter().flatten().any(|pattern| covers_action(pattern, action));
        let reaches = self.allows && self.resources.iter().flatten().any(|pattern| covers_resource(pattern, resource));
        actions.iter().filter(|_| reaches).find(covers).copied()
    }

    /// Where it names an action.
    fn at(&self, action: &str) -> String {
        let at = self.actions.iter().flatten().position(|pattern| covers_action(pattern, action)).unwrap_or_default();
        format!("Action/{at}")
    }
}

/// Of an identity policy. `all`: the statements of all policies of its owners.
pub(super) fn of(document: &Read<'_>, all: &[&Statement], held: &Held, own: &[&Needed]) -> Vec<Finding> {
    if document.of.kind != PolicyKind::Identity {
        return Vec::new();
    }
    let mut found = Vec::new();
    for statement in document.statements.iter().filter(|statement| statement.allows) {
        found.extend(artifacts(document, statement, held, own));
        found.extend(audit(document, statement, held));
        found.extend(own_approval(document, statement, all, held));
    }
    found
}

fn who(document: &Read<'_>) -> String {
    document.of.owners.first().map_or_else(|| document.of.name.clone(), |arn| arn.rsplit('/').next().unwrap_or(arn).to_owned())
}

/// Somebody who makes no artifacts may write them: what was approved is not what is deployed.
fn artifacts(document: &Read<'_>, statement: &Statement, held: &Held, own: &[&Needed]) -> Option<Finding> {
    let (pipeline, bucket) = held.approved.iter().find(|(_, bucket)| {
        let objects = format!("arn:aws:s3:::{bucket}/");
        let makes = |call: &Needed| call.action == "s3:PutObject" && call.resource.starts_with(&objects);
        statement.gives(&["s3:PutObject"], &format!("{objects}{ANY_KEY}")).is_some() && !own.iter().any(|call| makes(call))
    })?;
    let title = format!("{} may write what the pipeline {pipeline} has had approved", who(document));
    let why = format!("it makes no artifacts in {bucket}, and may replace them");
    Some(document.finding(Kind::Deputy, Severity::Warning, (statement.index, &statement.at("s3:PutObject")), pipeline, title, why))
}

/// Who is audited may change the audit trail.
fn audit(document: &Read<'_>, statement: &Statement, held: &Held) -> Option<Finding> {
    // Who does everything is the administrator, and no part of the delivery.
    if statement.actions.iter().flatten().any(|action| action == "*") {
        return None;
    }
    held.trails.iter().find_map(|(trail, bucket, key)| {
        let of_key = key.as_deref().and_then(|key| statement.gives(&OF_KEY, key));
        let action = statement
            .gives(&OF_TRAIL, trail)
            .or_else(|| statement.gives(&OF_LOGS, &format!("arn:aws:s3:::{bucket}/{ANY_KEY}")))
            .or_else(|| statement.gives(&OF_BUCKET, &format!("arn:aws:s3:::{bucket}")))
            .or(of_key)?;
        let title = format!("{} may {action} on the audit trail that tells of it", who(document));
        let why = format!("the trail {} is kept by this", trail.rsplit('/').next().unwrap_or(trail));
        Some(document.finding(Kind::Deputy, Severity::Warning, (statement.index, &statement.at(action)), trail, title, why))
    })
}

/// Who begins a delivery may approve it as well.
fn own_approval(document: &Read<'_>, statement: &Statement, all: &[&Statement], held: &Held) -> Option<Finding> {
    const APPROVING: &str = "codepipeline:PutApprovalResult";
    held.pipelines.iter().find_map(|(pipeline, repositories)| {
        // On the pipeline's stages and actions.
        statement.gives(&[APPROVING], &format!("{pipeline}/{ANY_KEY}/{ANY_KEY}"))?;
        let begins = all.iter().find_map(|other| {
            let pushes = || repositories.iter().find_map(|repository| other.gives(&PUSHING, repository));
            other.gives(&BEGINNING, pipeline).or_else(pushes)
        })?;
        let name = pipeline.rsplit(':').next().unwrap_or(pipeline);
        let title = format!("{} may approve in {name} what it has itself begun", who(document));
        let why = format!("it may {begins} as well");
        Some(document.finding(Kind::Deputy, Severity::Warning, (statement.index, &statement.at(APPROVING)), name, title, why))
    })
}
