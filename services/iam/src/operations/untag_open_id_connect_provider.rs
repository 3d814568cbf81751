use crate::{Iam, examples::provider, oidc, shapes::Nothing, tags};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes tags of a provider.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagOpenIDConnectProvider.html>
pub struct UntagOpenIDConnectProvider;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    open_id_connect_provider_arn: Arn,
    tag_keys: Vec<String>,
}

impl Operation for UntagOpenIDConnectProvider {
    type Service = Iam;
    const NAME: &'static str = "UntagOpenIDConnectProvider";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(oidc::demand("iam:UntagOpenIDConnectProvider", &input.open_id_connect_provider_arn)?
            .with("aws:TagKeys", input.tag_keys.clone())
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        oidc::change(call, &input.open_id_connect_provider_arn, |row| {
            tags::unset(&mut row.tags, &input.tag_keys);
            Ok(())
        })?;
        Ok(Nothing)
    }

    fn example() -> Example {
        provider().then(json!({"OpenIDConnectProviderArn": "$0/OpenIDConnectProviderArn", "TagKeys": ["team"]}))
    }
}
