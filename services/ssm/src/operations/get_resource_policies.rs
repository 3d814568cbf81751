use crate::{
    Ssm,
    error::within,
    examples::{shared, with_advanced},
    sharing,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The resource policies of a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetResourcePolicies.html>
pub struct GetResourcePolicies;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policies: Vec<Entry>,
}

/// A resource policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    policy_id: String,
    policy_hash: String,
    policy: String,
}

impl Operation for GetResourcePolicies {
    type Service = Ssm;
    const NAME: &'static str = "GetResourcePolicies";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        Ok(sharing::demand(facts, "ssm:GetResourcePolicies", &input.resource_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        within(input.max_results, "maxResults", 50, 50)?;
        // There is one policy at most, so that no page follows.
        if input.next_token.is_some_and(|token| !token.is_empty()) {
            return Err(sharing::invalid("NextToken", "The specified token isn't valid."));
        }
        let row = sharing::load(call, &input.resource_arn)?;
        let entry = |kept: crate::state::SharedBy, call: &mut Authorized<'_, Self>| Entry {
            policy: call.ids_to_principals(&kept.document),
            policy_id: kept.id,
            policy_hash: kept.hash,
        };
        Ok(Output { policies: row.shared.into_iter().map(|kept| entry(kept, call)).collect() })
    }

    fn example() -> Example {
        with_advanced(json!({"ResourceArn": "$1/Parameter/ARN"}))
            .after("ssm:PutResourcePolicy", json!({"ResourceArn": "$1/Parameter/ARN", "Policy": shared()}))
    }
}
