use super::{create_webhook::WebhookOutput, example_with_role, on_host};
use crate::{
    CodeBuild,
    checks::refuse_rest,
    error::no_webhook,
    model::Rest,
    names::{Owner, check_project, on_project},
    state::PROJECTS,
    webhook::{Webhook, WebhookFilter, new_secret},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a project's webhook, or its secret, which is shown then.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateWebhook.html>
pub struct UpdateWebhook;

/// What it is to be.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateWebhookInput {
    /// The project.
    pub project_name: String,
    /// The branches that are built.
    pub branch_filter: Option<String>,
    /// Whether it gets another secret.
    pub rotate_secret: Option<bool>,
    /// A change that fits all filters of one group is built.
    pub filter_groups: Option<Vec<Vec<WebhookFilter>>>,
    /// `BUILD` or `BUILD_BATCH`.
    pub build_type: Option<String>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Operation for UpdateWebhook {
    type Service = CodeBuild;
    const NAME: &'static str = "UpdateWebhook";
    const READ_ONLY: bool = false;
    type Input = UpdateWebhookInput;
    type Output = WebhookOutput;

    fn demands(input: &UpdateWebhookInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        let update = on_project("codebuild:UpdateWebhook", view, &input.project_name)?;
        Ok(match &input.build_type {
            Some(kind) => update.with("codebuild:buildType", kind).into(),
            None => update.into(),
        })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateWebhookInput) -> Result<WebhookOutput, Error> {
        let (owner, name) = (Owner::of(call)?, input.project_name);
        refuse_rest(Self::NAME, "", &input.rest)?;
        let project = call.get(&PROJECTS, &owner.row(&name))?;
        let (mut project, mut row) =
            project.and_then(|mut project| project.webhook.take().map(|row| (project, row))).ok_or_else(|| no_webhook(&name))?;
        // One kind of filter takes the other's place.
        if let Some(groups) = input.filter_groups {
            (row.filter_groups, row.branch_filter) = (groups, None);
        }
        if let Some(branches) = input.branch_filter {
            row.branch_filter = Some(branches).filter(|text| !text.is_empty());
            if row.branch_filter.is_some() {
                row.filter_groups = Vec::new();
            }
        }
        row.build_type = input.build_type.or(row.build_type);
        row.check()?;
        let mut shown = None;
        if input.rotate_secret == Some(true) {
            let (secret, sealed) = new_secret(call, &owner, &name)?;
            (shown, row.secret, row.secret_changed) = (Some(secret), sealed, call.now());
        }
        project.webhook = Some(row.clone());
        call.put(&PROJECTS, &owner.row(&name), &project)?;
        Ok(WebhookOutput { webhook: Webhook::of(call.server_url(), &owner, &name, row, shown) })
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example", "rotateSecret": true, "buildType": "BUILD", "branchFilter": "^main$"}))
            .after("codebuild:CreateProject", on_host())
            .after("codebuild:CreateWebhook", json!({"projectName": "example", "manualCreation": true}))
    }
}
