use crate::{Events, examples::with_rule, names::Bus, rules};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a rule, which has no targets any more. One that is not there is fine.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html>
pub struct DeleteRule;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRuleInput {
    name: String,
    event_bus_name: Option<String>,
    /// For rules that AWS services manage: there are none here.
    #[serde(default)]
    force: bool,
}

impl Operation for DeleteRule {
    type Service = Events;
    const NAME: &'static str = "DeleteRule";
    const READ_ONLY: bool = false;
    type Input = DeleteRuleInput;
    type Output = ();

    fn demands(input: &DeleteRuleInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(bus.demand(view, "events:DeleteRule", &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteRuleInput) -> Result<(), Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        bus.load(call)?;
        match bus.rule(call, &input.name)? {
            Some(row) if !row.targets.is_empty() => Err(Error::validation("Rule can't be deleted since it has targets.")),
            Some(row) => rules::remove(call, &row),
            None => Ok(()),
        }
    }

    fn example() -> Example {
        with_rule(json!({"Name": "example"}))
    }
}
