use crate::{
    Organizations,
    examples::organized,
    ids::{self, PARENT},
    pages::Page,
    shapes::Relative,
    state::NodeKind,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The ids of the units or of the accounts directly below the root or a unit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListChildren.html>
pub struct ListChildren;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    parent_id: String,
    child_type: NodeKind,
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) children: Vec<Relative>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListChildren {
    type Service = Organizations;
    const NAME: &'static str = "ListChildren";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.parent_id, &PARENT)?;
        Ok(tree::demand(facts, "organizations:ListChildren", Some(&input.parent_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        tree::managed(call)?;
        let parent = tree::parent(call, &input.parent_id)?;
        let all = tree::children(call, &parent.id, input.child_type)?.into_iter().map(Relative::from).collect();
        let (children, next_token) = input.page.of(all, |child| &child.id)?;
        Ok(Output { children, next_token })
    }

    fn example() -> Example {
        organized(json!({"ParentId": "$1/Roots/0/Id", "ChildType": "ACCOUNT"}))
    }
}
