use crate::{Logs, names::Named};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes tags off a group: what UntagResource took the place of.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html>
pub struct UntagLogGroup;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UntagLogGroupInput {
    /// The group.
    pub log_group_name: String,
    /// The tags' keys.
    pub tags: Vec<String>,
}

impl Operation for UntagLogGroup {
    type Service = Logs;
    const NAME: &'static str = "UntagLogGroup";
    const READ_ONLY: bool = false;
    type Input = UntagLogGroupInput;
    type Output = ();

    fn demands(input: &UntagLogGroupInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = Named::own(view, &input.log_group_name)?;
        Ok(group.demand("logs:UntagLogGroup").with("aws:TagKeys", input.tags.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UntagLogGroupInput) -> Result<(), Error> {
        let mut group = Named::own(call, &input.log_group_name)?.load(call)?;
        group.row.tags.retain(|key, _| !input.tags.contains(key));
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "tags": ["team"]})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
