use crate::{
    Ecr,
    encryption::{self, EncryptionConfiguration},
    error::exists,
    repositories,
    settings::{ExclusionFilter, Mutability, Scanning},
    shapes::RepositoryInfo,
    state::RepositoryRow,
    tags::{self, Tag},
};

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new repository.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>
pub struct CreateRepository;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    tags: Vec<Tag>,
    image_tag_mutability: Option<String>,
    #[serde(default)]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilter>,
    #[serde(default)]
    image_scanning_configuration: Scanning,
    encryption_configuration: Option<EncryptionConfiguration>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// The repository.
    pub repository: RepositoryInfo,
}

impl Operation for CreateRepository {
    type Service = Ecr;
    const NAME: &'static str = "CreateRepository";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        let on = |action, facts: &mut View<'_, Ecr>| {
            let demand = repositories::demand(facts, action, input.registry_id.as_deref(), &input.repository_name)?;
            Ok::<_, Error>(demand.with_tags(tags::pairs(&input.tags)))
        };
        let demands = Demands::from(on("ecr:CreateRepository", facts)?);
        Ok(if input.tags.is_empty() { demands } else { demands.and(on("ecr:TagResource", facts)?) })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = repositories::registry(call, input.registry_id.as_deref())?;
        let arn = repositories::arn(call, account, &input.repository_name);
        if repositories::find(call, &arn)?.is_some() {
            return Err(exists(&input.repository_name, account));
        }
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let mutability = Mutability::read(input.image_tag_mutability, input.image_tag_mutability_exclusion_filters)?;
        let row = RepositoryRow {
            account,
            created: call.now(),
            mutability,
            scanning: input.image_scanning_configuration,
            encryption: encryption::begin(call, &arn, input.encryption_configuration)?,
            arn,
            name: input.repository_name,
            policy: None,
            lifecycle: None,
            tags,
        };
        repositories::save(call, &row)?;
        Ok(Output { repository: RepositoryInfo::of(row) })
    }

    fn example() -> Example {
        Example::of(json!({"repositoryName": "team/example", "tags": [{"Key": "team", "Value": "shop"}]}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let encryption = json!({"encryptionType": "KMS", "kmsKey": "$0/KeyMetadata/Arn"});
        let under_a_key = Example::of(json!({"repositoryName": "example", "encryptionConfiguration": encryption}))
            .after("kms:CreateKey", json!({}))
            .inside(["kms:DescribeKey", "kms:CreateGrant", "kms:CreateGrant"]);
        vec![("under a key", under_a_key)]
    }
}
