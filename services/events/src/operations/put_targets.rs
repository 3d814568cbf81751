use crate::{
    Events,
    error::limit,
    examples::{log_target, with_role, with_rule},
    names::Bus,
    operations::remove_targets::FailedEntry,
    rules,
    targets::{MOST, Target},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Service, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a rule targets, or changes them.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html>
pub struct PutTargets;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutTargetsInput {
    rule: String,
    event_bus_name: Option<String>,
    targets: Vec<Target>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutTargetsOutput {
    failed_entry_count: usize,
    failed_entries: Vec<FailedEntry>,
}

impl Operation for PutTargets {
    type Service = Events;
    const NAME: &'static str = "PutTargets";
    const READ_ONLY: bool = false;
    type Input = PutTargetsInput;
    type Output = PutTargetsOutput;

    fn demands(input: &PutTargetsInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        let arns: Vec<String> = input.targets.iter().map(|target| target.arn.clone()).collect();
        let mut demands = Demands::from(bus.demand(view, "events:PutTargets", &input.rule)?.with("events:TargetArn", arns));
        let mut roles: Vec<_> = input.targets.iter().filter_map(|target| target.role_arn.clone()).collect();
        roles.sort();
        roles.dedup();
        for role in roles {
            demands = demands.and(Demand::new("iam:PassRole", role).with("iam:PassedToService", Events::PRINCIPAL));
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutTargetsInput) -> Result<PutTargetsOutput, Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        let mut row = bus.load_rule(call, &input.rule)?;
        if input.targets.is_empty() || input.targets.len() > 100 {
            return Err(Error::validation("1 validation error detected: 'targets' must have between 1 and 100 members"));
        }
        for target in input.targets {
            target.check(&bus, |operation| call.offers(operation))?;
            match row.targets.iter_mut().find(|own| own.id == target.id) {
                Some(own) => *own = target,
                None => row.targets.push(target),
            }
        }
        if row.targets.len() > MOST {
            return Err(limit(&format!("a rule has at most {MOST} targets")));
        }
        rules::save(call, &row)?;
        Ok(PutTargetsOutput { failed_entry_count: 0, failed_entries: Vec::new() })
    }

    fn example() -> Example {
        with_rule(json!({"Rule": "example", "Targets": [log_target()]}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let target = json!({"Id": "pipeline", "Arn": "arn:aws:codepipeline:us-east-1:111111111111:example", "RoleArn": "$0/Role/Arn"});
        let with_a_role = with_role(json!({"Rule": "example", "Targets": [target]}));
        vec![("with a role", with_a_role.after("events:PutRule", json!({"Name": "example", "ScheduleExpression": "rate(1 day)"})))]
    }
}
