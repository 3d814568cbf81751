use super::get_key_policy::check_name;
use crate::{Kms, examples::with_key, keys, policies, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Replaces a key's policy.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>
pub struct PutKeyPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    policy_name: Option<String>,
    policy: String,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
}

impl Operation for PutKeyPolicy {
    type Service = Kms;
    const NAME: &'static str = "PutKeyPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let demand = keys::demand(facts, "kms:PutKeyPolicy", &input.key_id)?;
        Ok(demand.with("kms:BypassPolicyLockoutSafetyCheck", input.bypass_policy_lockout_safety_check).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        check_name(input.policy_name.as_deref())?;
        let mut key = keys::load(call, &input.key_id)?;
        key.policy = policies::checked(call, key.arn.as_str(), &input.policy, input.bypass_policy_lockout_safety_check)?;
        keys::save(call, &key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "Policy": policies::EXAMPLE}))
    }
}
