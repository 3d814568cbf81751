use crate::{Iam, entity, examples::role, holding, inputs::Listed, shapes::TagList, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The tags of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html>
pub struct ListRoleTags;

impl Operation for ListRoleTags {
    type Service = Iam;
    const NAME: &'static str = "ListRoleTags";
    const READ_ONLY: bool = true;
    type Input = Listed<RoleRow>;
    type Output = TagList;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:ListRoleTags", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_tags(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
