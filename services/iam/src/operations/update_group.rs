use crate::{Iam, entity, examples::group, inputs::Named, shapes::Nothing, state::GroupRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a group another name or path. Its unique id, its users and its policies stay.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html>
pub struct UpdateGroup;

/// What to do.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(flatten)]
    of: Named<GroupRow>,
    new_group_name: Option<String>,
    new_path: Option<String>,
}

impl Operation for UpdateGroup {
    type Service = Iam;
    const NAME: &'static str = "UpdateGroup";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::demands_renamed(facts, "iam:UpdateGroup", &input.of, input.new_group_name.as_deref(), input.new_path.as_deref())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = entity::load::<GroupRow>(call, &input.of)?;
        entity::rename(call, &mut row, input.new_group_name.as_deref(), input.new_path.as_deref())?;
        Ok(Nothing)
    }

    fn example() -> Example {
        group().then(json!({"GroupName": "Example", "NewGroupName": "Other", "NewPath": "/team/"}))
    }
}
