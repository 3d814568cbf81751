//! What a service does of its own accord, by what it was once told to: an old object that expires, a key that is rotated. No
//! call asks for it, so none is decided; it is recorded all the same.
//! Source: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/non-api-aws-service-events.html>

use crate::{
    Error, Record, RecordKind, Scope, Service,
    record::{self, Written},
};
use base::{AccountId, Arn, uuid_v7};
use serde_json::{Value, json};

/// An event of a service.
#[derive(Debug, Clone)]
pub struct ServiceEvent {
    /// What was done, in AWS's word where it has one.
    pub name: &'static str,
    /// The account whose resource it was done to.
    pub account: AccountId,
    /// What it was done to.
    pub resources: Vec<Arn>,
    /// More of it, with names as CloudTrail writes them.
    pub details: Value,
    /// Whether it is about data (objects), not management.
    pub data: bool,
}

impl<S: Service> Scope<'_, S> {
    /// Records what the service does in this step of its own accord.
    ///
    /// # Errors
    /// The record cannot be written.
    pub fn record_event(&mut self, event: ServiceEvent) -> Result<(), Error> {
        let core = &mut *self.view.core;
        let id = uuid_v7(&*core.gate.0.entropy, core.now);
        let resources: Vec<Value> = event.resources.iter().map(|arn| json!({"ARN": arn, "accountId": event.account})).collect();
        let body = json!({
            "eventVersion": "1.11",
            "userIdentity": {"accountId": event.account, "invokedBy": S::PRINCIPAL},
            "eventTime": core.now.iso(),
            "eventSource": S::PRINCIPAL,
            "eventName": event.name,
            "awsRegion": self.view.frame.context.region,
            "sourceIPAddress": S::PRINCIPAL,
            "userAgent": S::PRINCIPAL,
            "requestParameters": null,
            "responseElements": null,
            "eventID": id,
            "readOnly": false,
            "resources": resources,
            "eventType": "AwsServiceEvent",
            "managementEvent": !event.data,
            "recipientAccountId": event.account,
            "serviceEventDetails": event.details,
            "eventCategory": if event.data { "Data" } else { "Management" },
        });
        let record = Record {
            id,
            account: event.account,
            time: core.now,
            kind: RecordKind::Done,
            principal: S::PRINCIPAL.into(),
            action: format!("{}:{}", S::NAME, event.name),
            event: body,
        };
        record::append(core, Written::again(record)?);
        Ok(())
    }
}
