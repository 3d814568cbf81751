use crate::{
    Events,
    error::{limit, without},
    names::{Bus, check_bus, save_bus},
    rules,
    state::BUSES,
    tags::{self, Tag},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Makes an event bus.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>
pub struct CreateEventBus;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateEventBusInput {
    /// Its name.
    pub name: String,
    description: Option<String>,
    event_source_name: Option<String>,
    kms_key_identifier: Option<String>,
    dead_letter_config: Option<Value>,
    log_config: Option<Value>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateEventBusOutput {
    /// Its ARN.
    pub event_bus_arn: Arn,
    description: Option<String>,
}

/// Buses of an account, by AWS's quota.
const MOST: usize = 100;

impl Operation for CreateEventBus {
    type Service = Events;
    const NAME: &'static str = "CreateEventBus";
    const READ_ONLY: bool = false;
    type Input = CreateEventBusInput;
    type Output = CreateEventBusOutput;

    fn demands(input: &CreateEventBusInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        check_bus(&input.name, "name")?;
        let bus = Bus::named(view, Some(&input.name))?;
        let demands = Demands::from(Demand::new("events:CreateEventBus", bus.arn()).with_tags(tags::pairs(&input.tags)));
        if input.tags.is_empty() {
            return Ok(demands);
        }
        Ok(demands.and(Demand::new("events:TagResource", bus.arn()).with_tags(tags::pairs(&input.tags))))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateEventBusInput) -> Result<CreateEventBusOutput, Error> {
        without(input.event_source_name.as_ref(), "CreateEventBus with EventSourceName")?;
        without(input.kms_key_identifier.as_ref(), "CreateEventBus with KmsKeyIdentifier")?;
        without(input.dead_letter_config.as_ref(), "CreateEventBus with DeadLetterConfig")?;
        without(input.log_config.as_ref(), "CreateEventBus with LogConfig")?;
        rules::check_description(input.description.as_deref())?;
        let bus = Bus::named(call, Some(&input.name))?;
        if input.name.contains('/') {
            return Err(Error::validation("Event bus name must not contain '/'."));
        }
        if bus.find(call)?.is_some() {
            return Err(Error::new("ResourceAlreadyExistsException", format!("Event bus {} already exists.", input.name)));
        }
        if call.scan(&BUSES, &[bus.account.as_str(), bus.region.as_str()])?.len() >= MOST {
            return Err(limit(&format!("an account has at most {MOST} event buses")));
        }
        let mut row = bus.fresh(call.now());
        row.description.clone_from(&input.description);
        tags::set(&mut row.tags, input.tags)?;
        save_bus(call, &mut row)?;
        Ok(CreateEventBusOutput { event_bus_arn: bus.arn(), description: input.description })
    }

    fn example() -> Example {
        Example::of(json!({"Name": "example", "Tags": [{"Key": "team", "Value": "shop"}]}))
    }
}
