//! An image in a repository.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html>

use super::{Done, Job, Kind, Progress, Provider, Stop, failed, packed, text};
use crate::{artifacts, state::Revision};
use serde_json::{Value, json};

pub(super) struct Ecr;

static KIND: Kind = Kind {
    categories: &["Source"],
    provider: "ECR",
    inputs: 0..=0,
    outputs: 1..=1,
    settings: &[("RepositoryName", true), ("ImageTag", false)],
};

const FILE: &str = "imageDetail.json";

impl Provider for Ecr {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let repository = job.required("RepositoryName")?;
        let tag = job.setting("ImageTag").filter(|tag| !tag.is_empty()).unwrap_or("latest").to_string();
        let asked = job.asked_for("IMAGE_DIGEST").map_or_else(|| json!({"imageTag": tag}), |digest| json!({"imageDigest": digest}));
        let answer = job.call("ecr:DescribeImages", json!({"repositoryName": repository, "imageIds": [asked]}))?;
        let none = || failed("ConfigurationError", format!("The repository {repository} has no image with the tag {tag}"));
        let image = answer.pointer("/imageDetails/0").ok_or_else(none)?;
        let of_image = |pointer: &str| text(image, pointer).map(str::to_string).unwrap_or_default();
        let (digest, registry) = (of_image("/imageDigest"), of_image("/registryId"));
        let region = job.scope.region().to_string();
        let uri = format!("{registry}.dkr.ecr.{region}.amazonaws.com/{repository}@{digest}");
        let detail = json!({
            "ImageSizeInBytes": image["imageSizeInBytes"].to_string(),
            "ImageDigest": digest,
            "Version": "1.0",
            "ImagePushedAt": image["imagePushedAt"],
            "RegistryId": registry,
            "RepositoryName": repository,
            "ImageURI": uri,
            "ImageTags": image["imageTags"],
        });
        let output = job.output()?;
        let mut archive = packed(FILE, &detail)?;
        artifacts::write(job.scope, job.actor, job.store, &output, &mut archive)?;
        let revision = Revision {
            action: job.action.name.clone(),
            name: output.name,
            revision_id: digest.clone(),
            revision_summary: Some(format!("Image tag: {tag}")),
            created: job.scope.now(),
            uri: Some(uri.clone()),
        };
        let variables =
            [("RegistryId", registry), ("RepositoryName", repository), ("ImageTag", tag), ("ImageDigest", digest), ("ImageURI", uri)];
        Progress::done(Done {
            variables: variables.map(|(name, value)| (name.into(), value)).into(),
            revision: Some(revision),
            ..Done::default()
        })
    }

    fn look(&self, job: &mut Job<'_, '_>, _memo: Value) -> Result<Progress, Stop> {
        self.start(job)
    }
}
