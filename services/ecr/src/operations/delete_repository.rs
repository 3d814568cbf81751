use crate::{Ecr, encryption, examples::with_repository, repositories, shapes::RepositoryInfo};

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a repository. Each is empty here, so that `force` changes nothing.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html>
pub struct DeleteRepository;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    force: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    repository: RepositoryInfo,
}

impl Operation for DeleteRepository {
    type Service = Ecr;
    const NAME: &'static str = "DeleteRepository";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:DeleteRepository", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        encryption::end(call, &row.encryption)?;
        repositories::remove(call, &row);
        Ok(Output { repository: RepositoryInfo::of(row) })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let encryption = json!({"encryptionType": "KMS", "kmsKey": "$0/KeyMetadata/Arn"});
        let under_a_key = Example::of(json!({"repositoryName": "example"}))
            .after("kms:CreateKey", json!({}))
            .after("ecr:CreateRepository", json!({"repositoryName": "example", "encryptionConfiguration": encryption}))
            .inside(["kms:RetireGrant", "kms:RetireGrant"]);
        vec![("under a key", under_a_key)]
    }
}
