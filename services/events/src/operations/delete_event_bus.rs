use crate::{
    Events,
    examples::with_bus,
    names::{Bus, check_bus},
    state::BUSES,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes an event bus, which has no rules any more. One that is not there is fine.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html>
pub struct DeleteEventBus;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteEventBusInput {
    name: String,
}

impl Operation for DeleteEventBus {
    type Service = Events;
    const NAME: &'static str = "DeleteEventBus";
    const READ_ONLY: bool = false;
    type Input = DeleteEventBusInput;
    type Output = ();

    fn demands(input: &DeleteEventBusInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        check_bus(&input.name, "name")?;
        Ok(Demand::new("events:DeleteEventBus", Bus::named(view, Some(&input.name))?.arn()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteEventBusInput) -> Result<(), Error> {
        let bus = Bus::named(call, Some(&input.name))?;
        if bus.is_default() {
            return Err(Error::validation("Cannot delete event bus default."));
        }
        if !bus.rules(call)?.is_empty() {
            return Err(Error::validation("Event bus can't be deleted since it has rules."));
        }
        call.delete(&BUSES, &bus.key());
        Ok(())
    }

    fn example() -> Example {
        with_bus(json!({"Name": "example"}))
    }
}
