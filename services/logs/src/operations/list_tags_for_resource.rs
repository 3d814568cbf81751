use crate::{Logs, names::Named, tags::Tags};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsForResourceInput {
    /// The group's ARN.
    pub resource_arn: String,
}

/// The group's tags.
#[derive(Debug, Clone, Serialize)]
pub struct ListTagsForResourceOutput {
    /// The tags.
    pub tags: Tags,
}

impl Operation for ListTagsForResource {
    type Service = Logs;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = ListTagsForResourceInput;
    type Output = ListTagsForResourceOutput;

    fn demands(input: &ListTagsForResourceInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Demand::new("logs:ListTagsForResource", Named::of_resource(view, &input.resource_arn)?.arn()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListTagsForResourceInput) -> Result<ListTagsForResourceOutput, Error> {
        let group = Named::of_resource(call, &input.resource_arn)?.load(call)?;
        Ok(ListTagsForResourceOutput { tags: group.row.tags })
    }

    fn example() -> Example {
        Example::of(json!({"resourceArn": "arn:aws:logs:us-east-1:111111111111:log-group:/example"}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
