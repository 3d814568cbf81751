use crate::{Sts, members::check_word};
use base::AccountId;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The account of an access key. Of a temporary one its id tells, whether or not it was ever given out, as on AWS.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>
pub struct GetAccessKeyInfo;

/// Which key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    access_key_id: String,
}

/// Its account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    account: AccountId,
}

impl Operation for GetAccessKeyInfo {
    type Service = Sts;
    const NAME: &'static str = "GetAccessKeyInfo";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        check_word("accessKeyId", &input.access_key_id, (16, 128), "")?;
        Ok(Demand::any("sts:GetAccessKeyInfo").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let id = input.access_key_id;
        let account = if id.starts_with("ASIA") { base::account_of_access_key_id(&id) } else { call.access_key_account(&id)? };
        let unknown = || Error::new("InvalidClientTokenId", "The access key ID does not belong to any account.").status(403);
        Ok(Output { account: account.ok_or_else(unknown)? })
    }

    fn example() -> Example {
        Example::of(json!({"AccessKeyId": "$1/AccessKey/AccessKeyId"}))
            .after("iam:CreateUser", json!({"UserName": "Example"}))
            .after("iam:CreateAccessKey", json!({"UserName": "Example"}))
    }
}
