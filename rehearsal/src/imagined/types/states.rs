//! What Step Functions refuses of a definition when a state machine is made.

use crate::imagined::states::{OPTIMIZED, definition, tasks};
use gate::Error;
use serde_json::Value;

/// Refuses tasks of services that no state machine can call so.
pub(super) fn check_definition(properties: &Value) -> Result<(), Error> {
    let Some(definition) = definition(properties) else { return Ok(()) };
    if !definition["StartAt"].is_string() || !definition["States"].is_object() {
        return Err(invalid("SCHEMA_VALIDATION_FAILED: The field 'StartAt' or 'States' is missing at /"));
    }
    for (state, task) in tasks(&definition) {
        let resource = task.get("Resource").and_then(Value::as_str).unwrap_or_default();
        let Some((_, integration)) = resource.split_once(":states:::") else { continue };
        let service = integration.split(':').next().unwrap_or_default();
        if !OPTIMIZED.contains(&service) {
            return Err(invalid(&format!(
                "SCHEMA_VALIDATION_FAILED: The resource provided {resource} is not recognized. The value is not a valid resource ARN, or \
                 the resource is not available in this region. at /States/{state}/Resource"
            )));
        }
    }
    Ok(())
}

fn invalid(what: &str) -> Error {
    Error::new("InvalidDefinition", format!("Invalid State Machine Definition: '{what}'"))
}
