use crate::{
    Organizations,
    examples::organized,
    ids::{self, PARENT},
    shapes::OrganizationalUnit,
    state::NodeKind,
    tags::{self, Tag},
    tree::{self, check_unit_name},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new unit below the root or another unit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html>
pub struct CreateOrganizationalUnit;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    parent_id: String,
    name: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) organizational_unit: OrganizationalUnit,
}

impl Operation for CreateOrganizationalUnit {
    type Service = Organizations;
    const NAME: &'static str = "CreateOrganizationalUnit";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.parent_id, &PARENT)?;
        let tagging = tree::demand(facts, "organizations:TagResource", Some(&input.parent_id))?;
        let demand = tree::demand(facts, "organizations:CreateOrganizationalUnit", Some(&input.parent_id))?;
        Ok(tags::demands(demand, &input.tags, tagging))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::change(call)?;
        let parent = tree::parent(call, &input.parent_id)?;
        check_unit_name(call, &parent.id, &input.name)?;
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let id = ids::unit(call.entropy(), &row.root);
        let node = tree::add(call, &row, (id, NodeKind::Unit, input.name), Some(&parent.id), tags)?;
        Ok(Output { organizational_unit: OrganizationalUnit::of(call, &row, node)? })
    }

    fn example() -> Example {
        organized(json!({"ParentId": "$1/Roots/0/Id", "Name": "Workloads"}))
    }
}
