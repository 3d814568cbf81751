use crate::{
    Events,
    examples::{PATTERN, with_role},
    names::Bus,
    rules,
    state::{RULE_ENABLED, RuleRow},
    tags::{self, Tag},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Service, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a rule, or changes it.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
pub struct PutRule;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRuleInput {
    /// Its name.
    pub name: String,
    event_bus_name: Option<String>,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
    description: Option<String>,
    role_arn: Option<Arn>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRuleOutput {
    /// The rule's ARN.
    pub rule_arn: Arn,
}

impl Operation for PutRule {
    type Service = Events;
    const NAME: &'static str = "PutRule";
    const READ_ONLY: bool = false;
    type Input = PutRuleInput;
    type Output = PutRuleOutput;

    fn demands(input: &PutRuleInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        let pattern = input.event_pattern.as_deref().map(rules::pattern).transpose()?;
        let demand = bus.demand(view, "events:PutRule", &input.name)?.with_tags(tags::pairs(&input.tags));
        let demand = match &pattern {
            Some(pattern) => rules::with_pattern(demand, pattern),
            None => demand,
        };
        let mut demands = Demands::from(demand);
        if !input.tags.is_empty() {
            demands = demands.and(bus.demand(view, "events:TagResource", &input.name)?.with_tags(tags::pairs(&input.tags)));
        }
        Ok(match &input.role_arn {
            Some(role) => demands.and(Demand::new("iam:PassRole", role.clone()).with("iam:PassedToService", Events::PRINCIPAL)),
            None => demands,
        })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutRuleInput) -> Result<PutRuleOutput, Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        bus.load(call)?;
        rules::check(&bus, input.event_pattern.as_deref(), input.schedule_expression.as_deref())?;
        rules::check_description(input.description.as_deref())?;
        let state = input.state.unwrap_or_else(|| RULE_ENABLED.into());
        rules::check_state(&state)?;
        let before = bus.rule(call, &input.name)?;
        let arn = bus.rule_arn(&input.name);
        let mut row = RuleRow {
            account: bus.account,
            region: bus.region.clone(),
            bus: bus.name.clone(),
            name: input.name,
            arn: arn.clone(),
            pattern: input.event_pattern,
            schedule: input.schedule_expression,
            state,
            description: input.description,
            role: input.role_arn,
            creator: call.account()?,
            tags: Vec::new(),
            targets: Vec::new(),
            clock: None,
        };
        match before {
            // Tags of a rule that is there are left as they are, as on AWS.
            Some(old) => (row.creator, row.tags, row.targets, row.clock) = (old.creator, old.tags, old.targets, old.clock),
            None => tags::set(&mut row.tags, input.tags)?,
        }
        rules::keep(call, &bus, row)?;
        Ok(PutRuleOutput { rule_arn: arn })
    }

    fn example() -> Example {
        Example::of(json!({"Name": "example", "EventPattern": PATTERN, "Tags": [{"Key": "team", "Value": "shop"}]}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let scheduled = json!({"Name": "example", "ScheduleExpression": "rate(1 day)", "RoleArn": "$0/Role/Arn"});
        vec![("on a schedule, with a role", with_role(scheduled))]
    }
}
