use crate::{
    Iam,
    examples::provider,
    oidc,
    shapes::Nothing,
    tags::{self, Tag},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a provider.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagOpenIDConnectProvider.html>
pub struct TagOpenIDConnectProvider;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    open_id_connect_provider_arn: Arn,
    tags: Vec<Tag>,
}

impl Operation for TagOpenIDConnectProvider {
    type Service = Iam;
    const NAME: &'static str = "TagOpenIDConnectProvider";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(oidc::demand("iam:TagOpenIDConnectProvider", &input.open_id_connect_provider_arn)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        oidc::change(call, &input.open_id_connect_provider_arn, |row| tags::set(&mut row.tags, input.tags))?;
        Ok(Nothing)
    }

    fn example() -> Example {
        provider().then(json!({"OpenIDConnectProviderArn": "$0/OpenIDConnectProviderArn", "Tags": [{"Key": "team", "Value": "a"}]}))
    }
}
