use crate::{
    Events,
    examples::with_rule,
    listing,
    names::{Bus, own},
    state::RuleRow,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The rules of a bus.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html>
pub struct ListRules;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRulesInput {
    name_prefix: Option<String>,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRulesOutput {
    rules: Vec<Rule>,
    next_token: Option<String>,
}

/// A rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    name: String,
    arn: Arn,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: String,
    description: Option<String>,
    role_arn: Option<Arn>,
    event_bus_name: String,
}

impl Rule {
    fn of(row: RuleRow) -> Self {
        Self {
            name: row.name,
            arn: row.arn,
            event_pattern: row.pattern,
            schedule_expression: row.schedule,
            state: row.state,
            description: row.description,
            role_arn: row.role,
            event_bus_name: row.bus,
        }
    }
}

impl Operation for ListRules {
    type Service = Events;
    const NAME: &'static str = "ListRules";
    const READ_ONLY: bool = true;
    type Input = ListRulesInput;
    type Output = ListRulesOutput;

    fn demands(input: &ListRulesInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(Demand::any("events:ListRules").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListRulesInput) -> Result<ListRulesOutput, Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        own(call, &bus)?;
        bus.load(call)?;
        let prefix = input.name_prefix.unwrap_or_default();
        let all = bus.rules(call)?.into_iter().filter(|rule| rule.name.starts_with(&prefix)).collect();
        let (rules, next_token) = listing::page(all, |rule: &RuleRow| rule.name.as_str(), input.next_token.as_deref(), input.limit)?;
        Ok(ListRulesOutput { rules: rules.into_iter().map(Rule::of).collect(), next_token })
    }

    fn example() -> Example {
        with_rule(json!({"NamePrefix": "ex"}))
    }
}
