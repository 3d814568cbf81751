use crate::{
    Logs,
    error::stream_exists,
    names::Named,
    state::{STREAMS, StreamRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a log stream in a group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html>
pub struct CreateLogStream;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLogStreamInput {
    /// The group.
    pub log_group_name: String,
    /// Its name.
    pub log_stream_name: String,
}

impl Operation for CreateLogStream {
    type Service = Logs;
    const NAME: &'static str = "CreateLogStream";
    const READ_ONLY: bool = false;
    type Input = CreateLogStreamInput;
    type Output = ();

    fn demands(input: &CreateLogStreamInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Named::own(view, &input.log_group_name)?.stream_demand("logs:CreateLogStream", &input.log_stream_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateLogStreamInput) -> Result<(), Error> {
        let group = Named::own(call, &input.log_group_name)?.load(call)?;
        let key = group.under(&input.log_stream_name);
        if call.get(&STREAMS, &key)?.is_some() {
            return Err(stream_exists());
        }
        let id = base::uuid(call.entropy()).replace('-', "");
        let row = StreamRow {
            id,
            created: call.now(),
            first_event: None,
            last_event: None,
            last_ingestion: None,
            batches: 0,
            recent: Vec::new(),
        };
        call.put(&STREAMS, &key, &row)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "logStreamName": "one"}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
