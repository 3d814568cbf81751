use crate::{Logs, examples::KEY_POLICY, names::Named, sealing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Encrypts what a group gets from now on with a KMS key.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html>
pub struct AssociateKmsKey;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssociateKmsKeyInput {
    /// The group.
    pub log_group_name: Option<String>,
    /// The key's ARN.
    pub kms_key_id: String,
    /// The group's ARN, instead of its name.
    pub resource_identifier: Option<String>,
}

impl Operation for AssociateKmsKey {
    type Service = Logs;
    const NAME: &'static str = "AssociateKmsKey";
    const READ_ONLY: bool = false;
    type Input = AssociateKmsKeyInput;
    type Output = ();

    fn demands(input: &AssociateKmsKeyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(resource(view, input.log_group_name.as_ref(), input.resource_identifier.as_ref())?.demand("logs:AssociateKmsKey").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: AssociateKmsKeyInput) -> Result<(), Error> {
        let named = resource(call, input.log_group_name.as_ref(), input.resource_identifier.as_ref())?;
        let mut group = named.load(call)?;
        sealing::adopt(call, &mut group, &input.kms_key_id)?;
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "kmsKeyId": "$0/KeyMetadata/Arn"}))
            .after("kms:CreateKey", json!({"Policy": KEY_POLICY}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
            .inside(["kms:GenerateDataKey", "kms:Decrypt"])
    }
}

/// The group of a call about its key; results of queries are not there.
pub(crate) fn resource(view: &View<'_, Logs>, name: Option<&String>, identifier: Option<&String>) -> Result<Named, Error> {
    if identifier.is_some_and(|identifier| identifier.contains(":query-result:")) {
        return Err(Error::not_implemented("logs with a resourceIdentifier of query results"));
    }
    Named::of(view, name, identifier)
}
