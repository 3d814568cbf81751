use crate::{
    Iam, entity,
    examples::group,
    inputs::Listed,
    membership,
    pages::page,
    shapes::{Group, User},
    state::GroupRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// A group and its users.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html>
pub struct GetGroup;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    group: Group,
    users: Vec<User>,
}

impl Operation for GetGroup {
    type Service = Iam;
    const NAME: &'static str = "GetGroup";
    const READ_ONLY: bool = true;
    type Input = Listed<GroupRow>;
    type Output = Output;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:GetGroup", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Output, Error> {
        let row = entity::load::<GroupRow>(call, &input.of)?;
        let users = membership::users(call, &row)?;
        let page = page(users, |user| user.holder.name.to_ascii_lowercase(), input.marker.as_deref(), input.max_items)?;
        let users = page.items.into_iter().map(|row| User::of(row).brief()).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, group: Group::of(row), users })
    }

    fn example() -> Example {
        group().then(json!({"GroupName": "Example"}))
    }
}
