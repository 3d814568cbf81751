use crate::{Iam, examples::user, holding, inputs::Untagged, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Removes tags of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html>
pub struct UntagUser;

impl Operation for UntagUser {
    type Service = Iam;
    const NAME: &'static str = "UntagUser";
    const READ_ONLY: bool = false;
    type Input = Untagged<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:UntagUser")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::untag(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "TagKeys": ["team"]}))
    }
}
