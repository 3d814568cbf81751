use crate::{Iam, entity, examples::role, pages::page, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The names of a role's inline policies.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html>
pub struct ListRolePolicies;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    policy_names: Vec<String>,
}

impl Operation for ListRolePolicies {
    type Service = Iam;
    const NAME: &'static str = "ListRolePolicies";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:ListRolePolicies", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let role = entity::load::<RoleRow>(call, &input.role_name)?;
        let page = page(role.holder.inline.into_keys(), String::clone, input.marker.as_deref(), input.max_items)?;
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, policy_names: page.items })
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
