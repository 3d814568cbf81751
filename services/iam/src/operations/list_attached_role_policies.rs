use crate::{Iam, entity, examples::role, pages::page, shapes::AttachedPolicy, state::RoleRow};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The managed policies that are attached to a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html>
pub struct ListAttachedRolePolicies;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
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
    attached_policies: Vec<AttachedPolicy>,
}

impl Operation for ListAttachedRolePolicies {
    type Service = Iam;
    const NAME: &'static str = "ListAttachedRolePolicies";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:ListAttachedRolePolicies", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut attached = entity::load::<RoleRow>(call, &input.role_name)?.holder.attached;
        attached.retain(|arn| {
            input
                .path_prefix
                .as_ref()
                .is_none_or(|prefix| arn.resource().strip_prefix("policy").is_some_and(|path| path.starts_with(prefix)))
        });
        attached.sort();
        let page = page(attached, Arn::to_string, input.marker.as_deref(), input.max_items)?;
        let attached_policies = page.items.into_iter().map(AttachedPolicy::of).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, attached_policies })
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
