use crate::{
    Organizations,
    error::no_child,
    examples::{ACCOUNT, organized},
    ids::{self, CHILD},
    pages::Page,
    shapes::Relative,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The root or unit in which a unit or an account lies.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListParents.html>
pub struct ListParents;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    child_id: String,
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) parents: Vec<Relative>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListParents {
    type Service = Organizations;
    const NAME: &'static str = "ListParents";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.child_id, &CHILD)?;
        Ok(tree::demand(facts, "organizations:ListParents", Some(&input.child_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        tree::managed(call)?;
        let child = tree::node(call, &input.child_id)?.ok_or_else(|| no_child(&input.child_id))?;
        let parent = child.parent.map(|id| tree::parent(call, &id)).transpose()?;
        let (parents, next_token) = input.page.of(parent.into_iter().map(Relative::from).collect(), |parent| &parent.id)?;
        Ok(Output { parents, next_token })
    }

    fn example() -> Example {
        organized(json!({"ChildId": ACCOUNT}))
    }
}
