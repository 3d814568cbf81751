use super::{
    Run, list,
    progress::{BAD, GOOD, column, duration, styled},
    text,
};
use crate::{client::Client, failure::Failure};
use base::{Clock, SystemClock};
use delivery::{Parameter, Stack};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

const POLL: Duration = Duration::from_millis(50);
const DELETED: &str = "DELETE_COMPLETE";

impl Run {
    pub(super) async fn deploy_stacks(&mut self) -> Result<(), Failure> {
        for stack in self.delivery.stacks.clone() {
            let begun = SystemClock.now();
            let name = format!("{}/{}", stack.account, stack.name);
            self.progress.now(&format!("stack {name}"));
            let deployed = self.deploy(&stack).await?;
            let took = duration(SystemClock.now().since(begun));
            self.progress.line("stack", &format!("{name:<28} {} {took}", column(GOOD, &deployed, 20)));
        }
        Ok(())
    }

    async fn deploy(&mut self, stack: &Stack) -> Result<String, Failure> {
        let template = self.read(&stack.template, stack.position)?;
        let client = self.client(&stack.account)?.clone();
        let mut parameters = Vec::new();
        for (key, value) in &stack.parameters {
            let value = match value {
                Parameter::Text(text) => text.clone(),
                Parameter::Output(from) => {
                    let key = (from.account.clone(), from.stack.clone(), from.key.clone());
                    let missing = || {
                        Failure::unusable(format!(
                            "sekisho.yaml:{}:{}: the stack {}/{} has no output '{}'",
                            from.position.line, from.position.column, from.account, from.stack, from.key
                        ))
                    };
                    self.outputs.get(&key).cloned().ok_or_else(missing)?
                }
            };
            parameters.push(json!({"ParameterKey": key, "ParameterValue": value}));
        }
        let capabilities: Vec<&str> = if stack.capabilities.is_empty() {
            vec!["CAPABILITY_NAMED_IAM"]
        } else {
            stack.capabilities.iter().map(|c| c.as_str()).collect()
        };
        let tags: Vec<Value> = stack.tags.iter().map(|(k, v)| json!({"Key": k, "Value": v})).collect();
        let input = json!({"StackName": stack.name, "TemplateBody": template, "Parameters": parameters, "Capabilities": capabilities, "Tags": tags});
        let mut status = settle(&client, &stack.name).await?;
        if matches!(status.as_str(), "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED") {
            client.call("cloudformation", "DeleteStack", json!({"StackName": stack.name})).await?;
            status = settle(&client, &stack.name).await?;
        }
        let exists = status != DELETED;
        let operation = if exists { "UpdateStack" } else { "CreateStack" };
        let before = if exists { events(&client, &stack.name).await? } else { Vec::new() };
        let seen = before.iter().map(|e| text(e, "EventId").to_string()).collect();
        let status = match client.call("cloudformation", operation, input).await {
            Ok(_) => settle(&client, &stack.name).await?,
            Err(e) if e.message.contains("No updates are to be performed") => "no changes".into(),
            // The template came by its text: its places are those of the file.
            Err(e) => {
                return Err(Failure::unusable(format!(
                    "stack {}/{}: {}",
                    stack.account,
                    stack.name,
                    e.to_string().replace("template:", &format!("{}:", stack.template))
                )));
            }
        };
        if !matches!(status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "no changes") {
            return Err(self.failed(&client, stack, &status, &seen).await?);
        }
        if let Some(present) = describe(&client, &stack.name).await? {
            for output in list(&present, "Outputs") {
                let key = (stack.account.clone(), stack.name.clone(), text(output, "OutputKey").to_string());
                self.outputs.insert(key, text(output, "OutputValue").to_string());
            }
        }
        Ok(status)
    }

    /// The events that tell why, the first cause first.
    async fn failed(&self, client: &Client, stack: &Stack, status: &str, seen: &BTreeSet<String>) -> Result<Failure, Failure> {
        let mut reasons = String::new();
        for event in events(client, &stack.name).await?.iter().rev() {
            let new = !seen.contains(text(event, "EventId"));
            if new && text(event, "ResourceStatus").ends_with("_FAILED") {
                reasons.push_str(&format!(
                    "\n  {} ({}): {}",
                    text(event, "LogicalResourceId"),
                    text(event, "ResourceType"),
                    text(event, "ResourceStatusReason")
                ));
            }
        }
        self.progress.line("stack", &format!("{}/{} {}", stack.account, stack.name, styled(BAD, status)));
        Ok(Failure::new(format!("stack {}/{} ended in {status}{reasons}", stack.account, stack.name)))
    }
}

async fn describe(client: &Client, name: &str) -> Result<Option<Value>, Failure> {
    match client.call("cloudformation", "DescribeStacks", json!({"StackName": name})).await {
        Ok(answer) => Ok(list(&answer, "Stacks").first().cloned()),
        Err(e) if e.message.contains("does not exist") => Ok(None),
        Err(e) => Err(e.into()),
    }
}

async fn events(client: &Client, name: &str) -> Result<Vec<Value>, Failure> {
    match client.call("cloudformation", "DescribeStackEvents", json!({"StackName": name})).await {
        Ok(answer) => Ok(list(&answer, "StackEvents").to_vec()),
        Err(e) if e.message.contains("does not exist") => Ok(Vec::new()),
        Err(e) => Err(e.into()),
    }
}

/// Waits until nothing is in progress any more.
async fn settle(client: &Client, name: &str) -> Result<String, Failure> {
    loop {
        let Some(stack) = describe(client, name).await? else { return Ok(DELETED.into()) };
        let status = text(&stack, "StackStatus");
        if !status.ends_with("_IN_PROGRESS") || status == "REVIEW_IN_PROGRESS" {
            return Ok(status.to_string());
        }
        tokio::time::sleep(POLL).await;
    }
}
