use crate::{Iam, entity, error::delete_conflict, examples::profile, inputs::One, shapes::Nothing, state::ProfileRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Deletes an instance profile that has no role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html>
pub struct DeleteInstanceProfile;

impl Operation for DeleteInstanceProfile {
    type Service = Iam;
    const NAME: &'static str = "DeleteInstanceProfile";
    const READ_ONLY: bool = false;
    type Input = One<ProfileRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<ProfileRow>(facts, "iam:DeleteInstanceProfile", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Nothing, Error> {
        let row = entity::load::<ProfileRow>(call, &input.of)?;
        if row.role.is_some() {
            return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
        }
        entity::end(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        profile().then(json!({"InstanceProfileName": "Machines"}))
    }
}
