use crate::{Iam, examples::user, holding, inputs::Bounded, managed, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Sets the permissions boundary of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html>
pub struct PutUserPermissionsBoundary;

impl Operation for PutUserPermissionsBoundary {
    type Service = Iam;
    const NAME: &'static str = "PutUserPermissionsBoundary";
    const READ_ONLY: bool = false;
    type Input = Bounded<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:PutUserPermissionsBoundary")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::put_boundary(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "PermissionsBoundary": managed::ADMINISTRATOR}))
    }
}
