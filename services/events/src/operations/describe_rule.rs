use crate::{Events, examples::with_rule, names::Bus};
use base::{AccountId, Arn};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A rule.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html>
pub struct DescribeRule;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRuleInput {
    name: String,
    event_bus_name: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRuleOutput {
    name: String,
    arn: Arn,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: String,
    description: Option<String>,
    role_arn: Option<Arn>,
    event_bus_name: String,
    created_by: AccountId,
}

impl Operation for DescribeRule {
    type Service = Events;
    const NAME: &'static str = "DescribeRule";
    const READ_ONLY: bool = true;
    type Input = DescribeRuleInput;
    type Output = DescribeRuleOutput;

    fn demands(input: &DescribeRuleInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(bus.demand(view, "events:DescribeRule", &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeRuleInput) -> Result<DescribeRuleOutput, Error> {
        let row = Bus::named(call, input.event_bus_name.as_deref())?.load_rule(call, &input.name)?;
        Ok(DescribeRuleOutput {
            name: row.name,
            arn: row.arn,
            event_pattern: row.pattern,
            schedule_expression: row.schedule,
            state: row.state,
            description: row.description,
            role_arn: row.role,
            event_bus_name: row.bus,
            created_by: row.creator,
        })
    }

    fn example() -> Example {
        with_rule(json!({"Name": "example"}))
    }
}
