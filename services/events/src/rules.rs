//! What a rule is made of, and the work that it needs.

use crate::{
    Events,
    error::{limit, parameter},
    names::Bus,
    state::{DISABLED, RULE_ENABLED, RULES, RuleRow},
    workflows::{listener, schedule},
};
use event_pattern::{InvalidPattern, Pattern, Schedule};
use gate::{Demand, Error, Scope};

/// Rules of a bus, by AWS's quota.
const MOST: usize = 300;

/// A rule's pattern.
pub(crate) fn pattern(text: &str) -> Result<Pattern, Error> {
    if text.chars().count() > Pattern::LONGEST {
        return Err(crate::error::constraint(text, "eventPattern", "have length less than or equal to 4096"));
    }
    Pattern::parse(text).map_err(|e: InvalidPattern| Error::new("InvalidEventPatternException", e.to_string()))
}

/// A rule's schedule.
pub(crate) fn read_schedule(text: &str) -> Result<Schedule, Error> {
    Schedule::parse(text).ok_or_else(|| Error::validation("Parameter ScheduleExpression is not valid."))
}

/// Checks a rule's state, as callers give it.
pub(crate) fn check_state(state: &str) -> Result<(), Error> {
    match state {
        RULE_ENABLED | DISABLED => Ok(()),
        "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" => Err(Error::not_implemented(&format!("events:PutRule with State {state}"))),
        other => Err(crate::error::constraint(
            other,
            "state",
            "satisfy enum value set: [ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]",
        )),
    }
}

/// The condition keys of what a pattern names.
pub(crate) fn with_pattern(mut demand: Demand, pattern: &Pattern) -> Demand {
    for (key, path) in [("events:source", &["source"][..]), ("events:detail-type", &["detail-type"])] {
        let texts = pattern.texts(path);
        if !texts.is_empty() {
            demand = demand.with(key, texts);
        }
    }
    let single: [(&str, &[&str]); 3] = [
        ("events:detail.service", &["detail", "service"]),
        ("events:detail.eventTypeCode", &["detail", "eventTypeCode"]),
        ("events:detail.userIdentity.principalId", &["detail", "userIdentity", "principalId"]),
    ];
    for (key, path) in single {
        if let [one] = pattern.texts(path).as_slice() {
            demand = demand.with(key, one);
        }
    }
    demand
}

/// Keeps a rule, and starts or ends the work that it needs.
pub(crate) fn keep(scope: &mut Scope<'_, Events>, bus: &Bus, mut row: RuleRow) -> Result<(), Error> {
    if bus.rule(scope, &row.name)?.is_none() && bus.rules(scope)?.len() >= MOST {
        return Err(limit(&format!("an event bus has at most {MOST} rules")));
    }
    schedule::replace(scope, &mut row)?;
    save(scope, &row)?;
    if row.pattern.is_some() && row.enabled() && bus.is_default() {
        listener::ensure(scope, bus)?;
    }
    Ok(())
}

/// Writes a rule.
pub(crate) fn save(scope: &mut Scope<'_, Events>, row: &RuleRow) -> Result<(), Error> {
    scope.put(&RULES, &row.key(), row)
}

/// Takes a rule away.
pub(crate) fn remove(scope: &mut Scope<'_, Events>, row: &RuleRow) -> Result<(), Error> {
    scope.delete(&RULES, &row.key());
    schedule::end(scope, row.clock.as_deref())
}

/// Checks what a rule is for.
pub(crate) fn check(bus: &Bus, pattern_text: Option<&str>, schedule_text: Option<&str>) -> Result<(), Error> {
    if pattern_text.is_none() && schedule_text.is_none() {
        return Err(Error::validation("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if schedule_text.is_some() && !bus.is_default() {
        return Err(Error::validation("ScheduleExpression is supported only on the default event bus."));
    }
    pattern_text.map_or(Ok(()), |text| pattern(text).map(drop))?;
    schedule_text.map_or(Ok(()), |text| read_schedule(text).map(drop))
}

/// Checks a description.
pub(crate) fn check_description(text: Option<&str>) -> Result<(), Error> {
    match text.filter(|text| text.chars().count() > 512) {
        Some(_) => Err(parameter("Description", "It has more than 512 characters.")),
        None => Ok(()),
    }
}
