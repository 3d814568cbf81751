use crate::{Iam, entity, examples::profile, inputs::One, profiles, shapes::InstanceProfile, state::ProfileRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// An instance profile with its role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html>
pub struct GetInstanceProfile;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_profile: InstanceProfile,
}

impl Operation for GetInstanceProfile {
    type Service = Iam;
    const NAME: &'static str = "GetInstanceProfile";
    const READ_ONLY: bool = true;
    type Input = One<ProfileRow>;
    type Output = Output;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<ProfileRow>(facts, "iam:GetInstanceProfile", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Output, Error> {
        let row = entity::load::<ProfileRow>(call, &input.of)?;
        Ok(Output { instance_profile: profiles::shown(call, row)? })
    }

    fn example() -> Example {
        profile().then(json!({"InstanceProfileName": "Machines"}))
    }
}
