use crate::{
    Organizations,
    error::{constraint, no_target, not_enabled},
    examples::{ACCOUNT, with_policy},
    ids::{self, Form, TARGET},
    policies,
    shapes::Nothing,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Attaches a policy to the root, a unit or an account: it decides from the next call on.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html>
pub struct AttachPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_id: String,
    target_id: String,
}

impl Operation for AttachPolicy {
    type Service = Organizations;
    const NAME: &'static str = "AttachPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.policy_id, &[Form::Policy])?;
        ids::check(&input.target_id, &TARGET)?;
        let kind = policies::kind_of(facts, &input.policy_id)?;
        let policy = tree::demand_of_type(facts, "organizations:AttachPolicy", Some(&input.policy_id), kind)?;
        let target = tree::demand_of_type(facts, "organizations:AttachPolicy", Some(&input.target_id), kind)?;
        Ok(Demands::from(policy).and(target))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let organization = tree::change(call)?;
        let policy = policies::load(call, &input.policy_id)?;
        let mut target = tree::node(call, &input.target_id)?.ok_or_else(|| no_target(&input.target_id))?;
        if !organization.enabled.contains(&policy.kind) {
            return Err(not_enabled());
        }
        if target.attached.contains(&policy.id) {
            return Err(Error::new(
                "DuplicatePolicyAttachmentException",
                "A policy with the specified ID is already attached to the specified target.",
            ));
        }
        if policies::attached(call, &target, policy.kind)? >= policies::MOST_ATTACHED {
            return Err(constraint(
                "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                format!(
                    "You have attached the maximum number of policies of this type to the specified target: {}.",
                    policies::MOST_ATTACHED
                ),
            ));
        }
        target.attached.push(policy.id);
        tree::put(call, &target)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_policy(json!({"PolicyId": "$2/Policy/PolicySummary/Id", "TargetId": ACCOUNT}))
    }
}
