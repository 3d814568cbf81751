use super::{Output, block_on, project, retention::Retention};
use crate::say::say;
use crate::{
    deliver::{BAD, GOOD, list, plain, styled, text},
    failure::Failure,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode};

/// Read the audit trail.
#[derive(Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List recorded calls, newest first
    Lookup(Lookup),
    /// Keep records for so many days, and remove older ones: also the way out when the disk is full
    Retention(Retention),
}

#[derive(Args)]
struct Lookup {
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Only this account, by its name, its id or `management` (repeatable); all of the delivery if not given
    #[arg(long)]
    account: Vec<String>,
    /// Only calls that were denied
    #[arg(long)]
    denied: bool,
    /// Only this operation, such as AssumeRole
    #[arg(long)]
    event_name: Option<String>,
    /// How many at most, for each account
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// How to write them
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

impl Audit {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Lookup(lookup) => lookup.execute(),
            Command::Retention(retention) => retention.execute(),
        }
    }
}

impl Lookup {
    fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let mut events = block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let names: Vec<String> =
                if self.account.is_empty() { delivery.accounts.iter().map(|a| a.name.clone()).collect() } else { self.account.clone() };
            let mut events = Vec::new();
            for name in names {
                let (client, _) = operator.in_account(&delivery, &name, None, 3600).await?;
                let mut found = 0;
                let mut token = Value::Null;
                while found < self.limit {
                    let mut input = json!({"MaxResults": 50, "IncludeDataEvents": true});
                    if let Some(name) = &self.event_name {
                        input["LookupAttributes"] = json!([{"AttributeKey": "EventName", "AttributeValue": name}]);
                    }
                    if !token.is_null() {
                        input["NextToken"] = token.clone();
                    }
                    let answer = client.call("cloudtrail", "LookupEvents", input).await?;
                    for event in list(&answer, "Events") {
                        let event: Value = serde_json::from_str(text(event, "CloudTrailEvent")).map_err(|e| Failure::new(e.to_string()))?;
                        let denied = event.pointer("/additionalEventData/denial").is_some();
                        if found < self.limit && (denied || !self.denied) {
                            found += 1;
                            events.push(event);
                        }
                    }
                    token = answer["NextToken"].clone();
                    if token.is_null() {
                        break;
                    }
                }
            }
            operator.end();
            Ok(events)
        })?;
        events.sort_by(|a, b| text(b, "eventID").cmp(text(a, "eventID")));
        match self.output {
            Output::Json => say!("{}", Value::Array(events)),
            Output::Text => events.iter().for_each(print),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(event: &Value) {
    let who =
        event.pointer("/userIdentity/arn").or(event.pointer("/userIdentity/invokedBy")).and_then(Value::as_str).unwrap_or("anonymous");
    let service = text(event, "eventSource").split('.').next().unwrap_or_default();
    let result = match event["errorCode"].as_str() {
        None => styled(GOOD, "ok"),
        Some(code) => styled(BAD, code),
    };
    say!(
        "{} {} {:<38} {result:<10} {}",
        text(event, "eventTime"),
        text(event, "eventID"),
        format!("{service}:{}", text(event, "eventName")),
        plain(who)
    );
}
