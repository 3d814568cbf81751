//! A deployment of CodeDeploy, watched to its end.
//! Source: <https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html>

use super::{Done, Failure, Job, Progress, Stop, Waiting, definitions::call, failed, text};
use crate::state::{ErrorDetails, External};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const SERVICE: &str = "CodeDeploy";
const LOOK: Duration = Duration::from_secs(15);

/// Deploys a revision to the group of the action.
pub(super) fn begin(job: &mut Job<'_, '_>, revision: &Value) -> Result<Progress, Stop> {
    let (application, group) = (job.required("ApplicationName")?, job.required("DeploymentGroupName")?);
    let input = json!({"applicationName": application, "deploymentGroupName": group, "revision": revision});
    let answer = call(job, SERVICE, "codedeploy:CreateDeployment", input)?;
    let id = text(&answer, "/deploymentId").ok_or_else(|| failed("JobFailed", "CodeDeploy gave no deployment id"))?;
    watch(job, &json!({"deployment": id}))
}

/// Looks whether it has ended.
pub(super) fn watch(job: &mut Job<'_, '_>, memo: &Value) -> Result<Progress, Stop> {
    let id = memo["deployment"].as_str().unwrap_or_default();
    let answer = call(job, SERVICE, "codedeploy:GetDeployment", json!({"deploymentId": id}))?;
    let external = External { id: Some(id.into()), summary: None, url: None };
    match text(&answer, "/deploymentInfo/status").unwrap_or_default() {
        "Succeeded" => {
            let external = External { summary: Some("Deployment Succeeded".into()), ..external };
            let variables = [("DeploymentId".to_string(), id.to_string())].into();
            Progress::done(Done { variables, external: Some(external), ..Done::default() })
        }
        status @ ("Failed" | "Stopped") => {
            let why = text(&answer, "/deploymentInfo/errorInformation/message").unwrap_or_default();
            let message = format!("Deployment {id} {}. {why}", status.to_lowercase());
            let details = ErrorDetails { code: "JobFailed".into(), message };
            Err(Failure { details, summary: None, updated_by: None, external: Some(external) }.into())
        }
        _ => Waiting { memo: memo.clone(), next_look: job.scope.now().plus(LOOK), external, ..Waiting::default() }.into(),
    }
}
