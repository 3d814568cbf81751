use crate::{
    Ssm,
    error::within,
    examples::with_parameter,
    filters::{self, Of, ParameterStringFilter, ParametersFilter},
    names::PathKey,
    pages::page,
    shapes::ParameterMetadata,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The parameters of the account, without their values.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html>
pub struct DescribeParameters;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    filters: Vec<ParametersFilter>,
    #[serde(default)]
    parameter_filters: Vec<ParameterStringFilter>,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    shared: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    parameters: Vec<ParameterMetadata>,
    next_token: Option<String>,
}

impl Operation for DescribeParameters {
    type Service = Ssm;
    const NAME: &'static str = "DescribeParameters";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        Ok(Demand::any("ssm:DescribeParameters").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let limit = within(input.max_results, "maxResults", 50, 10)?;
        let filters = match (input.filters.is_empty(), input.parameter_filters.is_empty()) {
            (false, false) => return Err(Error::validation("You can use either Filters or ParameterFilters in a single request.")),
            (false, true) => filters::of_older(input.filters)?,
            _ => input.parameter_filters,
        };
        filters::check(&filters, Of::Describe)?;
        // Only Resource Access Manager's shares are listed, and there are none.
        if input.shared {
            return Ok(Output { parameters: Vec::new(), next_token: None });
        }
        let all = PathKey::new(call.account()?, "/");
        let (rows, next_token) = page(call, &all, input.next_token.as_deref(), limit, |row| filters::pass(&filters, row))?;
        Ok(Output { parameters: rows.into_iter().map(ParameterMetadata::of).collect(), next_token })
    }

    fn example() -> Example {
        with_parameter(json!({"ParameterFilters": [{"Key": "Path", "Values": ["/example"]}]}))
    }
}
