use crate::{Iam, examples::provider, oidc::PROVIDERS};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The providers of the account.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html>
pub struct ListOpenIDConnectProviders;

/// No members.
#[derive(Debug, Serialize, Deserialize)]
pub struct Input {}

/// A provider's ARN.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    arn: Arn,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Output {
    #[serde(rename = "OpenIDConnectProviderList")]
    open_id_connect_provider_list: Vec<Entry>,
}

impl Operation for ListOpenIDConnectProviders {
    type Service = Iam;
    const NAME: &'static str = "ListOpenIDConnectProviders";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListOpenIDConnectProviders").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let rows = call.scan(&PROVIDERS, account.as_str())?;
        Ok(Output { open_id_connect_provider_list: rows.into_iter().map(|(_, row)| Entry { arn: row.arn }).collect() })
    }

    fn example() -> Example {
        provider().then(json!({}))
    }
}
