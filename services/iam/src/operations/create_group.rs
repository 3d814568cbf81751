use crate::{
    Iam,
    entity::{self, New},
    shapes::Group,
    state::GroupRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new group.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html>
pub struct CreateGroup;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: String,
    path: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    group: Group,
}

impl Input {
    fn wanted(&self) -> New<'_> {
        New { name: &self.group_name, path: self.path.as_deref(), ..New::default() }
    }
}

impl Operation for CreateGroup {
    type Service = Iam;
    const NAME: &'static str = "CreateGroup";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::demands_new::<GroupRow>(facts, ["iam:CreateGroup"; 2], &input.wanted())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let row = GroupRow { holder: entity::begin::<GroupRow>(call, account, input.wanted())? };
        entity::save(call, &row)?;
        Ok(Output { group: Group::of(row) })
    }

    fn example() -> Example {
        Example::of(json!({"GroupName": "Example"}))
    }
}
