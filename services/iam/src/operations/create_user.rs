use crate::{
    Iam,
    entity::{self, New},
    managed::ADMINISTRATOR,
    shapes::User,
    state::UserRow,
    tags::Tag,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html>
pub struct CreateUser;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: String,
    path: Option<String>,
    permissions_boundary: Option<Arn>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user: User,
}

impl Input {
    fn wanted(&self) -> New<'_> {
        New { name: &self.user_name, path: self.path.as_deref(), boundary: self.permissions_boundary.clone(), tags: self.tags.clone() }
    }
}

impl Operation for CreateUser {
    type Service = Iam;
    const NAME: &'static str = "CreateUser";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::demands_new::<UserRow>(facts, ["iam:CreateUser", "iam:TagUser"], &input.wanted())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let holder = entity::begin::<UserRow>(call, account, input.wanted())?;
        let row = UserRow { holder, keys: Vec::new(), groups: Vec::new(), login: None };
        entity::save(call, &row)?;
        Ok(Output { user: User::of(row) })
    }

    fn example() -> Example {
        Example::of(json!({"UserName": "Example"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("with tags", Example::of(json!({"UserName": "Example", "Tags": [{"Key": "team", "Value": "shop"}]}))),
            ("with a boundary", Example::of(json!({"UserName": "Example", "PermissionsBoundary": ADMINISTRATOR}))),
        ]
    }
}
