use crate::{
    Iam, entity,
    error::limit_exceeded,
    examples::{profile, role_input},
    profiles::InProfile,
    shapes::Nothing,
    state::{ProfileRow, RoleRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Puts a role into an instance profile, whose instances may then act as it.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html>
pub struct AddRoleToInstanceProfile;

impl Operation for AddRoleToInstanceProfile {
    type Service = Iam;
    const NAME: &'static str = "AddRoleToInstanceProfile";
    const READ_ONLY: bool = false;
    type Input = InProfile;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let pass = entity::demand::<RoleRow>(facts, "iam:PassRole", &input.role_name)?.with("iam:PassedToService", "ec2.amazonaws.com");
        let add = entity::demand::<ProfileRow>(facts, "iam:AddRoleToInstanceProfile", &input.instance_profile_name)?;
        Ok(Demands::from(add).and(pass))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Nothing, Error> {
        let role = entity::load::<RoleRow>(call, &input.role_name)?;
        entity::change::<ProfileRow>(call, &input.instance_profile_name, |profile| match profile.role {
            Some(_) => Err(limit_exceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")),
            None => {
                profile.role = Some(role.holder.id);
                Ok(())
            }
        })?;
        Ok(Nothing)
    }

    fn example() -> Example {
        profile().after("iam:CreateRole", role_input()).then(json!({"InstanceProfileName": "Machines", "RoleName": "Example"}))
    }
}
