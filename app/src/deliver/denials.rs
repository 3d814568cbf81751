//! Which recorded call stands behind an error's message.

use super::{Tally, list, text};
use crate::client::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where denied calls are looked for.
pub(crate) enum Denials<'r> {
    /// In what this process has seen.
    Seen(&'r Tally),
    /// In the trails of these accounts.
    Trails(&'r BTreeMap<String, Client>),
}

/// A call that was denied.
pub(crate) struct Denied {
    pub(crate) id: String,
    pub(crate) action: String,
    pub(crate) principal: String,
    /// What the decision said.
    pub(crate) denial: Option<Value>,
}

/// Pages of a trail that are looked through: what failed just now is among the newest.
const PAGES: usize = 4;

impl Denials<'_> {
    /// The newest denied call whose message is part of `message`.
    pub(crate) async fn find(&self, message: &str) -> Option<Denied> {
        match self {
            Denials::Seen(tally) => tally.denied(message).map(|record| Denied {
                id: record.id.to_string(),
                action: record.action.to_string(),
                principal: record.principal.clone(),
                denial: record.event.pointer("/additionalEventData/denial").cloned(),
            }),
            Denials::Trails(clients) => {
                for client in clients.values() {
                    if let Some(found) = in_trail(client, message).await {
                        return Some(found);
                    }
                }
                None
            }
        }
    }
}

async fn in_trail(client: &Client, message: &str) -> Option<Denied> {
    let mut input = json!({"MaxResults": 50, "IncludeDataEvents": true});
    for _ in 0..PAGES {
        let answer = client.call("cloudtrail", "LookupEvents", input.clone()).await.ok()?;
        for event in list(&answer, "Events") {
            let Ok(event) = serde_json::from_str::<Value>(text(event, "CloudTrailEvent")) else { continue };
            let said = text(&event, "errorMessage");
            if said.is_empty() || !message.contains(said) {
                continue;
            }
            let Some(denial) = event.pointer("/additionalEventData/denial") else { continue };
            let service = text(&event, "eventSource").split('.').next().unwrap_or_default();
            return Some(Denied {
                id: text(&event, "eventID").to_owned(),
                action: format!("{service}:{}", text(&event, "eventName")),
                principal: event.pointer("/userIdentity/arn").and_then(Value::as_str).unwrap_or_default().to_owned(),
                denial: Some(denial.clone()),
            });
        }
        input["NextToken"] = answer["NextToken"].as_str()?.into();
    }
    None
}
