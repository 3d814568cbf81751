//! The way of an event: from its bus to the targets of the rules that are for it.

use crate::{Events, names::Bus, rules, state::RuleRow, workflows::delivery};
use gate::{Error, Scope};
use serde_json::Value;

/// Gives an event to the targets of a bus's rules. `hops` counts the buses that it came by.
pub(crate) fn route(scope: &mut Scope<'_, Events>, bus: &Bus, event: &Value, hops: u8) -> Result<(), Error> {
    for rule in bus.rules(scope)? {
        let wanted = rule.enabled() && rule.pattern.as_deref().and_then(|text| rules::pattern(text).ok()).is_some_and(|p| p.matches(event));
        if wanted {
            deliver(scope, &rule, event, hops)?;
        }
    }
    Ok(())
}

/// Gives an event to a rule's targets.
pub(crate) fn deliver(scope: &mut Scope<'_, Events>, rule: &RuleRow, event: &Value, hops: u8) -> Result<(), Error> {
    for target in &rule.targets {
        delivery::start(scope, rule, target, event, hops)?;
    }
    Ok(())
}
