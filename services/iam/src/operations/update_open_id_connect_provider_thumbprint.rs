use crate::{Iam, examples::provider, oidc, shapes::Nothing};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Other thumbprints of a provider. They are kept and shown; certificates are verified by the roots of the server.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html>
pub struct UpdateOpenIDConnectProviderThumbprint;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    open_id_connect_provider_arn: Arn,
    thumbprint_list: Vec<String>,
}

impl Operation for UpdateOpenIDConnectProviderThumbprint {
    type Service = Iam;
    const NAME: &'static str = "UpdateOpenIDConnectProviderThumbprint";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(oidc::demand("iam:UpdateOpenIDConnectProviderThumbprint", &input.open_id_connect_provider_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        oidc::change(call, &input.open_id_connect_provider_arn, |row| {
            oidc::check_thumbprints(&input.thumbprint_list)?;
            row.thumbprints = input.thumbprint_list;
            Ok(())
        })?;
        Ok(Nothing)
    }

    fn example() -> Example {
        provider().then(json!({"OpenIDConnectProviderArn": "$0/OpenIDConnectProviderArn", "ThumbprintList": ["0123456789012345678901234567890123456789"]}))
    }
}
