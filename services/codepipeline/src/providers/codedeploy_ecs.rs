//! A blue/green deployment of a container service by CodeDeploy, with a task definition made from a template.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html>

use super::{
    Job, Kind, Progress, Provider, Stop,
    definitions::{self, call, invalid},
    deployment::{self, SERVICE},
    ecs::TOLD,
    text,
};
use crate::{declaration::ActionDeclaration, error};
use aws_lc_rs::digest;
use gate::Error;
use serde_json::{Map, Value, json};

pub(super) struct CodeDeployToEcs;

static KIND: Kind = Kind {
    categories: &["Deploy"],
    provider: "CodeDeployToECS",
    inputs: 1..=5,
    outputs: 0..=0,
    settings: &[
        ("ApplicationName", true),
        ("DeploymentGroupName", true),
        ("TaskDefinitionTemplateArtifact", true),
        ("AppSpecTemplateArtifact", true),
        ("AppSpecTemplatePath", false),
        ("TaskDefinitionTemplatePath", false),
        ("Image1ArtifactName", false),
        ("Image1ContainerName", false),
        ("Image2ArtifactName", false),
        ("Image2ContainerName", false),
        ("Image3ArtifactName", false),
        ("Image3ContainerName", false),
        ("Image4ArtifactName", false),
        ("Image4ContainerName", false),
    ],
};

/// What stands in an AppSpec file for the revision that the action registers.
const TASK_DEFINITION: &str = "<TASK_DEFINITION>";

/// The settings of each image: its artifact, and what stands for it in the task definition.
fn image_settings() -> impl Iterator<Item = (String, String)> {
    (1..=4).map(|number| (format!("Image{number}ArtifactName"), format!("Image{number}ContainerName")))
}

impl Provider for CodeDeployToEcs {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        let names = ["TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"].map(str::to_string);
        for setting in names.into_iter().chain(image_settings().map(|(artifact, _)| artifact)) {
            let Some(artifact) = action.setting(&setting).filter(|name| !name.contains("#{")) else { continue };
            if !action.input_artifacts.iter().any(|input| input.name == artifact) {
                let message = format!("{setting} '{artifact}' of action '{}' is none of its input artifacts", action.name);
                return Err(error::action(message));
            }
        }
        match image_settings().find(|(artifact, container)| action.setting(artifact).is_some() != action.setting(container).is_some()) {
            Some((artifact, container)) => {
                Err(error::action(format!("{artifact} and {container} of action '{}' must be given together", action.name)))
            }
            None => Ok(()),
        }
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let mut definition = template(job, "TaskDefinitionTemplate", "taskdef.json", "task definition")?;
        let appspec = template(job, "AppSpecTemplate", "appspec.yaml", "AppSpec")?;
        for (artifact, container) in image_settings() {
            if let (Some(artifact), Some(container)) = (job.setting(&artifact), job.setting(&container)) {
                let (placeholder, artifact) = (format!("<{container}>"), artifact.to_owned());
                let uri = image(job, &artifact)?;
                // As text within a JSON text: quotes and the like stay what they are.
                let quoted = json!(uri).to_string();
                definition = definition.replace(&placeholder, quoted.trim_matches('"'));
            }
        }
        let input = registered(&definition)?;
        let application = job.required("ApplicationName")?;
        let named = json!({"applicationName": application});
        call(job, SERVICE, "codedeploy:GetApplication", named)?;
        let answer = call(job, SERVICE, "ecs:RegisterTaskDefinition", input)?;
        let arn = text(&answer, "/taskDefinition/taskDefinitionArn").unwrap_or_default();
        let content = appspec.replace(TASK_DEFINITION, arn);
        let sum = hex::encode(digest::digest(&digest::SHA256, content.as_bytes()));
        let revision = json!({"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": sum}});
        let input = json!({"applicationName": application, "revision": revision});
        call(job, SERVICE, "codedeploy:RegisterApplicationRevision", input.clone())?;
        call(job, SERVICE, "codedeploy:GetApplicationRevision", input)?;
        deployment::begin(job, &revision)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        deployment::watch(job, &memo)
    }
}

/// A file that the settings `…Artifact` and `…Path` name.
fn template(job: &mut Job<'_, '_>, settings: &str, default: &str, what: &str) -> Result<String, Stop> {
    let artifact = job.required(&format!("{settings}Artifact"))?;
    let path = job.setting(&format!("{settings}Path")).filter(|path| !path.is_empty()).unwrap_or(default).to_string();
    let from = job.input(Some(&artifact))?;
    definitions::text(job, &from, &path, definitions::MAX_TEMPLATE)?
        .map_err(|why| invalid(format!("Exception while trying to read the {what} artifact file from: {artifact}. {why}")))
}

/// The image that an artifact tells of.
fn image(job: &mut Job<'_, '_>, artifact: &str) -> Result<String, Stop> {
    let from = job.input(Some(artifact))?;
    let unreadable =
        |why: String| invalid(format!("Exception while trying to read the image artifact file from the artifact: {artifact}. {why}"));
    let content = definitions::text(job, &from, "imageDetail.json", definitions::MAX_TEMPLATE)?.map_err(unreadable)?;
    let detail: Value = serde_json::from_str(&content).map_err(|e| unreadable(format!("imageDetail.json is not JSON: {e}")))?;
    text(&detail, "/ImageURI").map(str::to_string).ok_or_else(|| unreadable("imageDetail.json has no ImageURI".into()))
}

/// A task definition as its file says it: one that was described may be registered again.
fn registered(definition: &str) -> Result<Value, Stop> {
    let mut input: Map<String, Value> =
        serde_json::from_str(definition).map_err(|e| invalid(format!("The task definition template is not a JSON object: {e}")))?;
    input.retain(|name, value| !TOLD.contains(&name.as_str()) && !value.is_null());
    Ok(input.into())
}
