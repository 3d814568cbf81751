use crate::{Logs, names::Named};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes tags off a group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UntagResourceInput {
    /// The group's ARN.
    pub resource_arn: String,
    /// The tags' keys.
    pub tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    type Service = Logs;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = UntagResourceInput;
    type Output = ();

    fn demands(input: &UntagResourceInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = Named::of_resource(view, &input.resource_arn)?;
        Ok(Demand::new("logs:UntagResource", group.arn()).with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UntagResourceInput) -> Result<(), Error> {
        let mut group = Named::of_resource(call, &input.resource_arn)?.load(call)?;
        group.row.tags.retain(|key, _| !input.tag_keys.contains(key));
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"resourceArn": "arn:aws:logs:us-east-1:111111111111:log-group:/example", "tagKeys": ["team"]}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
