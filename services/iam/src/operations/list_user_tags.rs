use crate::{Iam, entity, examples::user, holding, inputs::Listed, shapes::TagList, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The tags of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html>
pub struct ListUserTags;

impl Operation for ListUserTags {
    type Service = Iam;
    const NAME: &'static str = "ListUserTags";
    const READ_ONLY: bool = true;
    type Input = Listed<UserRow>;
    type Output = TagList;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:ListUserTags", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_tags(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
