use crate::{examples::with_connection, names::Named, prefix::Prefix, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// Takes tags from a connection or a host.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_UntagResource.html>
pub struct UntagResource<P>(PhantomData<fn() -> P>);

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UntagResourceInput {
    resource_arn: String,
    tag_keys: Vec<String>,
}

impl<P: Prefix> Operation for UntagResource<P> {
    type Service = P;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = UntagResourceInput;
    type Output = Nothing;

    fn demands(input: &UntagResourceInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::any(&input.resource_arn, "resourceArn")?.demand("UntagResource").with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UntagResourceInput) -> Result<Nothing, Error> {
        let named = Named::any(&input.resource_arn, "resourceArn")?;
        let mut all = named.tags(call)?;
        all.retain(|tag| !input.tag_keys.contains(&tag.key));
        named.put_tags(call, all)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_connection::<P>(json!({"ResourceArn": "$0/ConnectionArn", "TagKeys": ["team"]}))
    }
}
