use crate::{
    Iam,
    by_arn::demand,
    examples::role,
    simulation::{ContextKeys, given, of_principal},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The condition keys that the policies of a user or role ask for, and given ones beside them.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html>
pub struct GetContextKeysForPrincipalPolicy;

/// Of which policies.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_source_arn: Arn,
    #[serde(default)]
    policy_input_list: Vec<String>,
}

impl Operation for GetContextKeysForPrincipalPolicy {
    type Service = Iam;
    const NAME: &'static str = "GetContextKeysForPrincipalPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = ContextKeys;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(demand(facts, "iam:GetContextKeysForPrincipalPolicy", &input.policy_source_arn, &["user", "group", "role"])?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<ContextKeys, Error> {
        let mut policies = of_principal(call, &input.policy_source_arn)?.policies;
        policies.extend(given(&input.policy_input_list)?);
        Ok(ContextKeys::of(&policies))
    }

    fn example() -> Example {
        role().then(json!({"PolicySourceArn": "$0/Role/Arn"}))
    }
}
