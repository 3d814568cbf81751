use crate::{
    Ssm,
    examples::{shared, with_advanced},
    parameters,
    sharing::{self, conflict, invalid, unknown},
    state::Tier,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lets other accounts read an advanced parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutResourcePolicy.html>
pub struct PutResourcePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: String,
    policy: String,
    policy_id: Option<String>,
    policy_hash: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_id: String,
    policy_hash: String,
}

impl Operation for PutResourcePolicy {
    type Service = Ssm;
    const NAME: &'static str = "PutResourcePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        Ok(sharing::demand(facts, "ssm:PutResourcePolicy", &input.resource_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = sharing::load(call, &input.resource_arn)?;
        if row.current.tier != Tier::Advanced {
            return Err(invalid(
                "ResourceArn",
                format!("To share a parameter, it must be in the advanced parameter tier; {} is a standard parameter.", row.name),
            ));
        }
        let id = match (&row.shared, &input.policy_id, &input.policy_hash) {
            (None, None, None) => base::uuid(call.entropy()),
            (Some(old), Some(id), Some(hash)) if old.id == *id => {
                if old.hash != *hash {
                    return Err(conflict());
                }
                old.id.clone()
            }
            (_, Some(_), Some(_)) => return Err(unknown()),
            (_, Some(_), None) | (_, None, Some(_)) => {
                return Err(invalid("PolicyHash", "A policy is updated by its PolicyId and its PolicyHash: give both."));
            }
            (Some(_), None, None) => {
                let told = "The parameter has a resource policy already: update it by its PolicyId and PolicyHash.";
                let error = Error::new("ResourcePolicyLimitExceededException", told);
                return Err(error.member("Limit", 1).member("LimitType", "PoliciesPerResource"));
            }
        };
        let shared = sharing::checked(call, id, &input.policy)?;
        row.shared = Some(shared.clone());
        parameters::save(call, &row)?;
        Ok(Output { policy_id: shared.id, policy_hash: shared.hash })
    }

    fn example() -> Example {
        with_advanced(json!({"ResourceArn": "$1/Parameter/ARN", "Policy": shared()}))
    }
}
