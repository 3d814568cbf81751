//! How an operation on a stack is to be carried out: `DeploymentConfig`, which newer clients send with each.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentConfig.html>

use gate::Error;
use serde::{Deserialize, Serialize};

/// A mode, and what becomes of a failure in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeploymentConfig {
    mode: Option<String>,
    disable_rollback: Option<bool>,
}

/// Every operation here waits until each resource is what it shall be: the standard mode.
pub(crate) fn check(operation: &str, given: Option<&DeploymentConfig>) -> Result<(), Error> {
    let Some(given) = given else { return Ok(()) };
    if given.mode.as_deref().is_some_and(|mode| mode != "STANDARD") {
        return Err(Error::not_implemented(&format!("cloudformation:{operation} with DeploymentConfig.Mode other than STANDARD")));
    }
    if given.disable_rollback == Some(true) {
        return Err(Error::not_implemented(&format!("cloudformation:{operation} with DeploymentConfig.DisableRollback")));
    }
    Ok(())
}
