use crate::{Organizations, pages::Page, shapes::Root, tree};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The root, with the policy types that are enabled in it.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html>
pub struct ListRoots;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) roots: Vec<Root>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListRoots {
    type Service = Organizations;
    const NAME: &'static str = "ListRoots";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        Ok(Demand::any("organizations:ListRoots").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::managed(call)?;
        let (roots, next_token) = input.page.of(vec![Root::of(call, &row)?], |root| &root.id)?;
        Ok(Output { roots, next_token })
    }

    fn example() -> Example {
        Example::of(json!({})).by(gate::CalledBy::Management).after("organizations:CreateOrganization", json!({}))
    }
}
