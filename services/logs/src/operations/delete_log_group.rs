use crate::{
    Logs,
    names::{Owner, check_group, on_group},
    state::{BATCHES, GROUPS, STREAMS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a log group with its streams and their events.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html>
pub struct DeleteLogGroup;

/// The group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteLogGroupInput {
    /// Its name.
    pub log_group_name: String,
}

impl Operation for DeleteLogGroup {
    type Service = Logs;
    const NAME: &'static str = "DeleteLogGroup";
    const READ_ONLY: bool = false;
    type Input = DeleteLogGroupInput;
    type Output = ();

    fn demands(input: &DeleteLogGroupInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        check_group(&input.log_group_name)?;
        Ok(on_group("logs:DeleteLogGroup", view, &input.log_group_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteLogGroupInput) -> Result<(), Error> {
        let owner = Owner::of(call)?;
        let group = input.log_group_name.as_str();
        owner.group_row(call, group)?;
        for (key, _) in call.scan(&STREAMS, &owner.group(group))? {
            call.delete(&STREAMS, &owner.stream(group, &key[3]));
        }
        for (key, _) in call.scan(&BATCHES, &owner.group(group))? {
            call.delete(&BATCHES, &owner.batch(group, &key[3], &key[4]));
        }
        call.delete(&GROUPS, &owner.group(group));
        Ok(())
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
