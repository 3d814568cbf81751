//! A rolling deployment of a container service: the images that a build names, in a new revision of the service's own task definition.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html>

use super::{
    Done, Failure, Job, Kind, Progress, Provider, Stop, Waiting,
    definitions::{self, call, invalid},
    failed, text,
};
use crate::{
    declaration::ActionDeclaration,
    error,
    state::{ErrorDetails, External},
};
use base::Timestamp;
use gate::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(super) struct Ecs;

static KIND: Kind = Kind {
    categories: &["Deploy"],
    provider: "ECS",
    inputs: 1..=1,
    outputs: 0..=0,
    settings: &[("ClusterName", true), ("ServiceName", true), ("FileName", false), ("DeploymentTimeout", false)],
};

const LOOK: Duration = Duration::from_secs(15);
/// Minutes: AWS's bounds, the longest being the default.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 1..=60;
const FILE: &str = "imagedefinitions.json";
const SERVICE: &str = "ECS";

/// What a task definition was registered with, of all that is told of it.
/// Source: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
const REGISTERED: [&str; 17] = [
    "containerDefinitions",
    "cpu",
    "enableFaultInjection",
    "ephemeralStorage",
    "executionRoleArn",
    "family",
    "inferenceAccelerators",
    "ipcMode",
    "memory",
    "networkMode",
    "pidMode",
    "placementConstraints",
    "proxyConfiguration",
    "requiresCompatibilities",
    "runtimePlatform",
    "taskRoleArn",
    "volumes",
];

/// What is told of a task definition and was not said when it was registered.
pub(super) const TOLD: [&str; 9] = [
    "compatibilities",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
    "deleteRequestedAt",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    name: String,
    image_uri: String,
}

impl Provider for Ecs {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        match action.setting("DeploymentTimeout").filter(|text| !text.contains("#{")) {
            Some(minutes) if !minutes.parse().is_ok_and(|minutes: u64| TIMEOUTS.contains(&minutes)) => Err(error::action(format!(
                "DeploymentTimeout '{minutes}' of action '{}' must be a number of minutes between {} and {}",
                action.name,
                TIMEOUTS.start(),
                TIMEOUTS.end()
            ))),
            _ => Ok(()),
        }
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let (cluster, name) = (job.required("ClusterName")?, job.required("ServiceName")?);
        let images = images(job)?;
        let service = describe(job, &cluster, &name)?;
        let present = text(&service, "/taskDefinition")
            .ok_or_else(|| invalid(format!("The service {name} has no task definition: CodeDeploy deploys it, or nothing does")))?;
        let answer = call(job, SERVICE, "ecs:DescribeTaskDefinition", json!({"taskDefinition": present, "include": ["TAGS"]}))?;
        let revision = call(job, SERVICE, "ecs:RegisterTaskDefinition", next(&answer, &images)?)?;
        let revision = text(&revision, "/taskDefinition/taskDefinitionArn").unwrap_or_default().to_string();
        let input = json!({"cluster": cluster, "service": name, "taskDefinition": revision});
        let updated = call(job, SERVICE, "ecs:UpdateService", input)?;
        let minutes = job.setting("DeploymentTimeout").and_then(|text| text.parse().ok()).unwrap_or(*TIMEOUTS.end());
        let until = job.scope.now().plus(Duration::from_secs(60 * minutes));
        let memo = json!({"cluster": cluster, "service": name, "revision": revision, "until": until});
        became(job, &updated["service"], memo)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        let part = |name: &str| memo[name].as_str().unwrap_or_default().to_string();
        let service = describe(job, &part("cluster"), &part("service"))?;
        became(job, &service, memo)
    }
}

/// What the build says that is deployed.
fn images(job: &mut Job<'_, '_>) -> Result<Vec<Image>, Stop> {
    let file = job.setting("FileName").filter(|name| !name.is_empty()).unwrap_or(FILE).to_string();
    let from = job.input(None)?;
    let content = definitions::text(job, &from, &file, definitions::MAX_IMAGES)?.map_err(|why| {
        invalid(format!(
            "Did not find the image definition file {file} in the input artifacts ZIP file. Verify the file is stored in your pipeline's \
             Amazon S3 artifact bucket: {} key: {} ({why})",
            from.bucket, from.key
        ))
    })?;
    serde_json::from_str(&content).map_err(|e| invalid(format!("The image definition file {file} contains invalid JSON format: {e}")))
}

fn describe(job: &mut Job<'_, '_>, cluster: &str, service: &str) -> Result<Value, Stop> {
    let answer = call(job, SERVICE, "ecs:DescribeServices", json!({"cluster": cluster, "services": [service]}))?;
    match answer.pointer("/services/0").filter(|found| text(found, "/status").is_none_or(|status| status == "ACTIVE")) {
        Some(found) => Ok(found.clone()),
        None => Err(invalid(format!("The AWS ECS service {service} does not exist in the cluster {cluster}"))),
    }
}

/// The task definition that the service has, with other images.
fn next(answer: &Value, images: &[Image]) -> Result<Value, Stop> {
    let told = answer["taskDefinition"].as_object().cloned().unwrap_or_default();
    let mut input: Map<String, Value> = told.into_iter().filter(|(name, _)| REGISTERED.contains(&name.as_str())).collect();
    let containers = input.get_mut("containerDefinitions").and_then(Value::as_array_mut);
    let containers = containers.ok_or_else(|| failed("JobFailed", "Amazon ECS told of a task definition without containers"))?;
    for image in images {
        let container = containers.iter_mut().find(|c| c["name"].as_str() == Some(&image.name));
        let container = container.ok_or_else(|| invalid(format!("The AWS ECS container {} does not exist", image.name)))?;
        container["image"] = json!(image.image_uri);
    }
    if let Some(tags) = answer["tags"].as_array().filter(|tags| !tags.is_empty()) {
        input.insert("tags".into(), json!(tags));
    }
    Ok(input.into())
}

/// How far the service is with the new revision: it is done when nothing else runs.
fn became(job: &Job<'_, '_>, service: &Value, memo: Value) -> Result<Progress, Stop> {
    let revision = memo["revision"].as_str().unwrap_or_default();
    let deployments = service["deployments"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mine = deployments.iter().find(|d| text(d, "/taskDefinition") == Some(revision));
    let id = mine.and_then(|d| text(d, "/id")).map(str::to_string);
    let external = External { id, summary: None, url: None };
    let fails = |message: String| {
        let details = ErrorDetails { code: "JobFailed".into(), message };
        Err(Failure { details, summary: None, updated_by: None, external: Some(external.clone()) }.into())
    };
    let Some(mine) = mine else {
        return fails(format!("The service has another task definition than {revision}: it was changed while it was deployed"));
    };
    match text(mine, "/rolloutState") {
        Some("FAILED") => {
            let why = text(mine, "/rolloutStateReason").unwrap_or_default();
            return fails(format!("The deployment of {revision} failed: {why}"));
        }
        state => {
            let running = mine["runningCount"] == mine["desiredCount"] && deployments.len() == 1;
            if state == Some("COMPLETED") || (state.is_none() && running) {
                return Progress::done(Done { external: Some(external), ..Done::default() });
            }
        }
    }
    if job.scope.now() >= Timestamp(memo["until"].as_i64().unwrap_or_default()) {
        return fails(format!("The deployment of {revision} timed out: the service did not become steady"));
    }
    Waiting { next_look: job.scope.now().plus(LOOK), memo, external, ..Waiting::default() }.into()
}
