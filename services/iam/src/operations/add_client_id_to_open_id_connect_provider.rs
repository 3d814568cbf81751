use crate::{Iam, examples::provider, oidc, shapes::Nothing};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// One more audience of a provider; one that it has already is fine.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html>
pub struct AddClientIDToOpenIDConnectProvider;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    open_id_connect_provider_arn: Arn,
    #[serde(rename = "ClientID")]
    client_id: String,
}

impl Operation for AddClientIDToOpenIDConnectProvider {
    type Service = Iam;
    const NAME: &'static str = "AddClientIDToOpenIDConnectProvider";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(oidc::demand("iam:AddClientIDToOpenIDConnectProvider", &input.open_id_connect_provider_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        oidc::change(call, &input.open_id_connect_provider_arn, |row| {
            if !row.client_ids.contains(&input.client_id) {
                row.client_ids.push(input.client_id);
            }
            oidc::check_client_ids(&row.client_ids)
        })?;
        Ok(Nothing)
    }

    fn example() -> Example {
        provider().then(json!({"OpenIDConnectProviderArn": "$0/OpenIDConnectProviderArn", "ClientID": "another"}))
    }
}
