use crate::{CodeCommit, examples, names, shapes::Nothing, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Sets tags of a repository.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_TagResource.html>
pub struct TagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    resource_arn: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

impl Operation for TagResource {
    type Service = CodeCommit;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        let (arn, _) = names::resource(&input.resource_arn)?;
        names::tags(input.tags.iter())?;
        let tags = input.tags.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        Ok(Demand::new("codecommit:TagResource", arn).with_tags(tags).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let (_, name) = names::resource(&input.resource_arn)?;
        let mut row = state::repository(call, &name)?;
        row.tags.retain(|(key, _)| !input.tags.contains_key(key));
        row.tags.extend(input.tags);
        match row.tags.len() {
            0..=names::MAX_TAGS => state::keep(call, &row).map(|()| Nothing {}),
            _ => Err(names::too_many_tags()),
        }
    }

    fn example() -> Example {
        examples::with_repository(json!({"resourceArn": examples::ARN, "tags": {"team": "shop"}}))
    }
}
