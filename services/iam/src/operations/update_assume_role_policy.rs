use crate::{
    Iam, documents, entity,
    examples::{TRUST, role},
    shapes::Nothing,
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Replaces a role's trust policy.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html>
pub struct UpdateAssumeRolePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    policy_document: String,
}

impl Operation for UpdateAssumeRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "UpdateAssumeRolePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:UpdateAssumeRolePolicy", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::load::<RoleRow>(call, &input.role_name)?;
        let trust = documents::kept_trust(call, &input.policy_document)?;
        entity::change::<RoleRow>(call, &input.role_name, |role| {
            role.trust = trust;
            Ok(())
        })?;
        Ok(Nothing)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "PolicyDocument": TRUST}))
    }
}
