use crate::{
    Iam, entity,
    examples::role,
    shapes::Nothing,
    state::RoleRow,
    tags::{self, Tag},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html>
pub struct TagRole;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    tags: Vec<Tag>,
}

impl Operation for TagRole {
    type Service = Iam;
    const NAME: &'static str = "TagRole";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:TagRole", &input.role_name)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::change::<RoleRow>(call, &input.role_name, |role| tags::set(&mut role.holder.tags, input.tags))?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "Tags": [{"Key": "team", "Value": "a"}]}))
    }
}
