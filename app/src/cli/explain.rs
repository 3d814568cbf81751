use super::{Output, block_on, project, reasons::in_words};
use crate::say::say;
use crate::{
    deliver::{BAD, GOOD, Place, list, plain, styled, text},
    failure::Failure,
};
use clap::Args;
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode};

/// Explain a recorded call: who, what, on what, and which statement decided or which kind of policy lacked an allow.
#[derive(Args)]
pub(crate) struct Explain {
    /// The event's id, as `sekisho run` and `sekisho audit lookup` show it
    event_id: String,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

impl Explain {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let event = block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let mut found = None;
            for account in delivery.accounts.iter().map(|a| a.name.as_str()).chain([project::OPERATORS]) {
                let (client, _) = operator.in_account(&delivery, account, None, 3600).await?;
                let input = json!({"LookupAttributes": [{"AttributeKey": "EventId", "AttributeValue": self.event_id}]});
                let answer = client.call("cloudtrail", "LookupEvents", input).await?;
                if let Some(event) = list(&answer, "Events").first() {
                    found = Some(serde_json::from_str::<Value>(text(event, "CloudTrailEvent")).map_err(|e| Failure::new(e.to_string()))?);
                    break;
                }
            }
            operator.end();
            found.ok_or_else(|| {
                Failure::new(format!("no account of this delivery has a record {}", self.event_id)).help("sekisho audit lookup lists them")
            })
        })?;
        match self.output {
            Output::Json => say!("{event}"),
            Output::Text => print(&event, &|reason| Place::of(reason, &delivery, &self.dir)),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(event: &Value, place: &dyn Fn(&Value) -> Option<Place>) {
    let service = text(event, "eventSource").split('.').next().unwrap_or_default();
    let identity = &event["userIdentity"];
    let who = identity["arn"].as_str().or(identity["invokedBy"].as_str()).unwrap_or("anonymous");
    let row = |name: &str, value: &str| say!("{name:<12} {}", value);
    row("event", text(event, "eventID"));
    row("time", text(event, "eventTime"));
    row("call", &format!("{service}:{}", text(event, "eventName")));
    row("caller", &plain(who));
    if let (Some(service), true) = (identity["invokedBy"].as_str(), identity["arn"].is_string()) {
        row("", &format!("by way of {service} (on the caller's behalf)"));
    }
    row("account", text(event, "recipientAccountId"));
    for resource in list(event, "resources") {
        row("resource", &plain(text(resource, "ARN")));
    }
    match event["errorCode"].as_str() {
        None => row("result", &styled(GOOD, "allowed and done")),
        Some(code) => {
            row("result", &styled(BAD, code));
            row("message", &plain(text(event, "errorMessage")));
        }
    }
    if let Some(denial) = event.pointer("/additionalEventData/denial") {
        denied(denial, text(event, "eventID"), &row, place);
    }
}

fn denied(denial: &Value, event_id: &str, row: &impl Fn(&str, &str), place: &dyn Fn(&Value) -> Option<Place>) {
    if text(denial, "event_id") != event_id {
        row("cause", &format!("the call {} made inside (event {})", text(denial, "action"), text(denial, "event_id")));
    }
    row("denied", &format!("{} on {}", text(denial, "action"), plain(text(denial, "resource"))));
    row("to", &plain(text(denial, "principal")));
    say!();
    for reason in list(&denial["decision"], "reasons") {
        say!("  {}", in_words(reason));
        for line in place(reason).map(|place| place.pointer()).unwrap_or_default() {
            say!("               {}", plain(&line));
        }
    }
    let depends = list(&denial["decision"], "dependsOn");
    if !depends.is_empty() {
        let names: Vec<&str> = depends.iter().filter_map(Value::as_str).collect();
        row("depends on", &format!("{} (AWS does not document this point)", names.join(", ")));
    }
    say!("\nwhat the decision saw:");
    if let Some(context) = denial["context"].as_object() {
        for (key, value) in context {
            say!("  {key} = {}", plain(&value.as_str().map_or_else(|| value.to_string(), str::to_string)));
        }
    }
}
