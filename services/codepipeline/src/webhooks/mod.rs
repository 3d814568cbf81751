//! Webhooks: addresses at which a request from outside starts a pipeline, if it proves what it must and its payload fits.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/appendix-webhook.html>

mod filter;
mod proof;

use crate::{CodePipeline, declaration::ActionDeclaration, pipelines::Tag, pipelines::shown};
use base::{Arn, Blob, EpochTime, Secret, Timestamp};
use gate::{Document, Error, ResourceFacts, Scope, Table, View};
use proof::Range;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a payload has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookFilterRule {
    /// What is looked at in the payload.
    pub json_path: String,
    /// What it has to be; `{Branch}` stands for that setting of the target action. None: it has to be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_equals: Option<String>,
}

/// What a request is proven by.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookAuthConfiguration {
    /// The addresses it may come from, for `IP`.
    #[serde(rename = "AllowedIPRange", default, skip_serializing_if = "Option::is_none")]
    pub allowed_ip_range: Option<String>,
    /// What it is signed with, for `GITHUB_HMAC`. Answers show `****`.
    #[serde(rename = "SecretToken", default, skip_serializing_if = "Option::is_none")]
    pub secret_token: Option<Secret<String>>,
}

/// A webhook as it is declared.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookDefinition {
    /// Its name.
    pub name: String,
    /// What it starts.
    pub target_pipeline: String,
    /// The source action whose settings its filters refer to.
    pub target_action: String,
    /// All have to fit.
    pub filters: Vec<WebhookFilterRule>,
    /// `GITHUB_HMAC`, `IP` or `UNAUTHENTICATED`.
    pub authentication: String,
    /// What that needs.
    pub authentication_configuration: WebhookAuthConfiguration,
}

/// A webhook as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListWebhookItem {
    /// As it was declared, without its secret.
    pub definition: WebhookDefinition,
    /// Where requests go.
    pub url: String,
    /// When it last started the pipeline.
    pub last_triggered: Option<EpochTime>,
    /// Its ARN.
    pub arn: Arn,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A webhook as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WebhookRow {
    /// Without its secret.
    pub(crate) definition: WebhookDefinition,
    /// Sealed.
    pub(crate) secret: Option<Blob>,
    /// What nobody guesses of its URL: one that is made again has another.
    pub(crate) token: String,
    pub(crate) last_triggered: Option<Timestamp>,
    pub(crate) tags: Vec<(String, String)>,
}

/// Account, webhook.
pub(crate) static WEBHOOKS: Table<CodePipeline, WebhookRow> = Table::regional("webhooks");
/// Account, region, webhook, delivery: what came, and when.
pub(crate) static DELIVERIES: Table<CodePipeline, Timestamp> = Table::new("deliveries");

/// AWS's limits.
pub(crate) const MAX_WEBHOOKS: usize = 300;
const MAX_FILTERS: usize = 5;
const MAX_TEXT: usize = 150;
const MAX_AUTHENTICATION: usize = 100;

const KINDS: [&str; 3] = ["GITHUB_HMAC", "IP", "UNAUTHENTICATED"];

pub(crate) fn missing(name: &str) -> Error {
    Error::new("WebhookNotFoundException", format!("The webhook '{name}' was not found"))
}

fn bad_authentication(message: impl Into<String>) -> Error {
    Error::new("InvalidWebhookAuthenticationParametersException", message)
}

fn bad_filter(message: impl Into<String>) -> Error {
    Error::new("InvalidWebhookFilterPatternException", message)
}

fn fits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count())
}

impl WebhookDefinition {
    /// Whether it can be kept, as far as it tells by itself.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(1..=MAX_FILTERS).contains(&self.filters.len()) {
            return Err(Error::validation(format!("A webhook has 1 to {MAX_FILTERS} filters")));
        }
        for rule in &self.filters {
            if !fits(&rule.json_path, MAX_TEXT) || rule.match_equals.as_ref().is_some_and(|text| !fits(text, MAX_TEXT)) {
                return Err(Error::validation(format!(
                    "'jsonPath' and 'matchEquals' of a webhook's filter have 1 to {MAX_TEXT} characters"
                )));
            }
            filter::check(&rule.json_path).map_err(bad_filter)?;
        }
        let given = &self.authentication_configuration;
        let secret = given.secret_token.as_ref().map(|secret| secret.expose().as_str());
        match (self.authentication.as_str(), secret, given.allowed_ip_range.as_deref()) {
            ("GITHUB_HMAC", Some(secret), None) if fits(secret, MAX_AUTHENTICATION) => Ok(()),
            ("GITHUB_HMAC", ..) => Err(bad_authentication(format!(
                "GITHUB_HMAC takes a SecretToken of 1 to {MAX_AUTHENTICATION} characters, and no AllowedIPRange"
            ))),
            ("IP", None, Some(range)) if Range::of(range).is_some() => Ok(()),
            ("IP", ..) => Err(bad_authentication("IP takes an AllowedIPRange, such as 192.0.2.0/24, and no SecretToken")),
            ("UNAUTHENTICATED", None, None) => Ok(()),
            ("UNAUTHENTICATED", ..) => Err(bad_authentication("UNAUTHENTICATED takes neither a SecretToken nor an AllowedIPRange")),
            (other, ..) => Err(Error::validation(format!(
                "Value '{other:.100}' at 'webhook.authentication' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
                KINDS.join(", ")
            ))),
        }
    }

    /// Whether a payload fits.
    pub(crate) fn wants(&self, target: &ActionDeclaration, payload: &Value) -> bool {
        self.filters.iter().all(|rule| filter::fits(rule, target, payload))
    }
}

/// What comes with a request to prove it.
pub(crate) struct Proof<'r> {
    pub(crate) token: Option<&'r str>,
    pub(crate) signature: Option<&'r str>,
    pub(crate) body: &'r str,
}

impl WebhookRow {
    /// Whether a request may start the pipeline.
    pub(crate) fn is_proven(&self, view: &View<'_, CodePipeline>, arn: &Arn, given: &Proof<'_>) -> bool {
        let here = given.token.is_some_and(|token| proof::same(token, &self.token));
        here && match self.definition.authentication.as_str() {
            "GITHUB_HMAC" => {
                let secret = self.secret.as_ref().and_then(|sealed| view.unseal(arn.as_str(), &sealed.0));
                secret.zip(given.signature).is_some_and(|(secret, sent)| proof::is_signed(secret.expose(), sent, given.body.as_bytes()))
            }
            "IP" => {
                let range = self.definition.authentication_configuration.allowed_ip_range.as_deref().and_then(Range::of);
                range.is_some_and(|range| range.has(&view.context().source_ip))
            }
            kind => kind == "UNAUTHENTICATED",
        }
    }

    pub(crate) fn item(&self, server: &str, arn: Arn) -> ListWebhookItem {
        let mut definition = self.definition.clone();
        definition.authentication_configuration.secret_token = self.secret.as_ref().map(|_| Secret::new("****".into()));
        let (account, region, name) = (arn.account(), arn.region(), &definition.name);
        let account = account.as_ref().map_or("", |account| account.as_str());
        ListWebhookItem {
            url: format!("{server}/webhooks/codepipeline/{account}/{region}/{name}?t={}", self.token),
            definition,
            last_triggered: self.last_triggered.map(EpochTime),
            arn,
            tags: shown(&self.tags),
        }
    }
}

/// The webhook of this name in the caller's account.
pub(crate) fn found(scope: &mut Scope<'_, CodePipeline>, name: &str) -> Result<WebhookRow, Error> {
    let account = scope.account()?;
    scope.get(&WEBHOOKS, &[account.as_str(), name])?.ok_or_else(|| missing(name))
}

/// The ARN of a webhook of the caller's account.
pub(crate) fn arn(view: &View<'_, CodePipeline>, name: &str) -> Result<Arn, Error> {
    view.arn(&format!("webhook:{name}"))
}

/// The name in a webhook's ARN.
pub(crate) fn name_in(arn: &Arn) -> Option<&str> {
    arn.resource().strip_prefix("webhook:").filter(|_| arn.service() == "codepipeline")
}

/// What is random of a new webhook's URL.
pub(crate) fn new_token(scope: &mut Scope<'_, CodePipeline>) -> String {
    let mut bytes = [0; 32];
    scope.entropy().fill(&mut bytes);
    hex::encode(bytes)
}

/// What decisions need to know of a webhook: whoever proves it may deliver.
pub(crate) fn facts(view: &mut View<'_, CodePipeline>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some((account, name)) = arn.account().zip(name_in(arn)) else { return Ok(None) };
    let Some(row) = view.get(&WEBHOOKS, &[account.as_str(), name])? else { return Ok(None) };
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"codepipeline:ReceiveWebhook","Resource":"*","Condition":{"StringEquals":{"codepipeline:WebhookProven":"true"}}}}"#;
    let policy = Document { name: "policy of the webhook".into(), text: text.into() };
    Ok(Some(ResourceFacts { tags: row.tags, policy: Some(policy), ..ResourceFacts::owned_by(account) }))
}
