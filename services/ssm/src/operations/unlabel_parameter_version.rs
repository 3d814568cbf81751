use crate::{
    Ssm, error::no_version, events, examples::with_parameter, names::Named, operations::label_parameter_version::check_labels, parameters,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes labels from a version of a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UnlabelParameterVersion.html>
pub struct UnlabelParameterVersion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    parameter_version: u64,
    labels: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    removed_labels: Vec<String>,
    invalid_labels: Vec<String>,
}

impl Operation for UnlabelParameterVersion {
    type Service = Ssm;
    const NAME: &'static str = "UnlabelParameterVersion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = Named::own(facts, &input.name)?;
        Ok(parameters::demand(facts, "ssm:UnlabelParameterVersion", &named.arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_labels(&input.labels)?;
        let named = Named::own(call, &input.name)?;
        let mut row = parameters::load(call, &named)?;
        let number = input.parameter_version;
        if parameters::numbered(call, &row, number)?.is_none() {
            return Err(no_version(&number.to_string(), &row.name));
        }
        let (removed_labels, invalid_labels): (Vec<String>, Vec<String>) =
            input.labels.into_iter().partition(|label| row.labels.get(label) == Some(&number));
        row.labels.retain(|label, _| !removed_labels.contains(label));
        events::changed(call, &row, "UnlabelParameterVersion")?;
        parameters::save(call, &row)?;
        Ok(Output { removed_labels, invalid_labels })
    }

    fn example() -> Example {
        with_parameter(json!({"Name": "/example/name", "ParameterVersion": 1, "Labels": ["Production"]}))
            .after("ssm:LabelParameterVersion", json!({"Name": "/example/name", "Labels": ["Production"]}))
    }
}
