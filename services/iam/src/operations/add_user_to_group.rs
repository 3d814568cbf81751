use crate::{
    Iam, entity,
    examples::group,
    membership::{self, Membership},
    shapes::Nothing,
    state::GroupRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Puts a user into a group.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html>
pub struct AddUserToGroup;

impl Operation for AddUserToGroup {
    type Service = Iam;
    const NAME: &'static str = "AddUserToGroup";
    const READ_ONLY: bool = false;
    type Input = Membership;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:AddUserToGroup", &input.group_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Nothing, Error> {
        membership::add(call, &input)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        group().after("iam:CreateUser", json!({"UserName": "Example"})).then(json!({"GroupName": "Example", "UserName": "Example"}))
    }
}
