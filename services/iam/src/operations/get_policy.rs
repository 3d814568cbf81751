use crate::{
    Iam,
    examples::policy,
    managed,
    policies::{self, AllUses},
    shapes::ManagedPolicy,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A managed policy.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html>
pub struct GetPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy: ManagedPolicy,
}

impl Operation for GetPolicy {
    type Service = Iam;
    const NAME: &'static str = "GetPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:GetPolicy", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let uses = AllUses::read(call)?.of(&input.policy_arn);
        if let Some(own) = managed::find(&input.policy_arn) {
            return Ok(Output { policy: ManagedPolicy::of_aws(own, input.policy_arn, uses) });
        }
        Ok(Output { policy: ManagedPolicy::of(policies::load(call, &input.policy_arn)?, uses) })
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn"}))
    }
}
