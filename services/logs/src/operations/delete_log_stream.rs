use crate::{
    Logs,
    error::protected,
    names::Named,
    state::{ARRIVALS, STREAMS},
    streams::arrival_key,
    workflows::purge::{self, Remains},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a log stream with its events.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html>
pub struct DeleteLogStream;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteLogStreamInput {
    /// The group.
    pub log_group_name: String,
    /// The stream.
    pub log_stream_name: String,
}

impl Operation for DeleteLogStream {
    type Service = Logs;
    const NAME: &'static str = "DeleteLogStream";
    const READ_ONLY: bool = false;
    type Input = DeleteLogStreamInput;
    type Output = ();

    fn demands(input: &DeleteLogStreamInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Named::own(view, &input.log_group_name)?.stream_demand("logs:DeleteLogStream", &input.log_stream_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteLogStreamInput) -> Result<(), Error> {
        let group = Named::own(call, &input.log_group_name)?.load(call)?;
        let stream = group.stream(call, &input.log_stream_name)?;
        if group.row.protected {
            return Err(protected());
        }
        let [account, id] = group.key();
        if let Some(last) = stream.last_ingestion {
            call.delete(&ARRIVALS, &[account, id, &arrival_key(last), &stream.id]);
        }
        call.delete(&STREAMS, &group.under(&input.log_stream_name));
        purge::begin(call, &Remains { account: group.named.account, group: group.row.id.clone(), stream: Some(stream.id) })
    }

    fn example() -> Example {
        let stream = json!({"logGroupName": "/example", "logStreamName": "one"});
        Example::of(stream.clone()).after("logs:CreateLogGroup", json!({"logGroupName": "/example"})).after("logs:CreateLogStream", stream)
    }
}
