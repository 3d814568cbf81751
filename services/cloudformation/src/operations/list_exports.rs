use crate::{CloudFormation, shapes::page, state::EXPORTS};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the values that stacks of the account export in the region.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListExports.html>
pub struct ListExports;

/// Where the list goes on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    exporting_stack_id: Arn,
    name: String,
    value: String,
}

/// The exports.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    exports: Vec<Exported>,
    next_token: Option<String>,
}

const PAGE: usize = 100;

impl Operation for ListExports {
    type Service = CloudFormation;
    const NAME: &'static str = "ListExports";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        Ok(Demand::any("cloudformation:ListExports").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (account, region) = (call.account()?, call.region().clone());
        let rows = call.scan(&EXPORTS, &[account.as_str(), region.as_str()])?;
        let (rows, next_token) = page(rows, input.next_token.as_deref(), PAGE)?;
        let shown = |(mut key, export): (Vec<String>, crate::state::Export)| Exported {
            exporting_stack_id: export.stack,
            name: key.pop().unwrap_or_default(),
            value: export.value,
        };
        Ok(Output { exports: rows.into_iter().map(shown).collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
