use crate::{Iam, entity, examples::profile, holding, inputs::Listed, shapes::TagList, state::ProfileRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The tags of an instance profile.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfileTags.html>
pub struct ListInstanceProfileTags;

impl Operation for ListInstanceProfileTags {
    type Service = Iam;
    const NAME: &'static str = "ListInstanceProfileTags";
    const READ_ONLY: bool = true;
    type Input = Listed<ProfileRow>;
    type Output = TagList;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<ProfileRow>(facts, "iam:ListInstanceProfileTags", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_tags(call, input)
    }

    fn example() -> Example {
        profile().then(json!({"InstanceProfileName": "Machines"}))
    }
}
