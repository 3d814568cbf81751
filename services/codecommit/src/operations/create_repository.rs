use crate::{CodeCommit, RepositoryMetadata, encryption, error, names, state};
use base::{Blob, Secret};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Makes an empty repository.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html>
pub struct CreateRepository;

/// The new repository.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRepositoryInput {
    /// Its name.
    pub repository_name: String,
    /// What it is for.
    pub repository_description: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The customer's KMS key for its content; None: the AWS managed key.
    pub kms_key_id: Option<String>,
}

/// The repository.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRepositoryOutput {
    /// What there is now.
    pub repository_metadata: RepositoryMetadata,
}

impl Operation for CreateRepository {
    type Service = CodeCommit;
    const NAME: &'static str = "CreateRepository";
    const READ_ONLY: bool = false;
    type Input = CreateRepositoryInput;
    type Output = CreateRepositoryOutput;

    fn demands(input: &CreateRepositoryInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        let arn = state::arn(facts, &input.repository_name)?;
        names::description(input.repository_description.as_deref())?;
        names::tags(input.tags.iter())?;
        let tags = input.tags.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        Ok(Demand::new("codecommit:CreateRepository", arn).with_tags(tags).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateRepositoryInput) -> Result<CreateRepositoryOutput, Error> {
        let account = call.account()?;
        if call.get(&state::REPOSITORIES, &[account.as_str(), input.repository_name.as_str()])?.is_some() {
            return Err(error::repository_exists(&input.repository_name));
        }
        let id = base::uuid(call.entropy());
        let mut key = [0; 32];
        call.entropy().fill(&mut key);
        let data_key = Secret::new(key.to_vec());
        let customer_key = encryption::customers(input.kms_key_id.as_deref());
        let customer_key = customer_key.map(|key_id| encryption::wrap(call, &id, key_id, &data_key)).transpose()?;
        let key = call.seal(&id, data_key.expose())?;
        let row = state::Repository {
            id,
            account,
            region: call.region().clone(),
            name: input.repository_name,
            description: input.repository_description,
            default_branch: None,
            created: call.now(),
            modified: call.now(),
            tags: input.tags.into_iter().collect(),
            key: Blob(key),
            customer_key,
        };
        state::keep(call, &row)?;
        Ok(CreateRepositoryOutput { repository_metadata: (&row).into() })
    }

    fn example() -> Example {
        Example::of(json!({"repositoryName": "shop", "repositoryDescription": "The shop"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let key = Example::of(json!({"repositoryName": "shop", "kmsKeyId": "$1/KeyMetadata/Arn"}))
            .after("codecommit:CreateRepository", json!({"repositoryName": "other"}))
            .after("kms:CreateKey", json!({}));
        vec![
            ("with a KMS key", key.inside(["kms:Encrypt"])),
            ("with tags", Example::of(json!({"repositoryName": "shop", "tags": {"team": "shop"}}))),
        ]
    }
}
