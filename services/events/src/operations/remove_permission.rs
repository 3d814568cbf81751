use crate::{
    Events,
    error::parameter,
    examples::with_bus,
    names::{Bus, own, save_bus},
    policies,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes a statement from a bus's policy, or all of it.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html>
pub struct RemovePermission;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemovePermissionInput {
    event_bus_name: Option<String>,
    statement_id: Option<String>,
    #[serde(default)]
    remove_all_permissions: bool,
}

impl Operation for RemovePermission {
    type Service = Events;
    const NAME: &'static str = "RemovePermission";
    const READ_ONLY: bool = false;
    type Input = RemovePermissionInput;
    type Output = ();

    fn demands(input: &RemovePermissionInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(Demand::any("events:RemovePermission").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RemovePermissionInput) -> Result<(), Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        own(call, &bus)?;
        let mut row = bus.load(call)?;
        let none = || Error::new("ResourceNotFoundException", "EventBus does not have a policy.");
        row.policy = match (&input.statement_id, input.remove_all_permissions) {
            (_, true) => None,
            (Some(id), false) => {
                let present = row.policy.as_deref().ok_or_else(none)?;
                let gone = || Error::new("ResourceNotFoundException", "Statement with the provided id does not exist.");
                policies::without(Some(present), id).ok_or_else(gone)?
            }
            (None, false) => return Err(parameter("StatementId", "It is required unless RemoveAllPermissions is set.")),
        };
        save_bus(call, &mut row)
    }

    fn example() -> Example {
        let statement =
            json!({"EventBusName": "example", "StatementId": "shop", "Action": "events:PutEvents", "Principal": "222222222222"});
        with_bus(json!({"EventBusName": "example", "StatementId": "shop"})).after("events:PutPermission", statement)
    }
}
