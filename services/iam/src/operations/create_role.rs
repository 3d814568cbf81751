use crate::{
    Iam, documents,
    entity::{self, New},
    error::invalid,
    examples::TRUST,
    names::check_description,
    shapes::Role,
    state::RoleRow,
    tags::Tag,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
pub struct CreateRole;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    assume_role_policy_document: String,
    path: Option<String>,
    description: Option<String>,
    max_session_duration: Option<u64>,
    permissions_boundary: Option<Arn>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: Role,
}

impl Input {
    fn wanted(&self) -> New<'_> {
        New { name: &self.role_name, path: self.path.as_deref(), boundary: self.permissions_boundary.clone(), tags: self.tags.clone() }
    }
}

/// `MaxSessionDuration`: an hour to twelve.
pub(crate) fn checked_duration(seconds: u64) -> Result<u64, Error> {
    if (3600..=43_200).contains(&seconds) {
        return Ok(seconds);
    }
    Err(invalid("maxSessionDuration", seconds, "Member must have value between 3600 and 43200"))
}

impl Operation for CreateRole {
    type Service = Iam;
    const NAME: &'static str = "CreateRole";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::demands_new::<RoleRow>(facts, ["iam:CreateRole", "iam:TagRole"], &input.wanted())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_description(input.description.as_deref())?;
        let max_session_duration = checked_duration(input.max_session_duration.unwrap_or(3600))?;
        let trust = documents::kept_trust(call, &input.assume_role_policy_document)?;
        let account = call.account()?;
        let holder = entity::begin::<RoleRow>(call, account, input.wanted())?;
        let row = RoleRow { holder, trust, description: input.description, max_session_duration };
        entity::save(call, &row)?;
        Ok(Output { role: Role::of(row, &input.assume_role_policy_document) })
    }

    fn example() -> Example {
        Example::of(json!({"RoleName": "Example", "AssumeRolePolicyDocument": TRUST}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            (
                "with tags",
                Example::of(json!({"RoleName": "Example", "AssumeRolePolicyDocument": TRUST, "Tags": [{"Key": "team", "Value": "shop"}]})),
            ),
            (
                "with a boundary",
                Example::of(
                    json!({"RoleName": "Example", "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"}),
                ),
            ),
        ]
    }
}
