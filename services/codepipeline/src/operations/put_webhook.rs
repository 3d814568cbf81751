use crate::{
    CodePipeline, examples,
    pipelines::{self, Tag, check_tags, pairs},
    structure,
    webhooks::{self, ListWebhookItem, MAX_WEBHOOKS, WEBHOOKS, WebhookDefinition, WebhookRow},
};
use base::Blob;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};

/// Makes a webhook, or changes the one of this name. The answer's URL is to be entered at whatever is to call it.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutWebhook.html>
pub struct PutWebhook;

/// The webhook.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutWebhookInput {
    /// What it is.
    pub webhook: WebhookDefinition,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// The webhook.
#[derive(Debug, Serialize)]
pub struct PutWebhookOutput {
    /// With its URL.
    pub webhook: ListWebhookItem,
}

impl Operation for PutWebhook {
    type Service = CodePipeline;
    const NAME: &'static str = "PutWebhook";
    const READ_ONLY: bool = false;
    type Input = PutWebhookInput;
    type Output = PutWebhookOutput;

    fn demands(input: &PutWebhookInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        let webhook = &input.webhook;
        structure::check_name("webhook.name", &webhook.name)?;
        structure::check_name("webhook.targetPipeline", &webhook.target_pipeline)?;
        structure::check_name("webhook.targetAction", &webhook.target_action)?;
        let own = Demand::new("codepipeline:PutWebhook", webhooks::arn(facts, &webhook.name)?).with_tags(pairs(&input.tags));
        let target = pipelines::demand("codepipeline:PutWebhook", facts, &webhook.target_pipeline)?.with_tags(pairs(&input.tags));
        Ok(Demands::from(own).and(target))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutWebhookInput) -> Result<PutWebhookOutput, Error> {
        let mut definition = input.webhook;
        definition.check()?;
        check_tags(&input.tags)?;
        let (account, pipeline) = pipelines::found(call, &definition.target_pipeline)?;
        let declared = pipelines::declaration(call, account, &definition.target_pipeline, pipeline.version)?;
        let sources = declared.stages.first().map_or(&[][..], |stage| &stage.actions);
        if !sources.iter().any(|action| action.name == definition.target_action) {
            return Err(Error::validation(format!(
                "The target action '{}' is not a source action of the pipeline '{}'",
                definition.target_action, definition.target_pipeline
            )));
        }
        let arn = webhooks::arn(call, &definition.name)?;
        let secret = match definition.authentication_configuration.secret_token.take() {
            Some(secret) => Some(Blob(call.seal(arn.as_str(), secret.expose().as_bytes())?)),
            None => None,
        };
        let name = definition.name.clone();
        let key = [account.as_str(), name.as_str()];
        let row = match call.get(&WEBHOOKS, &key)? {
            Some(old) => WebhookRow { definition, secret, ..old },
            None if call.scan(&WEBHOOKS, account.as_str())?.len() >= MAX_WEBHOOKS => {
                return Err(Error::new("LimitExceededException", format!("An account has at most {MAX_WEBHOOKS} webhooks in a region")));
            }
            None => WebhookRow { definition, secret, token: webhooks::new_token(call), last_triggered: None, tags: Vec::new() },
        };
        let tags = input.tags.into_iter().map(|tag| (tag.key, tag.value)).collect::<Vec<_>>();
        let row = if tags.is_empty() { row } else { WebhookRow { tags, ..row } };
        call.put(&WEBHOOKS, &key, &row)?;
        Ok(PutWebhookOutput { webhook: row.item(call.server_url(), arn) })
    }

    fn example() -> Example {
        examples::with_pipeline(examples::webhook())
    }
}
