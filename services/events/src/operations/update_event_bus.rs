use crate::{
    Events,
    error::without,
    examples::with_bus,
    names::{Bus, save_bus},
    rules,
    state::BusRow,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Changes what is said of an event bus.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html>
pub struct UpdateEventBus;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateEventBusInput {
    name: Option<String>,
    description: Option<String>,
    kms_key_identifier: Option<String>,
    dead_letter_config: Option<Value>,
    log_config: Option<Value>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateEventBusOutput {
    arn: Arn,
    name: String,
    description: Option<String>,
}

impl Operation for UpdateEventBus {
    type Service = Events;
    const NAME: &'static str = "UpdateEventBus";
    const READ_ONLY: bool = false;
    type Input = UpdateEventBusInput;
    type Output = UpdateEventBusOutput;

    fn demands(input: &UpdateEventBusInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Ok(Demand::new("events:UpdateEventBus", Bus::named(view, input.name.as_deref())?.arn()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateEventBusInput) -> Result<UpdateEventBusOutput, Error> {
        without(input.kms_key_identifier.as_ref(), "UpdateEventBus with KmsKeyIdentifier")?;
        without(input.dead_letter_config.as_ref(), "UpdateEventBus with DeadLetterConfig")?;
        without(input.log_config.as_ref(), "UpdateEventBus with LogConfig")?;
        rules::check_description(input.description.as_deref())?;
        let bus = Bus::named(call, input.name.as_deref())?;
        let mut row = BusRow { description: input.description.clone(), ..bus.load(call)? };
        save_bus(call, &mut row)?;
        Ok(UpdateEventBusOutput { arn: bus.arn(), name: bus.name, description: input.description })
    }

    fn example() -> Example {
        with_bus(json!({"Name": "example", "Description": "what the shop tells"}))
    }
}
