//! An object in a versioned bucket.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html>

use super::{Done, Job, Kind, Progress, Provider, Stop, failed};
use crate::{artifacts, declaration::ActionDeclaration, error, state::Revision};
use gate::Error;
use serde_json::Value;

pub(super) struct S3Source;

static KIND: Kind = Kind {
    categories: &["Source"],
    provider: "S3",
    inputs: 0..=0,
    outputs: 1..=1,
    settings: &[("S3Bucket", true), ("S3ObjectKey", true), ("PollForSourceChanges", false), ("AllowOverrideForS3ObjectKey", false)],
};

impl Provider for S3Source {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        match action.setting("AllowOverrideForS3ObjectKey") {
            None | Some("false") => Ok(()),
            Some("true") => Err(Error::not_implemented(&format!("AllowOverrideForS3ObjectKey of action '{}'", action.name))),
            Some(other) => {
                Err(error::action(format!("AllowOverrideForS3ObjectKey '{other}' of action '{}' is neither true nor false", action.name)))
            }
        }
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let (bucket, key) = (job.required("S3Bucket")?, job.required("S3ObjectKey")?);
        if !artifacts::check_bucket(job.scope, job.actor, &bucket)? {
            return Err(failed("ConfigurationError", format!("The source bucket {bucket} is not versioned; enable its versioning")));
        }
        let version = job.asked_for("S3_OBJECT_VERSION_ID").map(str::to_string);
        let (found, mut content) = artifacts::open_version(job.scope, job.actor, &bucket, &key, version.as_deref())?;
        let output = job.output()?;
        artifacts::write(job.scope, job.actor, job.store, &output, &mut content)?;
        let version = found.version_id.unwrap_or_default();
        let etag = found.etag.trim_matches('"').to_string();
        let revision = Revision {
            action: job.action.name.clone(),
            name: output.name,
            revision_id: version.clone(),
            revision_summary: Some(format!("Amazon S3 version id: {version}")),
            created: job.scope.now(),
            uri: Some(format!("s3://{bucket}/{key}")),
        };
        let variables = [("BucketName", bucket), ("ETag", etag), ("ObjectKey", key), ("VersionId", version)];
        Progress::done(Done {
            variables: variables.map(|(name, value)| (name.into(), value)).into(),
            revision: Some(revision),
            ..Done::default()
        })
    }

    fn look(&self, job: &mut Job<'_, '_>, _memo: Value) -> Result<Progress, Stop> {
        self.start(job)
    }

    fn source_topic(&self, action: &ActionDeclaration, _region: &str, _account: &str) -> Option<String> {
        Some(format!("s3/object/{}/{}", action.setting("S3Bucket")?, action.setting("S3ObjectKey")?))
    }
}
