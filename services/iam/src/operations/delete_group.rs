use crate::{Iam, entity, error::delete_conflict, examples::group, inputs::One, membership, shapes::Nothing, state::GroupRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Deletes a group that has neither users nor policies.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html>
pub struct DeleteGroup;

impl Operation for DeleteGroup {
    type Service = Iam;
    const NAME: &'static str = "DeleteGroup";
    const READ_ONLY: bool = false;
    type Input = One<GroupRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:DeleteGroup", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Nothing, Error> {
        let row = entity::load::<GroupRow>(call, &input.of)?;
        if !membership::users(call, &row)?.is_empty() {
            return Err(delete_conflict("Cannot delete entity, must remove users from group first."));
        }
        entity::end(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        group().then(json!({"GroupName": "Example"}))
    }
}
