use crate::{
    Iam,
    entity::{self, Entity},
    error::no_such_policy,
    examples::policy,
    pages::page,
    policies::{self, EntityKind, PolicyUsage},
    state::{GroupRow, Holder, RoleRow, UserRow},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Who has a managed policy attached or as boundary.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html>
pub struct ListEntitiesForPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    entity_filter: Option<EntityKind>,
    path_prefix: Option<String>,
    policy_usage_filter: Option<PolicyUsage>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    policy_groups: Vec<PolicyGroup>,
    policy_roles: Vec<PolicyRole>,
    policy_users: Vec<PolicyUser>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyGroup {
    group_name: String,
    group_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyRole {
    role_name: String,
    role_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyUser {
    user_name: String,
    user_id: String,
}

/// The kind, name and id of all entities of a kind that the input asks for.
fn using<E: Entity>(view: &mut View<'_, Iam>, input: &Input) -> Result<Vec<(&'static str, String, String)>, Error> {
    if input.entity_filter.is_some_and(|kind| !kind.includes(E::KIND)) {
        return Ok(Vec::new());
    }
    let uses = |holder: &Holder| {
        let attached = holder.attached.contains(&input.policy_arn);
        let boundary = holder.boundary.as_ref() == Some(&input.policy_arn);
        match input.policy_usage_filter {
            None => attached || boundary,
            Some(PolicyUsage::PermissionsPolicy) => attached,
            Some(PolicyUsage::PermissionsBoundary) => boundary,
        }
    };
    let all = entity::all::<E>(view, input.path_prefix.as_deref())?;
    let found = all.iter().map(Entity::holder).filter(|holder| uses(holder));
    Ok(found.map(|holder| (E::KIND, holder.name.clone(), holder.id.clone())).collect())
}

impl Operation for ListEntitiesForPolicy {
    type Service = Iam;
    const NAME: &'static str = "ListEntitiesForPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:ListEntitiesForPolicy", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        policies::document(call, account, &input.policy_arn)?.ok_or_else(|| no_such_policy(&input.policy_arn))?;
        let mut all = using::<GroupRow>(call, &input)?;
        all.extend(using::<RoleRow>(call, &input)?);
        all.extend(using::<UserRow>(call, &input)?);
        let page = page(all, |(kind, name, _)| format!("{kind} {}", name.to_ascii_lowercase()), input.marker.as_deref(), input.max_items)?;
        let mut output = Output {
            is_truncated: page.marker.is_some(),
            marker: page.marker,
            policy_groups: Vec::new(),
            policy_roles: Vec::new(),
            policy_users: Vec::new(),
        };
        for (kind, name, id) in page.items {
            match kind {
                GroupRow::KIND => output.policy_groups.push(PolicyGroup { group_name: name, group_id: id }),
                RoleRow::KIND => output.policy_roles.push(PolicyRole { role_name: name, role_id: id }),
                _ => output.policy_users.push(PolicyUser { user_name: name, user_id: id }),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        policy()
            .after("iam:CreateGroup", json!({"GroupName": "Example"}))
            .after("iam:AttachGroupPolicy", json!({"GroupName": "Example", "PolicyArn": "$0/Policy/Arn"}))
            .then(json!({"PolicyArn": "$0/Policy/Arn"}))
    }
}
