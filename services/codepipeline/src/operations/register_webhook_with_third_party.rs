use crate::{CodePipeline, examples, structure, webhooks};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Would enter a webhook at the git host of its source. No host's API is called: its URL is to be entered there by hand.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_RegisterWebhookWithThirdParty.html>
pub struct RegisterWebhookWithThirdParty;

/// The webhook.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterWebhookWithThirdPartyInput {
    /// Its name.
    pub webhook_name: String,
}

impl Operation for RegisterWebhookWithThirdParty {
    type Service = CodePipeline;
    const NAME: &'static str = "RegisterWebhookWithThirdParty";
    const READ_ONLY: bool = false;
    type Input = RegisterWebhookWithThirdPartyInput;
    type Output = Value;

    fn demands(input: &RegisterWebhookWithThirdPartyInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("webhookName", &input.webhook_name)?;
        Ok(Demand::new("codepipeline:RegisterWebhookWithThirdParty", webhooks::arn(facts, &input.webhook_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RegisterWebhookWithThirdPartyInput) -> Result<Value, Error> {
        webhooks::found(call, &input.webhook_name)?;
        Err(Error::not_implemented(
            "codepipeline:RegisterWebhookWithThirdParty (no git host's API is called; enter the URL of the webhook at the host)",
        ))
    }

    fn example() -> Example {
        examples::with_webhook(json!({"webhookName": "example"})).fails("NotImplemented")
    }
}
