use crate::{
    Ecr,
    error::no_lifecycle,
    examples::{LIFECYCLE, with_repository},
    repositories,
};
use base::AccountId;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A repository's lifecycle policy.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicy.html>
pub struct GetLifecyclePolicy;

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
    lifecycle_policy_text: String,
}

impl Operation for GetLifecyclePolicy {
    type Service = Ecr;
    const NAME: &'static str = "GetLifecyclePolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:GetLifecyclePolicy", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        let Some(lifecycle_policy_text) = row.lifecycle else { return Err(no_lifecycle(&row.name, row.account)) };
        Ok(Output { registry_id: row.account, repository_name: row.name, lifecycle_policy_text })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example"}))
            .after("ecr:PutLifecyclePolicy", json!({"repositoryName": "example", "lifecyclePolicyText": LIFECYCLE}))
    }
}
