use crate::{
    Iam, entity,
    examples::profile,
    inputs::All,
    profiles::{self, Profiles},
    state::ProfileRow,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The instance profiles of the account.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html>
pub struct ListInstanceProfiles;

impl Operation for ListInstanceProfiles {
    type Service = Iam;
    const NAME: &'static str = "ListInstanceProfiles";
    const READ_ONLY: bool = true;
    type Input = All;
    type Output = Profiles;

    fn demands(_input: &Self::Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListInstanceProfiles").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        let all = entity::all::<ProfileRow>(call, input.path_prefix.as_deref())?;
        profiles::page(call, all, input.marker.as_deref(), input.max_items)
    }

    fn example() -> Example {
        profile().then(json!({}))
    }
}
