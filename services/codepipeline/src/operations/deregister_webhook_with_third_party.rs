use crate::{CodePipeline, examples, structure, webhooks};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Undoes what `RegisterWebhookWithThirdParty` did at a git host: nothing, as nothing is registered there.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DeregisterWebhookWithThirdParty.html>
pub struct DeregisterWebhookWithThirdParty;

/// The webhook.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeregisterWebhookWithThirdPartyInput {
    /// Its name.
    pub webhook_name: String,
}

impl Operation for DeregisterWebhookWithThirdParty {
    type Service = CodePipeline;
    const NAME: &'static str = "DeregisterWebhookWithThirdParty";
    const READ_ONLY: bool = false;
    type Input = DeregisterWebhookWithThirdPartyInput;
    type Output = Value;

    fn demands(input: &DeregisterWebhookWithThirdPartyInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("webhookName", &input.webhook_name)?;
        Ok(Demand::new("codepipeline:DeregisterWebhookWithThirdParty", webhooks::arn(facts, &input.webhook_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeregisterWebhookWithThirdPartyInput) -> Result<Value, Error> {
        webhooks::found(call, &input.webhook_name)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_webhook(json!({"webhookName": "example"}))
    }
}
