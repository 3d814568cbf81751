use crate::{
    Ecr,
    error::no_policy,
    examples::{POLICY, with_repository},
    repositories,
};
use base::AccountId;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes a repository's policy away.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepositoryPolicy.html>
pub struct DeleteRepositoryPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    registry_id: AccountId,
    repository_name: String,
    policy_text: String,
}

impl Operation for DeleteRepositoryPolicy {
    type Service = Ecr;
    const NAME: &'static str = "DeleteRepositoryPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:DeleteRepositoryPolicy", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        let Some(kept) = row.policy.take() else { return Err(no_policy(&row.name, row.account)) };
        repositories::save(call, &row)?;
        let policy_text = call.ids_to_principals(&kept);
        Ok(Output { registry_id: row.account, repository_name: row.name, policy_text })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example"}))
            .after("ecr:SetRepositoryPolicy", json!({"repositoryName": "example", "policyText": POLICY}))
    }
}
