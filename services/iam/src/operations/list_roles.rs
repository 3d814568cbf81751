use crate::{Iam, entity, examples::role, pages::page, shapes::Role, state::RoleRow};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The roles of the account.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>
pub struct ListRoles;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    path_prefix: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

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
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListRoles").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let all = entity::all::<RoleRow>(call, input.path_prefix.as_deref())?;
        let page = page(all, |row| row.holder.name.to_ascii_lowercase(), input.marker.as_deref(), input.max_items)?;
        let mut roles = Vec::with_capacity(page.items.len());
        for row in page.items {
            let trust = call.ids_to_principals(&row.trust);
            roles.push(Role::of(row, &trust).brief());
        }
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, roles })
    }

    fn example() -> Example {
        role().then(json!({}))
    }
}
