use crate::{
    Logs,
    names::Named,
    tags::{self, Tags},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html>
pub struct TagResource;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagResourceInput {
    /// The group's ARN.
    pub resource_arn: String,
    /// The tags.
    pub tags: Tags,
}

impl Operation for TagResource {
    type Service = Logs;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = TagResourceInput;
    type Output = ();

    fn demands(input: &TagResourceInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        tags::check(&input.tags)?;
        let group = Named::of_resource(view, &input.resource_arn)?;
        Ok(Demand::new("logs:TagResource", group.arn()).with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: TagResourceInput) -> Result<(), Error> {
        let mut group = Named::of_resource(call, &input.resource_arn)?.load(call)?;
        tags::add(&mut group.row.tags, input.tags, &group.named.name)?;
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"resourceArn": "arn:aws:logs:us-east-1:111111111111:log-group:/example", "tags": {"team": "shop"}}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
