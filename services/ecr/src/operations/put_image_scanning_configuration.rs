use crate::{Ecr, examples::with_repository, repositories, settings::Scanning};
use base::AccountId;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Says whether a repository's images are scanned when they arrive.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageScanningConfiguration.html>
pub struct PutImageScanningConfiguration;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_scanning_configuration: Scanning,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    registry_id: AccountId,
    repository_name: String,
    image_scanning_configuration: Scanning,
}

impl Operation for PutImageScanningConfiguration {
    type Service = Ecr;
    const NAME: &'static str = "PutImageScanningConfiguration";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:PutImageScanningConfiguration", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        row.scanning = input.image_scanning_configuration.clone();
        repositories::save(call, &row)?;
        let image_scanning_configuration = input.image_scanning_configuration;
        Ok(Output { registry_id: row.account, repository_name: row.name, image_scanning_configuration })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example", "imageScanningConfiguration": {"scanOnPush": true}}))
    }
}
