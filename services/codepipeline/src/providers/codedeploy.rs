//! An artifact onto the instances of a deployment group, which fetch it themselves.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeDeploy.html>

use super::{
    Job, Kind, Progress, Provider, Stop,
    definitions::call,
    deployment::{self, SERVICE},
};
use serde_json::{Value, json};

pub(super) struct CodeDeploy;

static KIND: Kind = Kind {
    categories: &["Deploy"],
    provider: "CodeDeploy",
    inputs: 1..=1,
    outputs: 0..=0,
    settings: &[("ApplicationName", true), ("DeploymentGroupName", true)],
};

impl Provider for CodeDeploy {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let from = job.input(None)?;
        let place = json!({"bucket": from.bucket, "key": from.key, "bundleType": "zip"});
        let revision = json!({"revisionType": "S3", "s3Location": place});
        let application = job.required("ApplicationName")?;
        call(job, SERVICE, "codedeploy:RegisterApplicationRevision", json!({"applicationName": application, "revision": revision}))?;
        deployment::begin(job, &revision)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        deployment::watch(job, &memo)
    }
}
