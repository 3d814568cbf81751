use crate::{Iam, examples::provider, oidc, tags::Tag};
use base::{Arn, IsoTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A provider.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html>
pub struct GetOpenIDConnectProvider;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    open_id_connect_provider_arn: Arn,
}

/// The provider.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Without `https://`.
    url: String,
    #[serde(rename = "ClientIDList")]
    client_id_list: Vec<String>,
    thumbprint_list: Vec<String>,
    create_date: IsoTime,
    pub(crate) tags: Vec<Tag>,
}

impl Operation for GetOpenIDConnectProvider {
    type Service = Iam;
    const NAME: &'static str = "GetOpenIDConnectProvider";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(oidc::demand("iam:GetOpenIDConnectProvider", &input.open_id_connect_provider_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = oidc::load(call, &input.open_id_connect_provider_arn)?;
        Ok(Output {
            url: row.issuer,
            client_id_list: row.client_ids,
            thumbprint_list: row.thumbprints,
            create_date: IsoTime(row.created),
            tags: row.tags,
        })
    }

    fn example() -> Example {
        provider().then(json!({"OpenIDConnectProviderArn": "$0/OpenIDConnectProviderArn"}))
    }
}
