use crate::{
    CodePipeline, examples, structure,
    webhooks::{self, DELIVERIES, WEBHOOKS},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Deletes a webhook. Deleting what is not there succeeds, as on AWS; one that is made again has another URL.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DeleteWebhook.html>
pub struct DeleteWebhook;

/// The webhook.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteWebhookInput {
    /// Its name.
    pub name: String,
}

impl Operation for DeleteWebhook {
    type Service = CodePipeline;
    const NAME: &'static str = "DeleteWebhook";
    const READ_ONLY: bool = false;
    type Input = DeleteWebhookInput;
    type Output = Value;

    fn demands(input: &DeleteWebhookInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("name", &input.name)?;
        Ok(Demand::new("codepipeline:DeleteWebhook", webhooks::arn(facts, &input.name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteWebhookInput) -> Result<Value, Error> {
        let (account, region, name) = (call.account()?, call.region().clone(), input.name);
        call.delete(&WEBHOOKS, &[account.as_str(), name.as_str()]);
        for (key, _) in call.scan(&DELIVERIES, &[account.as_str(), region.as_str(), name.as_str()])? {
            call.delete(&DELIVERIES, &[account.as_str(), region.as_str(), name.as_str(), key[3].as_str()]);
        }
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_webhook(json!({"name": "example"}))
    }
}
