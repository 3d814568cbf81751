use crate::{
    Iam, entity,
    examples::role,
    inputs::Listed,
    profiles::{self, Profiles},
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The instance profiles that a role is in.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html>
pub struct ListInstanceProfilesForRole;

impl Operation for ListInstanceProfilesForRole {
    type Service = Iam;
    const NAME: &'static str = "ListInstanceProfilesForRole";
    const READ_ONLY: bool = true;
    type Input = Listed<RoleRow>;
    type Output = Profiles;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:ListInstanceProfilesForRole", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        let role = entity::load::<RoleRow>(call, &input.of)?;
        let of_role = profiles::of_role(call, &role)?;
        profiles::page(call, of_role, input.marker.as_deref(), input.max_items)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
