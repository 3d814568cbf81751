use crate::{Iam, entity, examples::user, inputs::All, pages::page, shapes::User, state::UserRow};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The users of the account.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html>
pub struct ListUsers;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    users: Vec<User>,
}

impl Operation for ListUsers {
    type Service = Iam;
    const NAME: &'static str = "ListUsers";
    const READ_ONLY: bool = true;
    type Input = All;
    type Output = Output;

    fn demands(_input: &Self::Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListUsers").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Output, Error> {
        let all = entity::all::<UserRow>(call, input.path_prefix.as_deref())?;
        let page = page(all, |row| row.holder.name.to_ascii_lowercase(), input.marker.as_deref(), input.max_items)?;
        let users = page.items.into_iter().map(|row| User::of(row).brief()).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, users })
    }

    fn example() -> Example {
        user().then(json!({}))
    }
}
