use crate::{
    Ecr,
    examples::{LIFECYCLE, with_repository},
    lifecycle, repositories,
};
use base::AccountId;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets the rules by which a repository's images expire.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html>
pub struct PutLifecyclePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    lifecycle_policy_text: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    registry_id: AccountId,
    repository_name: String,
    lifecycle_policy_text: String,
}

impl Operation for PutLifecyclePolicy {
    type Service = Ecr;
    const NAME: &'static str = "PutLifecyclePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:PutLifecyclePolicy", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        lifecycle::check(&input.lifecycle_policy_text)?;
        row.lifecycle = Some(input.lifecycle_policy_text.clone());
        repositories::save(call, &row)?;
        Ok(Output { registry_id: row.account, repository_name: row.name, lifecycle_policy_text: input.lifecycle_policy_text })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example", "lifecyclePolicyText": LIFECYCLE}))
    }
}
