use crate::{
    Logs,
    names::{Owner, check_group, on_group},
    state::GROUPS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Keeps a group's events until they are deleted.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html>
pub struct DeleteRetentionPolicy;

/// The group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteRetentionPolicyInput {
    /// Its name.
    pub log_group_name: String,
}

impl Operation for DeleteRetentionPolicy {
    type Service = Logs;
    const NAME: &'static str = "DeleteRetentionPolicy";
    const READ_ONLY: bool = false;
    type Input = DeleteRetentionPolicyInput;
    type Output = ();

    fn demands(input: &DeleteRetentionPolicyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        check_group(&input.log_group_name)?;
        Ok(on_group("logs:DeleteRetentionPolicy", view, &input.log_group_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteRetentionPolicyInput) -> Result<(), Error> {
        let owner = Owner::of(call)?;
        let mut row = owner.group_row(call, &input.log_group_name)?;
        row.retention = None;
        call.put(&GROUPS, &owner.group(&input.log_group_name), &row)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
