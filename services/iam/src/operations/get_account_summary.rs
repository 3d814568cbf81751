use crate::{Iam, account_summary};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many of each kind the account has, and may have.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>
pub struct GetAccountSummary;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// A map, in the form of the query protocol.
    summary_map: Value,
}

impl Operation for GetAccountSummary {
    type Service = Iam;
    const NAME: &'static str = "GetAccountSummary";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GetAccountSummary").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        let counts = account_summary::counts(call)?.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
        Ok(Output { summary_map: json!({"$map": Value::Object(counts)}) })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
