use crate::{
    Secretsmanager,
    error::{clipped, invalid},
    examples::with_secret,
    filters::{self, Filter},
    pages::page,
    secrets,
    values::{self, CURRENT, Value},
};
use base::{Arn, EpochTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The current values of several secrets; what is denied or missing is told for each.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>
pub struct BatchGetSecretValue;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    secret_id_list: Vec<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    secret_values: Vec<Entry>,
    errors: Vec<Refused>,
    next_token: Option<String>,
}

/// A secret with its value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    #[serde(rename = "ARN")]
    arn: Arn,
    name: String,
    version_id: String,
    #[serde(flatten)]
    value: Value,
    version_stages: Vec<String>,
    created_date: EpochTime,
}

/// A secret whose value is not told, and why.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Refused {
    secret_id: String,
    error_code: String,
    message: String,
}

const MOST: usize = 20;

/// The secrets that are asked for: by name, or those of the account that pass the filters.
fn wanted(view: &mut View<'_, Secretsmanager>, input: &Input) -> Result<(Vec<String>, Option<String>), Error> {
    match (input.secret_id_list.is_empty(), input.filters.is_empty()) {
        (false, true) if input.next_token.is_some() => Err(invalid("NextToken goes on with Filters; SecretIdList has no pages.")),
        (false, true) if input.secret_id_list.len() <= MOST => Ok((input.secret_id_list.clone(), None)),
        (true, false) => {
            let limit = input.max_results.unwrap_or(MOST).min(MOST);
            let rows = filters::secrets(view, &input.filters, false)?;
            let (rows, next) = page(rows, |row| row.name.clone(), input.next_token.as_deref(), Some(limit))?;
            Ok((rows.into_iter().map(|row| row.name).collect(), next))
        }
        (false, true) => Err(invalid(format!("SecretIdList has at most {MOST} secrets; it has {}.", input.secret_id_list.len()))),
        _ => Err(invalid("Give either SecretIdList or Filters.")),
    }
}

fn entry(call: &mut Authorized<'_, BatchGetSecretValue>, id: &str) -> Result<Entry, Error> {
    let row = secrets::load_living(call, id)?;
    let version = row.staged(CURRENT).ok_or_else(|| crate::error::no_value(&format!("secret {}", clipped(id))))?;
    let value = values::open(call, &row.arn, version)?;
    Ok(Entry {
        value,
        version_id: version.id.clone(),
        version_stages: version.stages.clone(),
        created_date: EpochTime(version.created),
        arn: row.arn,
        name: row.name,
    })
}

impl Operation for BatchGetSecretValue {
    type Service = Secretsmanager;
    const NAME: &'static str = "BatchGetSecretValue";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        let mut demands = Demands::from(Demand::any("secretsmanager:BatchGetSecretValue"));
        for (index, id) in wanted(facts, input)?.0.iter().enumerate() {
            let demand = secrets::demand(facts, "secretsmanager:GetSecretValue", id)?;
            demands = demands.and(demand.item(index));
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (wanted, next_token) = wanted(call, &input)?;
        let mut output = Output { secret_values: Vec::new(), errors: Vec::new(), next_token };
        for (index, id) in wanted.into_iter().enumerate() {
            let found = match call.item(index) {
                Some(denied) => Err(denied.clone()),
                None => entry(call, &id),
            };
            match found {
                Ok(entry) => output.secret_values.push(entry),
                Err(e) => output.errors.push(Refused { secret_id: id, error_code: e.code.to_string(), message: e.message }),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        with_secret(json!({"SecretIdList": ["example"]})).inside(["kms:Decrypt"])
    }
}
