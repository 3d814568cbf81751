use crate::{Iam, entity, examples::group, inputs::All, pages::page, shapes::Group, state::GroupRow};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The groups of the account.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html>
pub struct ListGroups;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    groups: Vec<Group>,
}

impl Operation for ListGroups {
    type Service = Iam;
    const NAME: &'static str = "ListGroups";
    const READ_ONLY: bool = true;
    type Input = All;
    type Output = Output;

    fn demands(_input: &Self::Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListGroups").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Output, Error> {
        let all = entity::all::<GroupRow>(call, input.path_prefix.as_deref())?;
        let page = page(all, |row| row.holder.name.to_ascii_lowercase(), input.marker.as_deref(), input.max_items)?;
        let groups = page.items.into_iter().map(Group::of).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, groups })
    }

    fn example() -> Example {
        group().then(json!({}))
    }
}
