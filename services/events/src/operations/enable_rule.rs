use crate::{
    Events,
    examples::with_rule,
    names::Bus,
    rules,
    state::{RULE_ENABLED, RuleRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lets a rule work again.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html>
pub struct EnableRule;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EnableRuleInput {
    name: String,
    event_bus_name: Option<String>,
}

impl Operation for EnableRule {
    type Service = Events;
    const NAME: &'static str = "EnableRule";
    const READ_ONLY: bool = false;
    type Input = EnableRuleInput;
    type Output = ();

    fn demands(input: &EnableRuleInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(bus.demand(view, "events:EnableRule", &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: EnableRuleInput) -> Result<(), Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        let row = bus.load_rule(call, &input.name)?;
        if row.enabled() {
            return Ok(());
        }
        rules::keep(call, &bus, RuleRow { state: RULE_ENABLED.into(), ..row })
    }

    fn example() -> Example {
        with_rule(json!({"Name": "example"}))
    }
}
