use crate::{
    Iam,
    examples::provider,
    oidc::{self, issuers},
    shapes::Nothing,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes a provider; one that is gone already is fine. Roles that trust it stay, and nobody can assume them by it any more.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html>
pub struct DeleteOpenIDConnectProvider;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    open_id_connect_provider_arn: Arn,
}

impl Operation for DeleteOpenIDConnectProvider {
    type Service = Iam;
    const NAME: &'static str = "DeleteOpenIDConnectProvider";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(oidc::demand("iam:DeleteOpenIDConnectProvider", &input.open_id_connect_provider_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let arn = &input.open_id_connect_provider_arn;
        if let Some(row) = oidc::find(call, arn)? {
            oidc::remove(call, arn)?;
            let account = arn.account().ok_or_else(|| Error::internal(format_args!("{arn} has no account")))?;
            issuers::remove(call, &row.issuer, account)?;
        }
        Ok(Nothing)
    }

    fn example() -> Example {
        provider().then(json!({"OpenIDConnectProviderArn": "$0/OpenIDConnectProviderArn"}))
    }
}
