use crate::{Events, examples::with_bus, names::Bus};
use base::{Arn, EpochTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An event bus.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>
pub struct DescribeEventBus;

/// Which one; the default one if none is named.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeEventBusInput {
    name: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeEventBusOutput {
    name: String,
    arn: Arn,
    description: Option<String>,
    /// Its policy.
    pub policy: Option<String>,
    creation_time: EpochTime,
    last_modified_time: EpochTime,
}

impl Operation for DescribeEventBus {
    type Service = Events;
    const NAME: &'static str = "DescribeEventBus";
    const READ_ONLY: bool = true;
    type Input = DescribeEventBusInput;
    type Output = DescribeEventBusOutput;

    fn demands(input: &DescribeEventBusInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Ok(Demand::new("events:DescribeEventBus", Bus::named(view, input.name.as_deref())?.arn()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeEventBusInput) -> Result<DescribeEventBusOutput, Error> {
        let bus = Bus::named(call, input.name.as_deref())?;
        let row = bus.load(call)?;
        Ok(DescribeEventBusOutput {
            arn: bus.arn(),
            name: row.name,
            description: row.description,
            policy: row.policy.map(|policy| call.ids_to_principals(&policy)),
            creation_time: EpochTime(row.created),
            last_modified_time: EpochTime(row.modified),
        })
    }

    fn example() -> Example {
        with_bus(json!({"Name": "example"}))
    }
}
