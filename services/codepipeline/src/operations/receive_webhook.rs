use crate::{
    CodePipeline, examples, pipelines,
    state::Trigger,
    structure,
    webhooks::{self, DELIVERIES, Proof, WEBHOOKS},
    workflows::run,
};
use aws_lc_rs::digest;
use base::{AccountId, Arn, Secret};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Takes a request to a webhook's URL, and starts the pipeline if the payload fits all filters. On AWS no API shows this; name and input
/// are ours. Nobody needs to sign it who proves what the webhook asks for.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/appendix-webhook.html>
pub struct ReceiveWebhook;

/// What came.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiveWebhookInput {
    /// The webhook.
    pub webhook_arn: Arn,
    /// What nobody guesses of its URL.
    pub token: Option<Secret<String>>,
    /// In the sender's words.
    pub event: Option<String>,
    /// What a request that is sent again has again.
    pub delivery: Option<String>,
    /// Of the body.
    pub signature: Option<Secret<String>>,
    /// JSON, or a form with it. It is not to be kept.
    pub body: Secret<String>,
}

/// What was started.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiveWebhookOutput {
    /// The ids of executions.
    pub started: Vec<String>,
}

/// Whose it is: who delivers has no account.
fn named<'a>(arn: &'a Arn, view: &View<'_, CodePipeline>) -> Result<(AccountId, &'a str), Error> {
    let here = arn.account().zip(webhooks::name_in(arn)).filter(|_| arn.region() == view.region().as_str());
    let (account, name) = here.ok_or_else(|| Error::validation(format!("{arn} is no ARN of a webhook in this region")))?;
    structure::check_name("webhook", name)?;
    Ok((account, name))
}

/// What a request is known by again. Only what is signed has the body's digest for it: others may well say the same twice.
fn known_by(input: &ReceiveWebhookInput, signed: bool) -> Result<Option<String>, Error> {
    let digest = || signed.then(|| hex::encode(digest::digest(&digest::SHA256, input.body.expose().as_bytes())));
    let id = input.delivery.clone().filter(|id| !id.is_empty()).or_else(digest);
    match id {
        Some(id) if id.len() > 128 || !id.bytes().all(|b| b.is_ascii_graphic()) => {
            Err(Error::validation("The delivery's id has 128 visible characters at most."))
        }
        id => Ok(id),
    }
}

impl Operation for ReceiveWebhook {
    type Service = CodePipeline;
    const NAME: &'static str = "ReceiveWebhook";
    const READ_ONLY: bool = false;
    type Input = ReceiveWebhookInput;
    type Output = ReceiveWebhookOutput;

    fn demands(input: &ReceiveWebhookInput, view: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        let (account, name) = named(&input.webhook_arn, view)?;
        let row = view.get(&WEBHOOKS, &[account.as_str(), name])?;
        let text = |secret: &'_ Option<Secret<String>>| secret.as_ref().map(|secret| secret.expose().clone());
        let (token, signature) = (text(&input.token), text(&input.signature));
        let given = Proof { token: token.as_deref(), signature: signature.as_deref(), body: input.body.expose() };
        let proven = row.is_some_and(|row| row.is_proven(view, &input.webhook_arn, &given));
        let receive = Demand::new("codepipeline:ReceiveWebhook", input.webhook_arn.clone());
        Ok(receive.with("codepipeline:WebhookProven", proven.to_string()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ReceiveWebhookInput) -> Result<ReceiveWebhookOutput, Error> {
        let (account, name) = named(&input.webhook_arn, call)?;
        let mut webhook = call.get(&WEBHOOKS, &[account.as_str(), name])?.ok_or_else(|| webhooks::missing(name))?;
        let payload = wire::webhook::body(input.body.expose()).map_err(Error::validation)?;
        let pipeline_name = webhook.definition.target_pipeline.clone();
        let gone = || crate::error::no_pipeline(&pipeline_name, account.as_str());
        let pipeline = call.get(&crate::state::PIPELINES, &[account.as_str(), pipeline_name.as_str()])?.ok_or_else(gone)?;
        let declared = pipelines::declaration(call, account, &pipeline_name, pipeline.version)?;
        let sources = declared.stages.first().map_or(&[][..], |stage| &stage.actions);
        let target = sources.iter().find(|action| action.name == webhook.definition.target_action);
        let target = target.ok_or_else(|| crate::error::no_action("of sources", &webhook.definition.target_action))?;
        let mut started = Vec::new();
        if !webhook.definition.wants(target, &payload) {
            return Ok(ReceiveWebhookOutput { started });
        }
        if let Some(id) = known_by(&input, webhook.secret.is_some())? {
            let region = call.region().clone();
            if !durable::is_first(call, &DELIVERIES, [account.as_str(), region.as_str(), name], &id)? {
                return Ok(ReceiveWebhookOutput { started });
            }
        }
        let trigger = Trigger { trigger_type: "Webhook".into(), trigger_detail: Some(input.webhook_arn.to_string()) };
        let variables = pipelines::variables(&declared, Vec::new())?;
        let start = run::Start { trigger, variables, overrides: Vec::new() };
        started.push(run::start(call, account, &declared, &pipeline, start)?);
        webhook.last_triggered = Some(call.now());
        call.put(&WEBHOOKS, &[account.as_str(), name], &webhook)?;
        Ok(ReceiveWebhookOutput { started })
    }

    fn example() -> Example {
        let body = json!({"ref": "refs/heads/main"}).to_string();
        examples::with_webhook(json!({"WebhookArn": "$7/webhook/arn", "Event": "push", "Delivery": "one", "Body": body}))
    }

    fn recorded(input: &ReceiveWebhookInput) -> Value {
        json!({"WebhookArn": input.webhook_arn, "Event": input.event, "Delivery": input.delivery})
    }
}
