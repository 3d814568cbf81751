use crate::{
    Iam, entity,
    examples::{POLICY, role},
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An inline policy of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>
pub struct GetRolePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    policy_name: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role_name: String,
    policy_name: String,
    policy_document: String,
}

impl Operation for GetRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "GetRolePolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:GetRolePolicy", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let policy_document = entity::get_inline::<RoleRow>(call, &input.role_name, &input.policy_name)?;
        Ok(Output { role_name: input.role_name, policy_name: input.policy_name, policy_document })
    }

    fn example() -> Example {
        role()
            .after("iam:PutRolePolicy", json!({"RoleName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"RoleName": "Example", "PolicyName": "Example"}))
    }
}
