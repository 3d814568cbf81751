use crate::{
    Ssm, cipher,
    error::{invalid_token, within},
    examples::with_parameter,
    names::Named,
    pages::{read_token, token},
    parameters,
    shapes::ParameterHistory,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The versions of a parameter, oldest first.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html>
pub struct GetParameterHistory;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    parameters: Vec<ParameterHistory>,
    next_token: Option<String>,
}

/// Versions of a page.
const MOST: usize = 50;

impl Operation for GetParameterHistory {
    type Service = Ssm;
    const NAME: &'static str = "GetParameterHistory";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = Named::whole(facts, &input.name)?;
        Ok(parameters::demand(facts, "ssm:GetParameterHistory", &named.arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let limit = within(input.max_results, "maxResults", MOST, MOST)? as u64;
        let named = Named::whole(call, &input.name)?;
        let row = parameters::load(call, &named)?;
        let first = match read_token(input.next_token.as_deref())? {
            // What was dropped since is passed over.
            Some(text) => text.parse::<u64>().map_err(|_| invalid_token())?.max(row.oldest),
            None => row.oldest,
        };
        let end = first.saturating_add(limit).min(row.current.number + 1);
        let mut parameters = Vec::new();
        for number in first..end {
            if let Some(version) = parameters::numbered(call, &row, number)? {
                let value = cipher::open(call, &row.arn, &version.value, input.with_decryption)?;
                parameters.push(ParameterHistory::of(&row, &version, value));
            }
        }
        let next_token = (end <= row.current.number).then(|| token(&end.to_string()));
        Ok(Output { parameters, next_token })
    }

    fn example() -> Example {
        with_parameter(json!({"Name": "/example/name"}))
    }
}
