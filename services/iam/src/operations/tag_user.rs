use crate::{Iam, examples::user, holding, inputs::Tagged, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Sets tags of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html>
pub struct TagUser;

impl Operation for TagUser {
    type Service = Iam;
    const NAME: &'static str = "TagUser";
    const READ_ONLY: bool = false;
    type Input = Tagged<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:TagUser")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::tag(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "Tags": [{"Key": "team", "Value": "a"}]}))
    }
}
