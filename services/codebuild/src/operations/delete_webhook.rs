use super::{example_with_role, on_host};
use crate::{
    CodeBuild,
    error::no_webhook,
    names::{Owner, check_project, on_project},
    state::PROJECTS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Deletes a project's webhook: what comes for it is refused from now on.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteWebhook.html>
pub struct DeleteWebhook;

/// Whose.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteWebhookInput {
    /// The project.
    pub project_name: String,
}

impl Operation for DeleteWebhook {
    type Service = CodeBuild;
    const NAME: &'static str = "DeleteWebhook";
    const READ_ONLY: bool = false;
    type Input = DeleteWebhookInput;
    type Output = Value;

    fn demands(input: &DeleteWebhookInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        Ok(on_project("codebuild:DeleteWebhook", view, &input.project_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteWebhookInput) -> Result<Value, Error> {
        let (owner, name) = (Owner::of(call)?, input.project_name);
        let project = call.get(&PROJECTS, &owner.row(&name))?;
        let mut project = project.filter(|project| project.webhook.is_some()).ok_or_else(|| no_webhook(&name))?;
        project.webhook = None;
        call.put(&PROJECTS, &owner.row(&name), &project)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example"}))
            .after("codebuild:CreateProject", on_host())
            .after("codebuild:CreateWebhook", json!({"projectName": "example", "manualCreation": true}))
    }
}
