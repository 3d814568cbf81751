use crate::{
    Organizations,
    examples::with_unit,
    ids::{self, Form},
    shapes::Nothing,
    state::NODES,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a unit in which nothing is left.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html>
pub struct DeleteOrganizationalUnit;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    organizational_unit_id: String,
}

impl Operation for DeleteOrganizationalUnit {
    type Service = Organizations;
    const NAME: &'static str = "DeleteOrganizationalUnit";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.organizational_unit_id, &[Form::Unit])?;
        Ok(tree::demand(facts, "organizations:DeleteOrganizationalUnit", Some(&input.organizational_unit_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        let node = tree::unit(call, &input.organizational_unit_id)?;
        if tree::nodes(call)?.iter().any(|other| other.parent.as_deref() == Some(&node.id)) {
            return Err(Error::new(
                "OrganizationalUnitNotEmptyException",
                "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.",
            ));
        }
        call.delete(&NODES, node.id.as_str());
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_unit(json!({"OrganizationalUnitId": "$2/OrganizationalUnit/Id"}))
    }
}
