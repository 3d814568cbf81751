use crate::{Organizations, error::not_in_use, examples::organized, shapes::Organization, tree};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The organization, to each of its accounts.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html>
pub struct DescribeOrganization;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) organization: Organization,
}

impl Operation for DescribeOrganization {
    type Service = Organizations;
    const NAME: &'static str = "DescribeOrganization";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        Ok(Demand::any("organizations:DescribeOrganization").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let row = tree::organization(call)?.ok_or_else(not_in_use)?;
        if tree::node(call, account.as_str())?.is_none() {
            return Err(not_in_use());
        }
        Ok(Output { organization: Organization::of(call, &row)? })
    }

    fn example() -> Example {
        organized(json!({}))
    }
}
