use crate::{Iam, entity, examples::user, holding, inputs::ListedBelow, shapes::AttachedPolicies, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The managed policies that are attached to a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html>
pub struct ListAttachedUserPolicies;

impl Operation for ListAttachedUserPolicies {
    type Service = Iam;
    const NAME: &'static str = "ListAttachedUserPolicies";
    const READ_ONLY: bool = true;
    type Input = ListedBelow<UserRow>;
    type Output = AttachedPolicies;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:ListAttachedUserPolicies", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_attached(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
