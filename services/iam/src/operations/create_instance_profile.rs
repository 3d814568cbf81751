use crate::{
    Iam,
    entity::{self, New},
    shapes::InstanceProfile,
    state::ProfileRow,
    tags::Tag,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new instance profile.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html>
pub struct CreateInstanceProfile;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    instance_profile_name: String,
    path: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_profile: InstanceProfile,
}

impl Input {
    fn wanted(&self) -> New<'_> {
        New { name: &self.instance_profile_name, path: self.path.as_deref(), tags: self.tags.clone(), boundary: None }
    }
}

impl Operation for CreateInstanceProfile {
    type Service = Iam;
    const NAME: &'static str = "CreateInstanceProfile";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::demands_new::<ProfileRow>(facts, ["iam:CreateInstanceProfile", "iam:TagInstanceProfile"], &input.wanted())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let row = ProfileRow { holder: entity::begin::<ProfileRow>(call, account, input.wanted())?, role: None };
        entity::save(call, &row)?;
        Ok(Output { instance_profile: InstanceProfile::of(row, None) })
    }

    fn example() -> Example {
        Example::of(json!({"InstanceProfileName": "Machines"}))
    }
}
