use crate::{
    Iam,
    authorization_details::{self, Detail, Details},
    examples::role,
    pages::page,
    policies::EntityKind,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// All users, groups, roles and policies of the account with what they hold.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>
pub struct GetAccountAuthorizationDetails;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    filter: Vec<EntityKind>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    #[serde(flatten)]
    details: Details,
}

impl Operation for GetAccountAuthorizationDetails {
    type Service = Iam;
    const NAME: &'static str = "GetAccountAuthorizationDetails";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GetAccountAuthorizationDetails").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let all = authorization_details::read(call, &input.filter)?;
        let page = page(all, Detail::key, input.marker.as_deref(), input.max_items)?;
        let mut details = Details::default();
        for detail in page.items {
            details.add(call, detail)?;
        }
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, details })
    }

    fn example() -> Example {
        role().then(json!({"Filter": ["Role"]}))
    }
}
