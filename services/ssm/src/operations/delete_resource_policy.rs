use crate::{
    Ssm,
    examples::{shared, with_advanced},
    parameters,
    shapes::Nothing,
    sharing::{self, conflict, unknown},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes a resource policy from a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteResourcePolicy.html>
pub struct DeleteResourcePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
    policy_id: String,
    policy_hash: String,
}

impl Operation for DeleteResourcePolicy {
    type Service = Ssm;
    const NAME: &'static str = "DeleteResourcePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        Ok(sharing::demand(facts, "ssm:DeleteResourcePolicy", &input.resource_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = sharing::load(call, &input.resource_arn)?;
        match row.shared.take() {
            Some(kept) if kept.id == input.policy_id && kept.hash == input.policy_hash => {}
            Some(kept) if kept.id == input.policy_id => return Err(conflict()),
            _ => return Err(unknown()),
        }
        parameters::save(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_advanced(json!({"ResourceArn": "$1/Parameter/ARN", "PolicyId": "$2/PolicyId", "PolicyHash": "$2/PolicyHash"}))
            .after("ssm:PutResourcePolicy", json!({"ResourceArn": "$1/Parameter/ARN", "Policy": shared()}))
    }
}
