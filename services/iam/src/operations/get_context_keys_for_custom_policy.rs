use crate::{
    Iam,
    examples::POLICY,
    simulation::{ContextKeys, given},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The condition keys that given policies ask for.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html>
pub struct GetContextKeysForCustomPolicy;

/// Of which policies.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_input_list: Vec<String>,
}

impl Operation for GetContextKeysForCustomPolicy {
    type Service = Iam;
    const NAME: &'static str = "GetContextKeysForCustomPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = ContextKeys;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GetContextKeysForCustomPolicy").into())
    }

    fn execute(_call: &mut Authorized<'_, Self>, input: Input) -> Result<ContextKeys, Error> {
        Ok(ContextKeys::of(&given(&input.policy_input_list)?))
    }

    fn example() -> Example {
        Example::of(json!({"PolicyInputList": [POLICY]}))
    }
}
