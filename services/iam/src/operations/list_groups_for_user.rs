use crate::{Iam, entity, examples::user, inputs::Listed, membership, pages::page, shapes::Group, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The groups that a user is in.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html>
pub struct ListGroupsForUser;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    groups: Vec<Group>,
}

impl Operation for ListGroupsForUser {
    type Service = Iam;
    const NAME: &'static str = "ListGroupsForUser";
    const READ_ONLY: bool = true;
    type Input = Listed<UserRow>;
    type Output = Output;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:ListGroupsForUser", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Output, Error> {
        let user = entity::load::<UserRow>(call, &input.of)?;
        let groups = membership::groups(call, &user)?;
        let page = page(groups, |row| row.holder.name.to_ascii_lowercase(), input.marker.as_deref(), input.max_items)?;
        let groups = page.items.into_iter().map(Group::of).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, groups })
    }

    fn example() -> Example {
        user()
            .after("iam:CreateGroup", json!({"GroupName": "Example"}))
            .after("iam:AddUserToGroup", json!({"GroupName": "Example", "UserName": "Example"}))
            .then(json!({"UserName": "Example"}))
    }
}
