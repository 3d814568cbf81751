use crate::{
    Iam,
    error::{already_exists, limit_exceeded},
    oidc::{self, MOST_PROVIDERS, PROVIDERS, ProviderRow, issuers},
    tags::{self, Tag},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new OpenID Connect provider. Its keys are fetched from now on, if the operator gave none for it.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>
pub struct CreateOpenIDConnectProvider;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    url: String,
    #[serde(default, rename = "ClientIDList")]
    client_id_list: Vec<String>,
    #[serde(default)]
    thumbprint_list: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Output {
    #[serde(rename = "OpenIDConnectProviderArn")]
    pub(crate) open_id_connect_provider_arn: Arn,
    #[serde(rename = "Tags", skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl Operation for CreateOpenIDConnectProvider {
    type Service = Iam;
    const NAME: &'static str = "CreateOpenIDConnectProvider";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let arn = oidc::arn_of(facts.account()?, oidc::issuer(&input.url)?);
        let new = |action| Demand::new(action, arn.clone()).with_tags(tags::pairs(&input.tags));
        let demands = Demands::from(new("iam:CreateOpenIDConnectProvider"));
        Ok(if input.tags.is_empty() { demands } else { demands.and(new("iam:TagOpenIDConnectProvider")) })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let issuer = oidc::issuer(&input.url)?;
        oidc::check_client_ids(&input.client_id_list)?;
        oidc::check_thumbprints(&input.thumbprint_list)?;
        let account = call.account()?;
        if call.get(&PROVIDERS, &[account.as_str(), issuer])?.is_some() {
            return Err(already_exists(format!("Provider with url {} already exists.", input.url)));
        }
        if call.scan(&PROVIDERS, account.as_str())?.len() >= MOST_PROVIDERS {
            return Err(limit_exceeded(format!("Cannot exceed quota for OpenIdConnectProvidersPerAccount: {MOST_PROVIDERS}")));
        }
        let mut own_tags = Vec::new();
        tags::set(&mut own_tags, input.tags)?;
        let mut client_ids = Vec::new();
        for id in input.client_id_list {
            if !client_ids.contains(&id) {
                client_ids.push(id);
            }
        }
        let row = ProviderRow {
            issuer: issuer.into(),
            arn: oidc::arn_of(account, issuer),
            client_ids,
            thumbprints: input.thumbprint_list,
            created: call.now(),
            tags: own_tags,
        };
        oidc::save(call, &row)?;
        issuers::add(call, issuer, account)?;
        Ok(Output { open_id_connect_provider_arn: row.arn, tags: row.tags })
    }

    fn example() -> Example {
        Example::of(
            json!({"Url": "https://issuer.example.com", "ClientIDList": ["sts.amazonaws.com"], "Tags": [{"Key": "team", "Value": "a"}]}),
        )
    }
}
