use crate::{
    Organizations,
    examples::with_unit,
    ids::{self, PARENT},
    pages::Page,
    shapes::OrganizationalUnit,
    state::NodeKind,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The units directly below the root or a unit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOrganizationalUnitsForParent.html>
pub struct ListOrganizationalUnitsForParent;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    parent_id: String,
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) organizational_units: Vec<OrganizationalUnit>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListOrganizationalUnitsForParent {
    type Service = Organizations;
    const NAME: &'static str = "ListOrganizationalUnitsForParent";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.parent_id, &PARENT)?;
        Ok(tree::demand(facts, "organizations:ListOrganizationalUnitsForParent", Some(&input.parent_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::managed(call)?;
        let parent = tree::parent(call, &input.parent_id)?;
        let (units, next_token) = input.page.of(tree::children(call, &parent.id, NodeKind::Unit)?, |node| &node.id)?;
        let units = units.into_iter().map(|node| OrganizationalUnit::of(call, &row, node));
        Ok(Output { organizational_units: units.collect::<Result<_, _>>()?, next_token })
    }

    fn example() -> Example {
        with_unit(json!({"ParentId": "$1/Roots/0/Id"}))
    }
}
