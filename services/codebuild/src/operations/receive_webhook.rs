use super::{example_with_role, on_host, start_build::start_project, start_build_batch::start_batch};
use crate::{
    CodeBuild, StartBuildBatchInput, StartBuildInput,
    error::{invalid, no_webhook},
    names::{Owner, check_project},
    state::{DELIVERIES, PROJECTS},
    webhook::{self, variables, version},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::webhook::{Change, Delivery, Provider};

/// Takes a webhook of a project's git host, and starts the builds that it asks for. On AWS no API shows this; name and input are ours.
/// Nobody needs to sign it who proves the webhook's secret.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/webhooks.html>
pub struct ReceiveWebhook;

/// What came.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiveWebhookInput {
    /// The project.
    pub project_arn: Arn,
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
}

/// What was started.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiveWebhookOutput {
    /// The ids of builds or of batches.
    pub started: Vec<String>,
}

/// Whose it is: who delivers has no account.
fn named(arn: &Arn) -> Result<(Owner, &str), Error> {
    let project = (arn.service() == "codebuild").then(|| arn.resource_of("project").zip(arn.account())).flatten();
    let (name, account) = project.ok_or_else(|| invalid(format!("{arn} is no project's ARN")))?;
    check_project(name)?;
    Ok((Owner { account, region: arn.region().to_owned() }, name))
}

/// As AWS names who starts builds by webhooks.
fn initiator(provider: Provider) -> &'static str {
    match provider {
        Provider::GitHub => "GitHub-Hookshot",
        Provider::GitLab => "GitLab",
        Provider::Gitea => "Gitea",
        Provider::Bitbucket => "Bitbucket-Webhooks",
    }
}

impl Operation for ReceiveWebhook {
    type Service = CodeBuild;
    const NAME: &'static str = "ReceiveWebhook";
    const READ_ONLY: bool = false;
    type Input = ReceiveWebhookInput;
    type Output = ReceiveWebhookOutput;

    fn demands(input: &ReceiveWebhookInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        let (owner, name) = named(&input.project_arn)?;
        let receive = Demand::new("codebuild:ReceiveWebhook", input.project_arn.clone());
        let row = view.get(&PROJECTS, &owner.row(name))?;
        let secret = webhook::secret(view, &owner, name, row.as_ref());
        let signed = secret.is_some_and(|secret| input.delivery.is_signed(secret.expose()));
        Ok(receive.with("codebuild:WebhookSigned", signed.to_string()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ReceiveWebhookInput) -> Result<ReceiveWebhookOutput, Error> {
        let (owner, name) = named(&input.project_arn)?;
        let changes = input.delivery.changes().map_err(Error::validation)?;
        let id = input.delivery.id().map_err(Error::validation)?;
        let mut started = Vec::new();
        if !durable::is_first(call, &DELIVERIES, owner.row(name), &id)? {
            return Ok(ReceiveWebhookOutput { started });
        }
        let project = call.get(&PROJECTS, &owner.row(name))?.ok_or_else(|| no_webhook(name))?;
        let row = project.webhook.clone().ok_or_else(|| no_webhook(name))?;
        let here = |change: &&Change| {
            let location = project.source.location.as_deref().unwrap_or_default();
            let repository = crate::checks::repository_at(&project.source.kind, location);
            repository.is_some_and(|(_, path)| path.eq_ignore_ascii_case(&change.repository))
        };
        let who = initiator(input.delivery.provider);
        for change in changes.iter().filter(here).filter(|change| row.wants(change)) {
            let (version, told) = (version(change, &project.source.kind), variables(change));
            started.push(if row.build_type.as_deref() == Some("BUILD_BATCH") {
                let mut more = serde_json::Map::new();
                more.insert("sourceVersion".into(), version.into());
                more.insert("environmentVariablesOverride".into(), serde_json::to_value(told).map_err(Error::internal)?);
                let input = StartBuildBatchInput { project_name: name.into(), rest: more, ..StartBuildBatchInput::default() };
                start_batch(call, &owner, project.clone(), &input, who.into())?.0
            } else {
                let input = StartBuildInput {
                    project_name: name.into(),
                    source_version: Some(version),
                    environment_variables_override: told,
                    ..StartBuildInput::default()
                };
                start_project(call, &owner, project.clone(), &input, who.into())?.0
            });
        }
        Ok(ReceiveWebhookOutput { started })
    }

    fn example() -> Example {
        let body = json!({"ref": "refs/heads/main", "after": "1".repeat(40), "repository": {"full_name": "shop/site"}});
        let input =
            json!({"ProjectArn": "$1/project/arn", "Provider": "GitHub", "Event": "push", "Delivery": "one", "Body": body.to_string()});
        example_with_role(input)
            .after("codebuild:CreateProject", on_host())
            .after("codebuild:CreateWebhook", json!({"projectName": "example", "manualCreation": true}))
    }

    fn recorded(input: &ReceiveWebhookInput) -> Value {
        json!({"ProjectArn": input.project_arn, "Provider": input.delivery.provider, "Event": input.delivery.event, "Delivery": input.delivery.delivery})
    }
}
