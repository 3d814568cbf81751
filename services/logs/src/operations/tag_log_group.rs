use crate::{
    Logs,
    names::Named,
    tags::{self, Tags},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a group: what TagResource took the place of.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html>
pub struct TagLogGroup;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagLogGroupInput {
    /// The group.
    pub log_group_name: String,
    /// The tags.
    pub tags: Tags,
}

impl Operation for TagLogGroup {
    type Service = Logs;
    const NAME: &'static str = "TagLogGroup";
    const READ_ONLY: bool = false;
    type Input = TagLogGroupInput;
    type Output = ();

    fn demands(input: &TagLogGroupInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        tags::check(&input.tags)?;
        Ok(Named::own(view, &input.log_group_name)?.demand("logs:TagLogGroup").with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: TagLogGroupInput) -> Result<(), Error> {
        let mut group = Named::own(call, &input.log_group_name)?.load(call)?;
        tags::add(&mut group.row.tags, input.tags, &group.named.name)?;
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "tags": {"team": "shop"}}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
