use crate::{
    Organizations,
    examples::with_unit,
    ids::{self, Form},
    shapes::OrganizationalUnit,
    tree::{self, check_unit_name},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Renames a unit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdateOrganizationalUnit.html>
pub struct UpdateOrganizationalUnit;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    organizational_unit_id: String,
    name: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) organizational_unit: OrganizationalUnit,
}

impl Operation for UpdateOrganizationalUnit {
    type Service = Organizations;
    const NAME: &'static str = "UpdateOrganizationalUnit";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.organizational_unit_id, &[Form::Unit])?;
        Ok(tree::demand(facts, "organizations:UpdateOrganizationalUnit", Some(&input.organizational_unit_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::change(call)?;
        let mut node = tree::unit(call, &input.organizational_unit_id)?;
        if let Some(name) = input.name.filter(|name| *name != node.name) {
            check_unit_name(call, node.parent.as_deref().unwrap_or_default(), &name)?;
            node.name = name;
            tree::put(call, &node)?;
        }
        Ok(Output { organizational_unit: OrganizationalUnit::of(call, &row, node)? })
    }

    fn example() -> Example {
        with_unit(json!({"OrganizationalUnitId": "$2/OrganizationalUnit/Id", "Name": "Renamed"}))
    }
}
