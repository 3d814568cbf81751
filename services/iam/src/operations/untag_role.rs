use crate::{Iam, entity, examples::role, shapes::Nothing, state::RoleRow, tags};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes tags of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html>
pub struct UntagRole;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagRole {
    type Service = Iam;
    const NAME: &'static str = "UntagRole";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:UntagRole", &input.role_name)?.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::change::<RoleRow>(call, &input.role_name, |role| {
            tags::unset(&mut role.holder.tags, &input.tag_keys);
            Ok(())
        })?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "TagKeys": ["team"]}))
    }
}
