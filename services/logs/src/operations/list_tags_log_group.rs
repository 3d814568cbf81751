use crate::{Logs, names::Named, tags::Tags};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a group: what ListTagsForResource took the place of.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html>
pub struct ListTagsLogGroup;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsLogGroupInput {
    /// The group.
    pub log_group_name: String,
}

/// The group's tags.
#[derive(Debug, Clone, Serialize)]
pub struct ListTagsLogGroupOutput {
    /// The tags.
    pub tags: Tags,
}

impl Operation for ListTagsLogGroup {
    type Service = Logs;
    const NAME: &'static str = "ListTagsLogGroup";
    const READ_ONLY: bool = true;
    type Input = ListTagsLogGroupInput;
    type Output = ListTagsLogGroupOutput;

    fn demands(input: &ListTagsLogGroupInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Named::own(view, &input.log_group_name)?.demand("logs:ListTagsLogGroup").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListTagsLogGroupInput) -> Result<ListTagsLogGroupOutput, Error> {
        let group = Named::own(call, &input.log_group_name)?.load(call)?;
        Ok(ListTagsLogGroupOutput { tags: group.row.tags })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
