use crate::{
    Organizations,
    examples::with_unit,
    ids::{self, Form},
    shapes::OrganizationalUnit,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A unit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganizationalUnit.html>
pub struct DescribeOrganizationalUnit;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    organizational_unit_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) organizational_unit: OrganizationalUnit,
}

impl Operation for DescribeOrganizationalUnit {
    type Service = Organizations;
    const NAME: &'static str = "DescribeOrganizationalUnit";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.organizational_unit_id, &[Form::Unit])?;
        Ok(tree::demand(facts, "organizations:DescribeOrganizationalUnit", Some(&input.organizational_unit_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::managed(call)?;
        let node = tree::unit(call, &input.organizational_unit_id)?;
        Ok(Output { organizational_unit: OrganizationalUnit::of(call, &row, node)? })
    }

    fn example() -> Example {
        with_unit(json!({"OrganizationalUnitId": "$2/OrganizationalUnit/Id"}))
    }
}
