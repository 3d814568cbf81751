//! Files or an archive into a bucket.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html>

use super::{Done, Job, Kind, Progress, Provider, Stop, failed};
use crate::{artifacts, declaration::ActionDeclaration, error, state::Artifact};
use archive::{ArchiveError, Each, Limits};
use gate::{Body, Error};
use s3::PutObject;
use serde_json::Value;
use std::io::{self, Cursor, Read};

pub(super) struct S3Deploy;

static KIND: Kind = Kind {
    categories: &["Deploy"],
    provider: "S3",
    inputs: 1..=1,
    outputs: 0..=0,
    settings: &[
        ("BucketName", true),
        ("Extract", true),
        ("ObjectKey", false),
        ("KMSEncryptionKeyARN", false),
        ("CannedACL", false),
        ("CacheControl", false),
    ],
};

/// One step deploys all files, so that a bucket never holds half of what succeeded.
const MAX_FILES: usize = 10_000;

/// Amazon S3's canned ACLs. What a bucket takes of them the bucket says: with its ACLs off, as they are unless told otherwise,
/// `bucket-owner-full-control` alone.
const CANNED: [&str; 7] = [
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
];
/// In a key, the time of the deployment in UTC.
const DATETIME: &str = "{datetime}";

impl Provider for S3Deploy {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        if let Some(acl) = action.setting("CannedACL").filter(|acl| !acl.contains("#{") && !CANNED.contains(acl)) {
            return Err(error::action(format!("CannedACL '{acl}' of action '{}' is none of {}", action.name, CANNED.join(", "))));
        }
        match (action.setting("Extract"), action.setting("ObjectKey")) {
            (Some("true"), _) | (Some("false"), Some(_)) => Ok(()),
            (Some("false"), None) => Err(error::action(format!(
                "Action configuration for action '{}' is missing required configuration 'ObjectKey'",
                action.name
            ))),
            (other, _) => {
                Err(error::action(format!("Extract '{}' of action '{}' is neither true nor false", other.unwrap_or_default(), action.name)))
            }
        }
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let bucket = job.required("BucketName")?;
        let from = job.input(None)?;
        let content = artifacts::read(job.scope, job.actor, &from)?;
        artifacts::check_bucket(job.scope, job.actor, &bucket)?;
        if job.flag("Extract") {
            put_files(job, &bucket, &from, content)?;
        } else {
            let key = dated(job, &job.required("ObjectKey")?);
            put(job, &bucket, &key, &mut { content })?;
        }
        Progress::done(Done { summary: Some("Deployment Succeeded".into()), ..Done::default() })
    }

    fn look(&self, job: &mut Job<'_, '_>, _memo: Value) -> Result<Progress, Stop> {
        self.start(job)
    }
}

/// The key with the time for `{datetime}`, to the second: `2019-04-01T12-34-56Z` has no colon.
fn dated(job: &Job<'_, '_>, key: &str) -> String {
    if !key.contains(DATETIME) {
        return key.to_string();
    }
    let now = job.scope.now().iso();
    key.replace(DATETIME, &now.get(..19).unwrap_or(&now).replace(':', "-"))
}

fn put(job: &mut Job<'_, '_>, bucket: &str, key: &str, content: &mut dyn Read) -> Result<(), Stop> {
    let mut input = artifacts::stored_at(bucket, key, job.setting("KMSEncryptionKeyARN"));
    input.content.cache_control = job.setting("CacheControl").map(Into::into);
    input.acl.acl = job.setting("CannedACL").map(Into::into);
    job.scope.invoke_sending::<PutObject>(job.actor, input, Body::Reader(content))?;
    Ok(())
}

fn put_files(job: &mut Job<'_, '_>, bucket: &str, from: &Artifact, content: Cursor<Vec<u8>>) -> Result<(), Stop> {
    let prefix = job.setting("ObjectKey").map(|p| format!("{}/", dated(job, p).trim_end_matches('/'))).unwrap_or_default();
    let limits = Limits { max_entries: MAX_FILES, ..Limits::default() };
    let mut stop = None;
    let mut sink = Each(|path: &str, _size: u64, content: &mut dyn Read| {
        put(job, bucket, &format!("{prefix}{path}"), content).map_err(|e| {
            stop = Some(e);
            io::Error::other("the file was not stored")
        })
    });
    let extracted = archive::extract(content, &mut sink, &limits);
    match (stop, extracted) {
        (Some(stop), _) => Err(stop),
        (None, Ok(_)) => Ok(()),
        (None, Err(e @ ArchiveError::Sink { .. })) => Err(failed("JobFailed", e.to_string())),
        (None, Err(e)) => Err(failed("ConfigurationError", format!("The artifact {} cannot be extracted: {e}", from.name))),
    }
}
