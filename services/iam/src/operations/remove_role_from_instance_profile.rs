use crate::{
    Iam, entity,
    error::no_such_entity,
    examples::{profile, role_input},
    profiles::InProfile,
    shapes::Nothing,
    state::{ProfileRow, RoleRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Takes a role out of an instance profile.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html>
pub struct RemoveRoleFromInstanceProfile;

impl Operation for RemoveRoleFromInstanceProfile {
    type Service = Iam;
    const NAME: &'static str = "RemoveRoleFromInstanceProfile";
    const READ_ONLY: bool = false;
    type Input = InProfile;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<ProfileRow>(facts, "iam:RemoveRoleFromInstanceProfile", &input.instance_profile_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Nothing, Error> {
        let role = entity::load::<RoleRow>(call, &input.role_name)?;
        entity::change::<ProfileRow>(call, &input.instance_profile_name, |profile| {
            profile.role.take_if(|id| *id == role.holder.id).map(|_| ()).ok_or_else(|| {
                let (role, profile) = (&role.holder.name, &profile.holder.name);
                no_such_entity(format!("Role {role} is not in instance profile {profile}."))
            })
        })?;
        Ok(Nothing)
    }

    fn example() -> Example {
        profile()
            .after("iam:CreateRole", role_input())
            .after("iam:AddRoleToInstanceProfile", json!({"InstanceProfileName": "Machines", "RoleName": "Example"}))
            .then(json!({"InstanceProfileName": "Machines", "RoleName": "Example"}))
    }
}
