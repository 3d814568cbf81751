use crate::{Iam, entity, examples::user, holding, inputs::One, managed, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Removes the permissions boundary of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html>
pub struct DeleteUserPermissionsBoundary;

impl Operation for DeleteUserPermissionsBoundary {
    type Service = Iam;
    const NAME: &'static str = "DeleteUserPermissionsBoundary";
    const READ_ONLY: bool = false;
    type Input = One<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<UserRow>(facts, "iam:DeleteUserPermissionsBoundary", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::delete_boundary(call, input)
    }

    fn example() -> Example {
        user()
            .after("iam:PutUserPermissionsBoundary", json!({"UserName": "Example", "PermissionsBoundary": managed::ADMINISTRATOR}))
            .then(json!({"UserName": "Example"}))
    }
}
