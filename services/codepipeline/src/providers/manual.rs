//! Waits for a person.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html>

use super::{Done, Failure, Job, Kind, Progress, Provider, Stop, Waiting, failed};
use crate::{
    declaration::ActionDeclaration,
    error, roles,
    state::{Approval, ErrorDetails, External},
};
use base::{Arn, Timestamp};
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
/// Amazon SNS's limit.
const MAX_SUBJECT: usize = 100;
/// AWS's limit.
const MAX_CUSTOM_DATA: usize = 1000;

impl Provider for Manual {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        if let Some(topic) = action.setting("NotificationArn").filter(|topic| !topic.contains("#{")) {
            let known = topic.parse::<Arn>().is_ok_and(|arn| arn.service() == "sns");
            if !known {
                return Err(error::action(format!("NotificationArn '{topic}' of action '{}' is not the ARN of a topic", action.name)));
            }
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

    /// To wait for a person needs no role; to tell of it does, and only then.
    fn acts(&self) -> bool {
        false
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let minutes = job.action.timeout_in_minutes.unwrap_or(DEFAULT_TIMEOUT);
        let until = job.scope.now().plus(Duration::from_secs(60 * minutes));
        let external = External { id: None, summary: None, url: job.setting("ExternalEntityLink").map(Into::into) };
        let token = base::uuid(job.scope.entropy());
        if let Some(topic) = job.setting("NotificationArn").filter(|topic| !topic.is_empty()).map(str::to_string) {
            notify(job, &topic, &token, until)?;
        }
        Waiting { memo: json!({"until": until}), next_look: until, topic: None, external, token: Some(token) }.into()
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

/// Publishes what AWS does when an approval begins.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html>
fn notify(job: &mut Job<'_, '_>, topic: &str, token: &str, until: Timestamp) -> Result<(), Stop> {
    let approval = json!({
        "pipelineName": job.pipeline,
        "stageName": job.run.stage().name,
        "actionName": job.action.name,
        "token": token,
        "expires": until.iso().get(..16).map(|minute| format!("{minute}Z")),
        "externalEntityLink": job.setting("ExternalEntityLink"),
        "customData": job.setting("CustomData"),
    });
    let message = json!({"region": job.scope.region(), "approval": approval}).to_string();
    let subject: String = format!("APPROVAL NEEDED: AWS CodePipeline {} for action {}", job.pipeline, job.action.name);
    let subject: String = subject.chars().take(MAX_SUBJECT).collect();
    let actor = roles::acting(job.scope, job.run.account, &job.run.pipeline, job.action)?;
    job.scope.invoke_named(&actor, "sns:Publish", json!({"TopicArn": topic, "Subject": subject, "Message": message}))?;
    Ok(())
}
