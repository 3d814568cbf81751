//! Waits for a person.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html>

use super::{Done, Failure, Job, Kind, Progress, Provider, Stop, Waiting, failed};
use crate::{
    declaration::ActionDeclaration,
    error,
    state::{Approval, ErrorDetails, External},
};
use base::Timestamp;
use gate::Error;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) struct Manual;

static KIND: Kind = Kind {
    categories: &["Approval"],
    provider: "Manual",
    inputs: 0..=0,
    outputs: 0..=0,
    settings: &[("NotificationArn", false), ("CustomData", false), ("ExternalEntityLink", false)],
};

/// Minutes: AWS's default of seven days, and the bounds of a timeout of one's own.
const DEFAULT_TIMEOUT: u64 = 7 * 24 * 60;
const TIMEOUTS: std::ops::RangeInclusive<u64> = 5..=86_400;
/// AWS's limit.
const MAX_CUSTOM_DATA: usize = 1000;

impl Provider for Manual {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        if action.setting("NotificationArn").is_some() {
            return Err(Error::not_implemented(&format!("NotificationArn of the approval '{}' (there is no SNS)", action.name)));
        }
        if action.setting("CustomData").is_some_and(|text| text.chars().count() > MAX_CUSTOM_DATA) {
            return Err(error::action(format!("CustomData of action '{}' is longer than {MAX_CUSTOM_DATA} characters", action.name)));
        }
        match action.timeout_in_minutes {
            Some(minutes) if !TIMEOUTS.contains(&minutes) => Err(error::action(format!(
                "timeoutInMinutes of action '{}' must be between {} and {}",
                action.name,
                TIMEOUTS.start(),
                TIMEOUTS.end()
            ))),
            _ => Ok(()),
        }
    }

    fn acts(&self) -> bool {
        false
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let minutes = job.action.timeout_in_minutes.unwrap_or(DEFAULT_TIMEOUT);
        let until = job.scope.now().plus(Duration::from_secs(60 * minutes));
        let external = External { id: None, summary: None, url: job.setting("ExternalEntityLink").map(Into::into) };
        Waiting { memo: json!({"until": until}), next_look: until, topic: None, external, token: Some(base::uuid(job.scope.entropy())) }
            .into()
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        match job.approval {
            Some(Approval { approved: true, summary, by, .. }) => {
                Progress::done(Done { summary: Some(summary.clone()), updated_by: Some(by.clone()), ..Done::default() })
            }
            Some(Approval { summary, by, .. }) => Err(Failure {
                details: ErrorDetails { code: "JobFailed".into(), message: format!("The approval was rejected by {by}: {summary}") },
                summary: Some(summary.clone()),
                updated_by: Some(by.clone()),
                external: None,
            }
            .into()),
            None => {
                let until = Timestamp(memo["until"].as_i64().unwrap_or_default());
                if job.scope.now() < until {
                    return Waiting { memo, next_look: until, ..Waiting::default() }.into();
                }
                Err(failed("JobFailed", format!("The approval action timed out: nobody approved or rejected it until {until}")))
            }
        }
    }
}
