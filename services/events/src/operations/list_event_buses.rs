use crate::{
    Events,
    examples::with_bus,
    listing,
    names::Bus,
    state::{BUSES, BusRow},
};
use base::{Arn, EpochTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The account's event buses.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html>
pub struct ListEventBuses;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListEventBusesInput {
    name_prefix: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListEventBusesOutput {
    event_buses: Vec<EventBus>,
    next_token: Option<String>,
}

/// An event bus.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventBus {
    name: String,
    arn: Arn,
    description: Option<String>,
    policy: Option<String>,
    creation_time: EpochTime,
    last_modified_time: EpochTime,
}

impl Operation for ListEventBuses {
    type Service = Events;
    const NAME: &'static str = "ListEventBuses";
    const READ_ONLY: bool = true;
    type Input = ListEventBusesInput;
    type Output = ListEventBusesOutput;

    fn demands(_input: &ListEventBusesInput, _view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Ok(Demand::any("events:ListEventBuses").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListEventBusesInput) -> Result<ListEventBusesOutput, Error> {
        let bus = Bus::named(call, None)?;
        let mut all: Vec<BusRow> =
            call.scan(&BUSES, &[bus.account.as_str(), bus.region.as_str()])?.into_iter().map(|(_, row)| row).collect();
        if !all.iter().any(|row| row.name == bus.name) {
            all.extend(bus.find(call)?);
            all.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let prefix = input.name_prefix.unwrap_or_default();
        all.retain(|row| row.name.starts_with(&prefix));
        let (rows, next_token) = listing::page(all, |row: &BusRow| row.name.as_str(), input.next_token.as_deref(), input.limit)?;
        let mut event_buses = Vec::new();
        for row in rows {
            let arn = Bus { name: row.name.clone(), ..bus.clone() }.arn();
            let policy = row.policy.map(|policy| call.ids_to_principals(&policy));
            let (creation_time, last_modified_time) = (EpochTime(row.created), EpochTime(row.modified));
            event_buses.push(EventBus { name: row.name, arn, description: row.description, policy, creation_time, last_modified_time });
        }
        Ok(ListEventBusesOutput { event_buses, next_token })
    }

    fn example() -> Example {
        with_bus(json!({"NamePrefix": "ex"}))
    }
}
