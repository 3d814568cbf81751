use crate::{
    Organizations,
    examples::organized,
    ids::{self, Form},
    shapes::CreateAccountStatus,
    state::REQUESTS,
    tree,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What became of a request to create an account.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeCreateAccountStatus.html>
pub struct DescribeCreateAccountStatus;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    create_account_request_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) create_account_status: CreateAccountStatus,
}

impl Operation for DescribeCreateAccountStatus {
    type Service = Organizations;
    const NAME: &'static str = "DescribeCreateAccountStatus";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.create_account_request_id, &[Form::Request])?;
        Ok(Demand::any("organizations:DescribeCreateAccountStatus").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        tree::managed(call)?;
        let row = call.get(&REQUESTS, input.create_account_request_id.as_str())?.ok_or_else(|| {
            Error::new("CreateAccountStatusNotFoundException", "You specified a create account request that doesn't exist.")
        })?;
        Ok(Output { create_account_status: CreateAccountStatus::ended(row) })
    }

    fn example() -> Example {
        organized(json!({"CreateAccountRequestId": "$2/CreateAccountStatus/Id"}))
            .after("organizations:CreateAccount", json!({"Email": "dev@example.com", "AccountName": "dev"}))
    }
}
