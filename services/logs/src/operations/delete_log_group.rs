use crate::{
    Logs,
    error::protected,
    names::Named,
    state::GROUPS,
    workflows::purge::{self, Remains},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a log group with its streams and their events.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html>
pub struct DeleteLogGroup;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteLogGroupInput {
    /// The group.
    pub log_group_name: String,
}

impl Operation for DeleteLogGroup {
    type Service = Logs;
    const NAME: &'static str = "DeleteLogGroup";
    const READ_ONLY: bool = false;
    type Input = DeleteLogGroupInput;
    type Output = ();

    fn demands(input: &DeleteLogGroupInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Named::own(view, &input.log_group_name)?.demand("logs:DeleteLogGroup").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteLogGroupInput) -> Result<(), Error> {
        let group = Named::own(call, &input.log_group_name)?.load(call)?;
        if group.row.protected {
            return Err(protected());
        }
        call.delete(&GROUPS, &group.named.key());
        purge::begin(call, &Remains { account: group.named.account, group: group.row.id.clone(), stream: None })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
