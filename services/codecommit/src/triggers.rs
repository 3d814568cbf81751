//! Triggers: a repository's messages to SNS topics and Lambda functions. Neither service is here, so that a trigger that
//! could never arrive is refused by name.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-notify.html>

use crate::names;
use base::{Arn, Region};
use gate::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_RepositoryTrigger.html>
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryTrigger {
    pub(crate) name: String,
    pub(crate) destination_arn: String,
    custom_data: Option<String>,
    #[serde(default)]
    branches: Vec<String>,
    #[serde(default)]
    events: Vec<String>,
}

const MAX_TRIGGERS: usize = 10;
const MAX_BRANCHES: usize = 10;
const MAX_DATA: usize = 1000;
const EVENTS: [&str; 4] = ["all", "updateReference", "createReference", "deleteReference"];

/// Refuses triggers that AWS refuses.
pub(crate) fn check(triggers: &[RepositoryTrigger], region: &Region) -> Result<(), Error> {
    if triggers.len() > MAX_TRIGGERS {
        return Err(Error::new("MaximumRepositoryTriggersExceededException", format!("A repository has at most {MAX_TRIGGERS} triggers")));
    }
    let mut seen = BTreeSet::new();
    for trigger in triggers {
        let name = names::shown(&trigger.name);
        let good = (1..=100).contains(&trigger.name.len()) && trigger.name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !good || !seen.insert(&trigger.name) {
            return Err(Error::new(
                "InvalidRepositoryTriggerNameException",
                format!("The name of the trigger '{name}' is not valid or taken"),
            ));
        }
        let arn: Option<Arn> = trigger.destination_arn.parse().ok().filter(|arn: &Arn| ["sns", "lambda"].contains(&arn.service()));
        let arn = arn.ok_or_else(|| {
            let shown = names::shown(&trigger.destination_arn);
            Error::new(
                "InvalidRepositoryTriggerDestinationArnException",
                format!("'{shown}' is not the ARN of an SNS topic or a Lambda function"),
            )
        })?;
        if arn.region() != region.as_str() {
            return Err(Error::new(
                "InvalidRepositoryTriggerRegionException",
                format!("The destination of the trigger {name} is in {}; the repository is in {region}", arn.region()),
            ));
        }
        if trigger.custom_data.as_ref().is_some_and(|data| data.chars().count() > MAX_DATA) {
            return Err(Error::new(
                "InvalidRepositoryTriggerCustomDataException",
                format!("The custom data of the trigger {name} is too long"),
            ));
        }
        if trigger.branches.len() > MAX_BRANCHES {
            return Err(Error::new(
                "MaximumBranchesExceededException",
                format!("The trigger {name} has more than {MAX_BRANCHES} branches"),
            ));
        }
        if let Some(branch) = trigger.branches.iter().find(|branch| names::branch(branch).is_err()) {
            return Err(Error::new(
                "InvalidRepositoryTriggerBranchNameException",
                format!("The branch '{}' of the trigger {name} is not valid", names::shown(branch)),
            ));
        }
        if trigger.events.is_empty() {
            return Err(Error::new("RepositoryTriggerEventsListRequiredException", format!("The trigger {name} has no events")));
        }
        if trigger.events.iter().any(|event| !EVENTS.contains(&event.as_str())) {
            return Err(Error::new(
                "InvalidRepositoryTriggerEventsException",
                format!("The events of the trigger {name} are not valid: expected some of {}", EVENTS.join(", ")),
            ));
        }
    }
    Ok(())
}

/// The service that would have to take a trigger's message.
pub(crate) fn missing(trigger: &RepositoryTrigger) -> String {
    let service = trigger.destination_arn.parse::<Arn>().map(|arn| arn.service().to_owned()).unwrap_or_default();
    format!("a trigger to {} ({})", trigger.destination_arn, if service == "sns" { "Amazon SNS" } else { "AWS Lambda" })
}
