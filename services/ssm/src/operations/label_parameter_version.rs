use crate::{
    Ssm,
    error::{constraint, no_version},
    events,
    examples::with_parameter,
    names::Named,
    parameters,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Puts labels on a version of a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html>
pub struct LabelParameterVersion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    parameter_version: Option<u64>,
    labels: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    invalid_labels: Vec<String>,
    parameter_version: u64,
}

/// Labels of a version, and of a call.
const MOST: usize = 10;

pub(crate) fn check_labels(labels: &[String]) -> Result<(), Error> {
    let told = format!("[{}]", labels.join(", "));
    if labels.is_empty() || labels.len() > MOST {
        return Err(constraint(&told, "labels", &format!("have length between 1 and {MOST}")));
    }
    if labels.iter().any(|label| !(1..=100).contains(&label.chars().count())) {
        return Err(constraint(
            &told,
            "labels",
            "satisfy constraint: [Member must have length less than or equal to 100, Member must have length greater than or equal to 1]",
        ));
    }
    Ok(())
}

fn is_valid(label: &str) -> bool {
    let reserved = ["aws", "ssm"].iter().any(|word| label.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(word)));
    let digit = label.starts_with(|c: char| c.is_ascii_digit());
    !reserved && !digit && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

impl Operation for LabelParameterVersion {
    type Service = Ssm;
    const NAME: &'static str = "LabelParameterVersion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = Named::own(facts, &input.name)?;
        Ok(parameters::demand(facts, "ssm:LabelParameterVersion", &named.arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_labels(&input.labels)?;
        let named = Named::own(call, &input.name)?;
        let mut row = parameters::load(call, &named)?;
        let number = input.parameter_version.unwrap_or(row.current.number);
        if parameters::numbered(call, &row, number)?.is_none() {
            return Err(no_version(&number.to_string(), &row.name));
        }
        let (good, invalid_labels): (Vec<String>, Vec<String>) = input.labels.into_iter().partition(|label| is_valid(label));
        // A label is of one version: it moves.
        row.labels.extend(good.into_iter().map(|label| (label, number)));
        if row.labels_of(number).len() > MOST {
            return Err(Error::new(
                "ParameterVersionLabelLimitExceeded",
                format!("A parameter version can have maximum {MOST} labels. Move one or more labels to another version and try again."),
            ));
        }
        events::changed(call, &row, "LabelParameterVersion")?;
        parameters::save(call, &row)?;
        Ok(Output { invalid_labels, parameter_version: number })
    }

    fn example() -> Example {
        with_parameter(json!({"Name": "/example/name", "Labels": ["Production"]}))
    }
}
