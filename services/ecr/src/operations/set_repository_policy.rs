use crate::{
    Ecr,
    examples::{POLICY, with_repository},
    policies, repositories,
};
use base::AccountId;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets a repository's policy.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html>
pub struct SetRepositoryPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    policy_text: String,
    /// Whether the caller may lock itself out.
    #[serde(default)]
    force: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    registry_id: AccountId,
    repository_name: String,
    policy_text: String,
}

impl Operation for SetRepositoryPolicy {
    type Service = Ecr;
    const NAME: &'static str = "SetRepositoryPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:SetRepositoryPolicy", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        row.policy = Some(policies::checked(call, &row.arn, &input.policy_text, input.force)?);
        repositories::save(call, &row)?;
        Ok(Output { registry_id: row.account, repository_name: row.name, policy_text: input.policy_text })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example", "policyText": POLICY}))
    }
}
