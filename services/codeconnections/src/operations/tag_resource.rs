use crate::{
    examples::with_connection,
    names::Named,
    prefix::Prefix,
    shapes::Nothing,
    tags::{self, Tag},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// Gives a connection or a host tags.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_TagResource.html>
pub struct TagResource<P>(PhantomData<fn() -> P>);

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagResourceInput {
    resource_arn: String,
    tags: Vec<Tag>,
}

impl<P: Prefix> Operation for TagResource<P> {
    type Service = P;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = TagResourceInput;
    type Output = Nothing;

    fn demands(input: &TagResourceInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::any(&input.resource_arn, "resourceArn")?.demand("TagResource").with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: TagResourceInput) -> Result<Nothing, Error> {
        let named = Named::any(&input.resource_arn, "resourceArn")?;
        let mut all = named.tags(call)?;
        tags::set(&mut all, input.tags)?;
        named.put_tags(call, all)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_connection::<P>(json!({"ResourceArn": "$0/ConnectionArn", "Tags": [{"Key": "stage", "Value": "dev"}]}))
    }
}
