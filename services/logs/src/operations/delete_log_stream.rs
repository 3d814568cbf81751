use crate::{
    Logs,
    error::no_stream,
    names::{Owner, on_stream},
    state::{BATCHES, STREAMS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a log stream with its events.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html>
pub struct DeleteLogStream;

/// The stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteLogStreamInput {
    /// Its group.
    pub log_group_name: String,
    /// Its name.
    pub log_stream_name: String,
}

impl Operation for DeleteLogStream {
    type Service = Logs;
    const NAME: &'static str = "DeleteLogStream";
    const READ_ONLY: bool = false;
    type Input = DeleteLogStreamInput;
    type Output = ();

    fn demands(input: &DeleteLogStreamInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(on_stream("logs:DeleteLogStream", view, &input.log_group_name, &input.log_stream_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteLogStreamInput) -> Result<(), Error> {
        let owner = Owner::of(call)?;
        let (group, stream) = (input.log_group_name.as_str(), input.log_stream_name.as_str());
        owner.group_row(call, group)?;
        let key = owner.stream(group, stream);
        call.get(&STREAMS, &key)?.ok_or_else(no_stream)?;
        for (batch, _) in call.scan(&BATCHES, &key)? {
            call.delete(&BATCHES, &owner.batch(group, stream, &batch[4]));
        }
        call.delete(&STREAMS, &key);
        Ok(())
    }

    fn example() -> Example {
        let stream = json!({"logGroupName": "/example", "logStreamName": "one"});
        Example::of(stream.clone()).after("logs:CreateLogGroup", json!({"logGroupName": "/example"})).after("logs:CreateLogStream", stream)
    }
}
