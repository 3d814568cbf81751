use crate::{
    Ssm,
    error::within,
    examples::with_parameter,
    filters::{self, Of, ParameterStringFilter},
    names::{PathKey, check_path},
    pages::page,
    parameters,
    shapes::Parameter,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The parameters below a path.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html>
pub struct GetParametersByPath;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    path: String,
    #[serde(default)]
    recursive: bool,
    #[serde(default)]
    parameter_filters: Vec<ParameterStringFilter>,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    parameters: Vec<Parameter>,
    next_token: Option<String>,
}

/// Parameters of a page.
const MOST: usize = 10;

impl Operation for GetParametersByPath {
    type Service = Ssm;
    const NAME: &'static str = "GetParametersByPath";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let path = check_path(&input.path)?;
        let arn = facts.arn(&crate::names::resource(path))?;
        Ok(Demand::new("ssm:GetParametersByPath", arn).with("ssm:Recursive", input.recursive.to_string()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let limit = within(input.max_results, "maxResults", MOST, MOST)?;
        filters::check(&input.parameter_filters, Of::Path)?;
        let path = PathKey::new(call.account()?, check_path(&input.path)?);
        let passes = |row: &crate::state::ParameterRow| {
            let depth = path.depth(&row.name);
            (depth == 1 || input.recursive && depth > 1) && filters::pass(&input.parameter_filters, row)
        };
        let (rows, next_token) = page(call, &path, input.next_token.as_deref(), limit, passes)?;
        let mut parameters = Vec::with_capacity(rows.len());
        for row in rows {
            let label = filters::label(&input.parameter_filters, &row);
            let version = parameters::version(call, &row, label)?;
            parameters.push(parameters::shown(call, &row, &version, label, input.with_decryption)?);
        }
        Ok(Output { parameters, next_token })
    }

    fn example() -> Example {
        with_parameter(json!({"Path": "/example", "Recursive": true}))
    }
}
