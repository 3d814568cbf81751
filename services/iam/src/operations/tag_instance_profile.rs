use crate::{Iam, examples::profile, holding, inputs::Tagged, shapes::Nothing, state::ProfileRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Sets tags of an instance profile.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagInstanceProfile.html>
pub struct TagInstanceProfile;

impl Operation for TagInstanceProfile {
    type Service = Iam;
    const NAME: &'static str = "TagInstanceProfile";
    const READ_ONLY: bool = false;
    type Input = Tagged<ProfileRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:TagInstanceProfile")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::tag(call, input)
    }

    fn example() -> Example {
        profile().then(json!({"InstanceProfileName": "Machines", "Tags": [{"Key": "team", "Value": "a"}]}))
    }
}
