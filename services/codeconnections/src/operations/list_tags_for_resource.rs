use crate::{examples::with_connection, names::Named, prefix::Prefix, tags::Tag};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// The tags of a connection or a host.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource<P>(PhantomData<fn() -> P>);

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceInput {
    resource_arn: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceOutput {
    tags: Vec<Tag>,
}

impl<P: Prefix> Operation for ListTagsForResource<P> {
    type Service = P;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = ListTagsForResourceInput;
    type Output = ListTagsForResourceOutput;

    fn demands(input: &ListTagsForResourceInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::any(&input.resource_arn, "resourceArn")?.demand("ListTagsForResource").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListTagsForResourceInput) -> Result<ListTagsForResourceOutput, Error> {
        Ok(ListTagsForResourceOutput { tags: Named::any(&input.resource_arn, "resourceArn")?.tags(call)? })
    }

    fn example() -> Example {
        with_connection::<P>(json!({"ResourceArn": "$0/ConnectionArn"}))
    }
}
