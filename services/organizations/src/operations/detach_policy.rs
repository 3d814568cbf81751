use crate::{
    Organizations,
    error::{constraint, invalid, no_target},
    examples::{ACCOUNT, with_attached},
    ids::{self, Form, TARGET},
    policies,
    shapes::Nothing,
    state::PolicyType,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Detaches a policy: it decides no more from the next call on.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html>
pub struct DetachPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_id: String,
    target_id: String,
}

impl Operation for DetachPolicy {
    type Service = Organizations;
    const NAME: &'static str = "DetachPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.policy_id, &[Form::Policy])?;
        ids::check(&input.target_id, &TARGET)?;
        let kind = policies::kind_of(facts, &input.policy_id)?;
        let policy = tree::demand_of_type(facts, "organizations:DetachPolicy", Some(&input.policy_id), kind)?;
        let target = tree::demand_of_type(facts, "organizations:DetachPolicy", Some(&input.target_id), kind)?;
        Ok(Demands::from(policy).and(target))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        let policy = policies::load(call, &input.policy_id)?;
        let mut target = tree::node(call, &input.target_id)?.ok_or_else(|| no_target(&input.target_id))?;
        if !target.attached.contains(&policy.id) {
            return Err(Error::new("PolicyNotAttachedException", "The policy isn't attached to the specified target."));
        }
        if policy.kind == PolicyType::ResourceControl && policies::is_aws_managed(&policy.id) {
            return Err(invalid("NON_DETACHABLE_POLICY", "You can't detach the RCPFullAWSAccess policy."));
        }
        if policies::attached(call, &target, policy.kind)? == 1 {
            return Err(constraint(
                "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.",
            ));
        }
        target.attached.retain(|id| *id != policy.id);
        tree::put(call, &target)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_attached(json!({"PolicyId": "$2/Policy/PolicySummary/Id", "TargetId": ACCOUNT}))
    }
}
