//! Targets of rules: what is there to be set going, under which role, and with what.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html>

use crate::{
    error::{clipped, constraint, parameter},
    names::{Bus, check_name},
};
use base::Arn;
use event_pattern::{Path, Template, Told};
use gate::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Targets of a rule, by AWS's quota.
pub(crate) const MOST: usize = 5;
const LONGEST_INPUT: usize = 8192;

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Target {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) role_arn: Option<Arn>,
    pub(crate) input: Option<String>,
    pub(crate) input_path: Option<String>,
    pub(crate) input_transformer: Option<InputTransformer>,
    pub(crate) retry_policy: Option<RetryPolicy>,
    /// Other members: refused.
    #[serde(flatten, skip_serializing_if = "Map::is_empty")]
    pub(crate) rest: Map<String, Value>,
}

/// What the target is given, made of parts of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InputTransformer {
    #[serde(default)]
    pub(crate) input_paths_map: BTreeMap<String, String>,
    pub(crate) input_template: String,
}

/// How often and how long a target that fails is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RetryPolicy {
    pub(crate) maximum_retry_attempts: Option<u32>,
    pub(crate) maximum_event_age_in_seconds: Option<u64>,
}

/// What is behind a target's ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Pipeline(String),
    Project(String),
    LogGroup(String),
    Bus(Bus),
    /// What is given to an operation of a service that need not be here.
    Sends(&'static str),
}

impl Target {
    /// What it is about. None: nothing that is here.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let arn: Arn = self.arn.parse().ok()?;
        let account = arn.account()?;
        match arn.service() {
            "codepipeline" => Some(Kind::Pipeline(arn.resource().into())),
            "codebuild" => arn.resource_of("project").map(|name| Kind::Project(name.into())),
            "logs" => {
                let name = arn.resource().strip_prefix("log-group:")?;
                Some(Kind::LogGroup(name.strip_suffix(":*").unwrap_or(name).into()))
            }
            "events" => {
                let name = arn.resource_of("event-bus")?;
                Some(Kind::Bus(Bus { account, region: arn.region().into(), name: name.into() }))
            }
            "lambda" => arn.resource().starts_with("function:").then_some(Kind::Sends("lambda:Invoke")),
            "sns" => Some(Kind::Sends("sns:Publish")),
            "sqs" => Some(Kind::Sends("sqs:SendMessage")),
            "states" => arn.resource().starts_with("stateMachine:").then_some(Kind::Sends("states:StartExecution")),
            _ => None,
        }
    }

    /// Checks a target of a rule on `bus`, where these operations are `offered`.
    pub(crate) fn check(&self, bus: &Bus, offered: impl Fn(&str) -> bool) -> Result<(), Error> {
        check_name(&self.id, "targets.member.id")?;
        let unreadable =
            || Error::validation(format!("Parameter {} is not valid. Reason: Provided Arn is not in correct format.", clipped(&self.arn)));
        let arn: Arn = self.arn.parse().map_err(|_| unreadable())?;
        let refused = |what: String| Err(Error::not_implemented(&format!("events:PutTargets with {what} (target '{}')", self.id)));
        if let Some(member) = self.rest.keys().next() {
            return refused(clipped(member));
        }
        let here = |kind: &Kind| !matches!(kind, Kind::Sends(operation) if !offered(operation));
        let Some(kind) = self.kind().filter(here) else {
            return refused(format!("a target of the service {}, {}", arn.service(), clipped(&self.arn)));
        };
        if arn.region() != bus.region {
            return refused(format!("a target in another region, {}", clipped(&self.arn)));
        }
        let own = arn.account() == Some(bus.account);
        match (&kind, &self.role_arn) {
            (Kind::LogGroup(_), Some(_)) => {
                return Err(parameter(
                    &self.arn,
                    "A log group has no role as a target: its resource policy lets events.amazonaws.com write.",
                ));
            }
            (Kind::LogGroup(_), None) => {}
            (Kind::Sends(operation), None) if *operation != "states:StartExecution" => {}
            (_, None) => return Err(Error::validation(format!("RoleArn is required for target {}.", self.arn))),
            (_, Some(role)) if role.account() != Some(bus.account) => {
                return Err(parameter("RoleArn", "Cross-account pass role is not allowed."));
            }
            _ => {}
        }
        if !own && !matches!(kind, Kind::Bus(_) | Kind::Sends(_)) {
            return refused(format!("a target in another account of this service, {}", clipped(&self.arn)));
        }
        self.check_input()?;
        let retry = self.retry_policy.unwrap_or(RetryPolicy { maximum_retry_attempts: None, maximum_event_age_in_seconds: None });
        if retry.maximum_retry_attempts.is_some_and(|n| n > 185) {
            return Err(parameter("MaximumRetryAttempts", "It is at most 185."));
        }
        if retry.maximum_event_age_in_seconds.is_some_and(|n| !(60..=86_400).contains(&n)) {
            return Err(parameter("MaximumEventAgeInSeconds", "It is between 60 and 86400."));
        }
        Ok(())
    }

    fn check_input(&self) -> Result<(), Error> {
        let given = [self.input.is_some(), self.input_path.is_some(), self.input_transformer.is_some()];
        if given.into_iter().filter(|given| *given).count() > 1 {
            return Err(Error::validation(format!(
                "Only one of Input, InputPath, or InputTransformer must be provided for target {}.",
                self.id
            )));
        }
        if let Some(input) = &self.input {
            if input.len() > LONGEST_INPUT {
                return Err(constraint(input, "targets.member.input", "have length less than or equal to 8192"));
            }
            serde_json::from_str::<Value>(input)
                .map_err(|e| Error::validation(format!("JSON syntax error in input for target {}: {e}", self.id)))?;
        }
        if let Some(path) = &self.input_path {
            Path::parse(path).ok_or_else(|| Error::validation(format!("Invalid InputPath for target {}.", self.id)))?;
        }
        if let Some(transformer) = &self.input_transformer {
            if transformer.input_template.is_empty() || transformer.input_template.len() > LONGEST_INPUT {
                return Err(constraint(
                    &transformer.input_template,
                    "targets.member.inputTransformer.inputTemplate",
                    "have a length from 1 to 8192",
                ));
            }
            Template::parse(&transformer.input_paths_map, &transformer.input_template)
                .map_err(|why| Error::validation(format!("{why} (target {})", self.id)))?;
        }
        Ok(())
    }

    /// Whether it is given something else than the event.
    pub(crate) fn is_given(&self) -> bool {
        self.input.is_some() || self.input_path.is_some() || self.input_transformer.is_some()
    }

    /// What the target is given of an event.
    pub(crate) fn payload(&self, told: &Told<'_>) -> String {
        if let Some(input) = &self.input {
            return input.clone();
        }
        if let Some(path) = self.input_path.as_deref().and_then(Path::parse) {
            return path.find(told.event).unwrap_or(&Value::Null).to_string();
        }
        let template = self.input_transformer.as_ref().and_then(|t| Template::parse(&t.input_paths_map, &t.input_template).ok());
        template.map_or_else(|| told.event.to_string(), |template| template.render(told))
    }
}
