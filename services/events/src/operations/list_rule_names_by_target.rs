use crate::{
    Events,
    examples::with_target,
    listing,
    names::{Bus, own},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The rules that have a target.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html>
pub struct ListRuleNamesByTarget;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRuleNamesByTargetInput {
    target_arn: String,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRuleNamesByTargetOutput {
    rule_names: Vec<String>,
    next_token: Option<String>,
}

impl Operation for ListRuleNamesByTarget {
    type Service = Events;
    const NAME: &'static str = "ListRuleNamesByTarget";
    const READ_ONLY: bool = true;
    type Input = ListRuleNamesByTargetInput;
    type Output = ListRuleNamesByTargetOutput;

    fn demands(input: &ListRuleNamesByTargetInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(Demand::any("events:ListRuleNamesByTarget").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListRuleNamesByTargetInput) -> Result<ListRuleNamesByTargetOutput, Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        own(call, &bus)?;
        bus.load(call)?;
        let with_it = bus.rules(call)?.into_iter().filter(|rule| rule.targets.iter().any(|target| target.arn == input.target_arn));
        let names = with_it.map(|rule| rule.name).collect();
        let (rule_names, next_token) = listing::page(names, String::as_str, input.next_token.as_deref(), input.limit)?;
        Ok(ListRuleNamesByTargetOutput { rule_names, next_token })
    }

    fn example() -> Example {
        with_target(json!({"TargetArn": "arn:aws:logs:us-east-1:111111111111:log-group:/example"}))
    }
}
