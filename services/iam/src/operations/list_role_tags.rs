use crate::{Iam, entity, examples::role, pages::page, state::RoleRow, tags::Tag};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html>
pub struct ListRoleTags;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    tags: Vec<Tag>,
}

impl Operation for ListRoleTags {
    type Service = Iam;
    const NAME: &'static str = "ListRoleTags";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:ListRoleTags", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut tags = entity::load::<RoleRow>(call, &input.role_name)?.holder.tags;
        tags.sort_by(|a, b| a.key.cmp(&b.key));
        let page = page(tags, |tag| tag.key.clone(), input.marker.as_deref(), input.max_items)?;
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, tags: page.items })
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
