use crate::{Logs, operations::associate_kms_key::resource, state::CURRENT_KEYS};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Encrypts what a group gets from now on with no KMS key. What it has got stays as it is.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html>
pub struct DisassociateKmsKey;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisassociateKmsKeyInput {
    /// The group.
    pub log_group_name: Option<String>,
    /// The group's ARN, instead of its name.
    pub resource_identifier: Option<String>,
}

impl Operation for DisassociateKmsKey {
    type Service = Logs;
    const NAME: &'static str = "DisassociateKmsKey";
    const READ_ONLY: bool = false;
    type Input = DisassociateKmsKeyInput;
    type Output = ();

    fn demands(input: &DisassociateKmsKeyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(resource(view, input.log_group_name.as_ref(), input.resource_identifier.as_ref())?.demand("logs:DisassociateKmsKey").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DisassociateKmsKeyInput) -> Result<(), Error> {
        let named = resource(call, input.log_group_name.as_ref(), input.resource_identifier.as_ref())?;
        let mut group = named.load(call)?;
        group.row.kms_key = None;
        call.delete(&CURRENT_KEYS, &group.key());
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
