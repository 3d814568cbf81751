//! What operations on stacks may be told beside the template.

use crate::{
    CloudFormation,
    error::{constraint, invalid},
    template_url,
};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// When an operation rolls back although all resources are there.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html>
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RollbackConfiguration {
    /// Alarms, of which there are none here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rollback_triggers: Vec<Value>,
    /// How long an operation waits at its end for somebody to cancel it.
    monitoring_time_in_minutes: Option<u32>,
}

/// AWS's own limit.
const LONGEST_MONITORING: u32 = 180;

impl RollbackConfiguration {
    /// As it is shown.
    pub(crate) fn shown(minutes: Option<u32>) -> Self {
        Self { rollback_triggers: Vec::new(), monitoring_time_in_minutes: minutes }
    }
}

/// The minutes that are asked for. None: nothing is said.
pub(crate) fn monitoring(operation: &str, given: Option<&RollbackConfiguration>) -> Result<Option<u32>, Error> {
    let Some(given) = given else { return Ok(None) };
    crate::lifecycle::refuse(operation, &[("RollbackConfiguration.RollbackTriggers", !given.rollback_triggers.is_empty())])?;
    match given.monitoring_time_in_minutes {
        Some(long) if long > LONGEST_MONITORING => Err(constraint(
            "rollbackConfiguration.monitoringTimeInMinutes",
            &long.to_string(),
            &format!("have value less than or equal to {LONGEST_MONITORING}"),
        )),
        minutes => Ok(minutes),
    }
}

/// The text of a stack policy that is given as such or lies in a bucket of this server. `name`: `StackPolicy` or so.
pub(crate) fn policy(
    scope: &mut Scope<'_, CloudFormation>,
    name: &str,
    body: Option<String>,
    url: Option<&str>,
) -> Result<Option<String>, Error> {
    match (body, url) {
        (Some(_), Some(_)) => Err(invalid(format!("You cannot specify both {name}URL and {name}Body"))),
        (None, Some(url)) => template_url::fetch(scope, url).map(Some).map_err(|error| {
            let message = error.message.replace("TemplateURL", &format!("{name}URL"));
            Error { message, ..error }
        }),
        (body, None) => Ok(body),
    }
}
