use crate::{Iam, entity, examples::role, inputs::All, pages::page, shapes::Role, state::RoleRow};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The roles of the account.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>
pub struct ListRoles;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    roles: Vec<Role>,
}

impl Operation for ListRoles {
    type Service = Iam;
    const NAME: &'static str = "ListRoles";
    const READ_ONLY: bool = true;
    type Input = All;
    type Output = Output;

    fn demands(_input: &Self::Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListRoles").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Output, Error> {
        let all = entity::all::<RoleRow>(call, input.path_prefix.as_deref())?;
        let page = page(all, |row| row.holder.name.to_ascii_lowercase(), input.marker.as_deref(), input.max_items)?;
        let roles = page.items.into_iter().map(|row| Role::shown(call, row).brief()).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, roles })
    }

    fn example() -> Example {
        role().then(json!({}))
    }
}
