use crate::{Logs, names::Named};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Keeps a group's events for ever.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html>
pub struct DeleteRetentionPolicy;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteRetentionPolicyInput {
    /// The group.
    pub log_group_name: String,
}

impl Operation for DeleteRetentionPolicy {
    type Service = Logs;
    const NAME: &'static str = "DeleteRetentionPolicy";
    const READ_ONLY: bool = false;
    type Input = DeleteRetentionPolicyInput;
    type Output = ();

    fn demands(input: &DeleteRetentionPolicyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Named::own(view, &input.log_group_name)?.demand("logs:DeleteRetentionPolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteRetentionPolicyInput) -> Result<(), Error> {
        let mut group = Named::own(call, &input.log_group_name)?.load(call)?;
        group.row.retention = None;
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
