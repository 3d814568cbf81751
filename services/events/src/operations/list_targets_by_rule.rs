use crate::{Events, examples::with_target, listing, names::Bus, targets::Target};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The targets of a rule.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html>
pub struct ListTargetsByRule;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTargetsByRuleInput {
    rule: String,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTargetsByRuleOutput {
    targets: Vec<Target>,
    next_token: Option<String>,
}

impl Operation for ListTargetsByRule {
    type Service = Events;
    const NAME: &'static str = "ListTargetsByRule";
    const READ_ONLY: bool = true;
    type Input = ListTargetsByRuleInput;
    type Output = ListTargetsByRuleOutput;

    fn demands(input: &ListTargetsByRuleInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(bus.demand(view, "events:ListTargetsByRule", &input.rule)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListTargetsByRuleInput) -> Result<ListTargetsByRuleOutput, Error> {
        let mut row = Bus::named(call, input.event_bus_name.as_deref())?.load_rule(call, &input.rule)?;
        row.targets.sort_by(|a, b| a.id.cmp(&b.id));
        let (targets, next_token) =
            listing::page(row.targets, |target: &Target| target.id.as_str(), input.next_token.as_deref(), input.limit)?;
        Ok(ListTargetsByRuleOutput { targets, next_token })
    }

    fn example() -> Example {
        with_target(json!({"Rule": "example"}))
    }
}
