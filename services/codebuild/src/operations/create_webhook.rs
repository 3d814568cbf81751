use super::{example_with_role, on_host};
use crate::{
    CodeBuild,
    checks::{GIT_HOSTS, refuse_rest},
    error::{invalid, no_project},
    model::Rest,
    names::{Owner, check_project, on_project},
    state::PROJECTS,
    webhook::{Webhook, WebhookFilter, WebhookRow, new_secret},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lets a git host's webhook start a project's builds. The host is told by hand where to send, and what to sign with.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateWebhook.html>
pub struct CreateWebhook;

/// The project, and what starts it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateWebhookInput {
    /// The project.
    pub project_name: String,
    /// The branches that are built.
    pub branch_filter: Option<String>,
    /// A change that fits all filters of one group is built.
    #[serde(default)]
    pub filter_groups: Vec<Vec<WebhookFilter>>,
    /// `BUILD` or `BUILD_BATCH`.
    pub build_type: Option<String>,
    /// It has to be: no host's API is called.
    pub manual_creation: Option<bool>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Rest,
}

/// The webhook.
#[derive(Debug, Serialize)]
pub struct WebhookOutput {
    /// The webhook.
    pub webhook: Webhook,
}

impl Operation for CreateWebhook {
    type Service = CodeBuild;
    const NAME: &'static str = "CreateWebhook";
    const READ_ONLY: bool = false;
    type Input = CreateWebhookInput;
    type Output = WebhookOutput;

    fn demands(input: &CreateWebhookInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        let create = on_project("codebuild:CreateWebhook", view, &input.project_name)?;
        let create = match input.manual_creation {
            Some(by_hand) => create.with("codebuild:manualCreation", by_hand),
            None => create,
        };
        let create = match &input.build_type {
            Some(kind) => create.with("codebuild:buildType", kind),
            None => create,
        };
        Ok(create.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateWebhookInput) -> Result<WebhookOutput, Error> {
        let (owner, name) = (Owner::of(call)?, input.project_name);
        refuse_rest(Self::NAME, "", &input.rest)?;
        let mut project = call.get(&PROJECTS, &owner.row(&name))?.ok_or_else(|| no_project(owner.project_arn(&name).as_str()))?;
        if !GIT_HOSTS.contains(&project.source.kind.as_str()) {
            return Err(invalid(format!(
                "Webhooks are for sources at git hosts; the source of project {name} is of type {}",
                project.source.kind
            )));
        }
        if project.webhook.is_some() {
            return Err(Error::new("ResourceAlreadyExistsException", format!("Specified project {name} already has a webhook")));
        }
        if input.manual_creation != Some(true) {
            return Err(Error::not_implemented("codebuild:CreateWebhook without manualCreation (no git host's API is called)"));
        }
        let (secret, sealed) = new_secret(call, &owner, &name)?;
        let row = WebhookRow {
            branch_filter: input.branch_filter.filter(|text| !text.is_empty()),
            filter_groups: input.filter_groups,
            build_type: input.build_type,
            secret: sealed,
            secret_changed: call.now(),
        };
        row.check()?;
        project.webhook = Some(row.clone());
        call.put(&PROJECTS, &owner.row(&name), &project)?;
        Ok(WebhookOutput { webhook: Webhook::of(call.server_url(), &owner, &name, row, Some(secret)) })
    }

    fn example() -> Example {
        let filters = json!([[{"type": "EVENT", "pattern": "PUSH"}, {"type": "HEAD_REF", "pattern": "^refs/heads/main$"}]]);
        let input = json!({"projectName": "example", "manualCreation": true, "buildType": "BUILD", "filterGroups": filters});
        example_with_role(input).after("codebuild:CreateProject", on_host())
    }
}
