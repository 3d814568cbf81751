use crate::{
    Events,
    examples::with_rule,
    names::Bus,
    rules,
    state::{DISABLED, RuleRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Keeps a rule from working.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html>
pub struct DisableRule;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DisableRuleInput {
    name: String,
    event_bus_name: Option<String>,
}

impl Operation for DisableRule {
    type Service = Events;
    const NAME: &'static str = "DisableRule";
    const READ_ONLY: bool = false;
    type Input = DisableRuleInput;
    type Output = ();

    fn demands(input: &DisableRuleInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(bus.demand(view, "events:DisableRule", &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DisableRuleInput) -> Result<(), Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        let row = bus.load_rule(call, &input.name)?;
        rules::keep(call, &bus, RuleRow { state: DISABLED.into(), ..row })
    }

    fn example() -> Example {
        with_rule(json!({"Name": "example"}))
    }
}
