//! Checks of conditions when a pipeline is declared.

use super::{Condition, ConditionType, FailureConditions, RuleDeclaration, StageResult, rules};
use crate::{declaration::StageDeclaration, error::stage, structure};
use base::Region;
use gate::Error;
use std::collections::BTreeSet;

/// AWS's limits.
const MAX_RULES: usize = 5;
const RULE_TIMEOUTS: std::ops::RangeInclusive<u64> = 5..=86_400;

/// What the stage's conditions may be, in a pipeline of this kind.
pub(crate) struct Surroundings {
    pub(crate) v2: bool,
    pub(crate) parallel: bool,
    pub(crate) first: bool,
}

/// Checks the conditions of a stage.
pub(crate) fn check(declared: &StageDeclaration, around: &Surroundings) -> Result<(), Error> {
    let name = &declared.name;
    let has_any = declared.before_entry.is_some() || declared.on_success.is_some() || declared.on_failure.is_some();
    if !has_any {
        return Ok(());
    }
    if !around.v2 {
        return Err(stage(format!("Stage '{name}' has conditions. Conditions are only supported for pipelines of type V2")));
    }
    if around.first && declared.before_entry.is_some() {
        return Err(stage(format!("Stage '{name}' is the first one: entry conditions are not supported for the source stage")));
    }
    let lists = [
        ("beforeEntry", declared.before_entry.as_ref().map(|c| c.conditions.len()), 1),
        ("onSuccess", declared.on_success.as_ref().map(|c| c.conditions.len()), 1),
        ("onFailure", declared.on_failure.as_ref().map(|c| c.conditions.len()), 0),
    ];
    for (member, count, least) in lists {
        if count.is_some_and(|count| !(least..=1).contains(&count)) {
            return Err(stage(format!("{member} of stage '{name}' must have exactly 1 condition")));
        }
    }
    if let Some(failure) = &declared.on_failure {
        check_failure(name, failure, around)?;
    }
    let mut names = BTreeSet::new();
    for (kind, condition) in declared.conditions() {
        check_condition(name, kind, condition, around)?;
        for rule in &condition.rules {
            if !names.insert((kind, &rule.name)) {
                return Err(stage(format!("Rule name '{}' is used more than once in {} of stage '{name}'", rule.name, kind.member())));
            }
        }
    }
    Ok(())
}

fn rolls_back(name: &str, result: StageResult, around: &Surroundings) -> Result<(), Error> {
    if result != StageResult::Rollback {
        return Ok(());
    }
    if around.first {
        return Err(stage(format!("Stage '{name}' is the source stage, which cannot be rolled back")));
    }
    if around.parallel {
        return Err(stage(format!("Stage '{name}' has the result ROLLBACK, which is not available in the execution mode PARALLEL")));
    }
    Ok(())
}

fn check_failure(name: &str, failure: &FailureConditions, around: &Surroundings) -> Result<(), Error> {
    if failure.result.is_none() && failure.conditions.is_empty() {
        return Err(stage(format!("onFailure of stage '{name}' has neither a result nor a condition")));
    }
    if failure.retry_configuration.is_some() && failure.result != Some(StageResult::Retry) {
        return Err(stage(format!("retryConfiguration of stage '{name}' needs the result RETRY")));
    }
    failure.result.map_or(Ok(()), |result| rolls_back(name, result, around))
}

fn check_condition(name: &str, kind: ConditionType, condition: &Condition, around: &Surroundings) -> Result<(), Error> {
    let member = kind.member();
    let Some(result) = condition.result else {
        return Err(stage(format!("The condition of {member} of stage '{name}' has no result")));
    };
    if !kind.results().contains(&result) {
        return Err(stage(format!("The result {} is not available for {member} of stage '{name}'", said(result))));
    }
    rolls_back(name, result, around)?;
    if !(1..=MAX_RULES).contains(&condition.rules.len()) {
        return Err(stage(format!(
            "The condition of {member} of stage '{name}' has {} rules; it must have 1 to {MAX_RULES}",
            condition.rules.len()
        )));
    }
    condition.rules.iter().try_for_each(|rule| check_rule(name, rule))
}

fn said(result: StageResult) -> &'static str {
    match result {
        StageResult::Rollback => "ROLLBACK",
        StageResult::Fail => "FAIL",
        StageResult::Retry => "RETRY",
        StageResult::Skip => "SKIP",
    }
}

fn check_rule(stage_name: &str, rule: &RuleDeclaration) -> Result<(), Error> {
    structure::check_name("pipeline.stages.member.conditions.member.rules.member.name", &rule.name)?;
    let wrong = |what: String| stage(format!("Rule '{}' in stage '{stage_name}' {what}", rule.name));
    let id = &rule.rule_type_id;
    if id.category != "Rule" || id.owner.as_deref().is_some_and(|o| o != "AWS") || id.version.as_deref().is_some_and(|v| v != "1") {
        return Err(wrong("has a ruleTypeId that is not of category Rule, owner AWS and version 1".into()));
    }
    if rule.timeout_in_minutes.is_some_and(|t| !RULE_TIMEOUTS.contains(&t)) {
        return Err(wrong(format!("has a timeoutInMinutes that is not between {} and {}", RULE_TIMEOUTS.start(), RULE_TIMEOUTS.end())));
    }
    if let Some(unknown) = rule.region.as_deref().filter(|region| !Region::exists(region)) {
        return Err(wrong(format!("has the region {unknown}, which is not a valid AWS Region")));
    }
    rules::check(rule).map_err(|e| match e {
        rules::Wrong::Rule(what) => wrong(what),
        rules::Wrong::Other(error) => *error,
    })
}
