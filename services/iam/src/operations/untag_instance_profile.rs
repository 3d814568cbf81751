use crate::{Iam, examples::profile, holding, inputs::Untagged, shapes::Nothing, state::ProfileRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Removes tags of an instance profile.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagInstanceProfile.html>
pub struct UntagInstanceProfile;

impl Operation for UntagInstanceProfile {
    type Service = Iam;
    const NAME: &'static str = "UntagInstanceProfile";
    const READ_ONLY: bool = false;
    type Input = Untagged<ProfileRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:UntagInstanceProfile")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::untag(call, input)
    }

    fn example() -> Example {
        profile().then(json!({"InstanceProfileName": "Machines", "TagKeys": ["team"]}))
    }
}
