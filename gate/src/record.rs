use crate::{
    Caller, Error, Identity, OperationInfo, Table, body,
    body::Internal,
    core::{Core, Frame},
    founding::ADMINISTRATOR_ROLE,
};
use base::{AccountId, Arn, Timestamp, uuid_v7};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordKind {
    /// It was allowed and done.
    Done,
    /// It was allowed and failed.
    Failed,
    /// It was denied.
    Denied,
}

/// The record of one call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The event's id: a UUID that sorts by time.
    pub id: String,
    /// The account it is recorded in.
    pub account: AccountId,
    /// When.
    pub time: Timestamp,
    /// What became of it.
    pub kind: RecordKind,
    /// The caller's ARN or service name.
    pub principal: String,
    /// `service:Operation`.
    pub action: String,
    /// The event in CloudTrail's format.
    /// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
    pub event: Value,
}

/// The trail: account, event id.
pub(crate) static TRAIL: Table<Internal, Record> = Table::new("trail");

/// A record that is being written: what is known before the call is decided.
pub(crate) struct Opening {
    pub(crate) id: String,
    account: AccountId,
    event: Map<String, Value>,
    action: String,
    principal: String,
    read_only: bool,
}

fn user_identity(caller: &Caller) -> Value {
    let mut identity = match caller.identity() {
        Identity::Root { account } => json!({"type": "Root", "principalId": account, "arn": caller.name(), "accountId": account}),
        Identity::User { account, arn, id, name, access_key_id } => {
            json!({"type": "IAMUser", "principalId": id, "arn": arn, "accountId": account, "accessKeyId": access_key_id, "userName": name})
        }
        Identity::Role(s) => {
            let mut context = json!({
                "sessionIssuer": {"type": "Role", "principalId": s.role_id, "arn": s.role_arn, "accountId": s.account, "userName": s.role_name},
                "attributes": {"creationDate": s.issued.iso(), "mfaAuthenticated": "false"},
            });
            if let Some(source) = &s.source_identity {
                context["sourceIdentity"] = json!(source);
            }
            json!({"type": "AssumedRole", "principalId": caller.user_id(), "arn": s.arn(), "accountId": s.account,
                "accessKeyId": s.access_key_id, "sessionContext": context})
        }
        Identity::Service { name, .. } => json!({"type": "AWSService", "invokedBy": name}),
        Identity::Anonymous => json!({"type": "AWSAccount", "principalId": "ANONYMOUS_PRINCIPAL", "accountId": "ANONYMOUS_PRINCIPAL"}),
    };
    if let Some(service) = caller.via().last() {
        identity["invokedBy"] = json!(service);
    }
    identity
}

/// What the operator does is marked: it is nobody's second opinion.
pub(crate) fn is_operator(caller: &Caller, management: AccountId) -> bool {
    match caller.identity() {
        Identity::Role(session) => session.role_name == ADMINISTRATOR_ROLE,
        _ => caller.account() == Some(management),
    }
}

/// CloudTrail writes member names with a small first letter, at every depth.
fn small_initials(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(key, v)| {
                    let mut letters = key.chars();
                    let name = letters.next().map_or_else(String::new, |c| c.to_lowercase().chain(letters).collect());
                    (name, small_initials(v))
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(small_initials).collect()),
        other => other,
    }
}

/// A record's parameters are cut above this: CloudTrail's own limit for an event is 256 KiB.
const MAX_PARAMETERS: usize = 100 * 1024;

fn bounded(value: Value) -> Value {
    let length = serde_json::to_string(&value).map_or(0, |text| text.len());
    if length > MAX_PARAMETERS { json!({"omitted": format!("{length} bytes: more than a record holds")}) } else { value }
}

impl Opening {
    pub(crate) fn new(core: &Core, frame: &Frame, info: &OperationInfo, input: Value) -> Self {
        let gate = &core.gate.0;
        let account = frame.caller.account().unwrap_or(gate.management_account);
        let id = frame.event.clone().unwrap_or_else(|| uuid_v7(&*gate.entropy, core.now));
        let context = &frame.context;
        let (source, agent) = match frame.caller.via().last() {
            Some(service) => (service.clone(), service.clone()),
            None => (context.source_ip.clone(), context.user_agent.clone()),
        };
        let Value::Object(mut event) = json!({
            "eventVersion": "1.11",
            "userIdentity": user_identity(&frame.caller),
            "eventTime": core.now.iso(),
            "eventSource": info.principal,
            "eventName": info.name,
            "awsRegion": context.region,
            "sourceIPAddress": source,
            "userAgent": agent,
            "requestParameters": bounded(small_initials(input)),
            "responseElements": null,
            "requestID": context.request_id,
            "eventID": id,
            "readOnly": info.read_only,
            "eventType": "AwsApiCall",
            "managementEvent": !info.data_event,
            "recipientAccountId": account,
            "eventCategory": if info.data_event { "Data" } else { "Management" },
        }) else {
            unreachable!("an object literal")
        };
        let mut more = Map::new();
        if let Some(parent) = &frame.parent {
            more.insert("parentEventID".into(), json!(parent));
        }
        if is_operator(&frame.caller, gate.management_account) {
            more.insert("operatorOverride".into(), json!(true));
        }
        if !more.is_empty() {
            event.insert("additionalEventData".into(), Value::Object(more));
        }
        Self {
            id,
            account,
            event,
            action: format!("{}:{}", info.service, info.name),
            principal: frame.caller.name(),
            read_only: info.read_only,
        }
    }

    /// Names a call that no operation answers, as it was asked for.
    pub(crate) fn call_it(&mut self, service: &str, operation: &str) {
        self.event.insert("eventSource".into(), json!(format!("{service}.amazonaws.com")));
        self.event.insert("eventName".into(), json!(operation));
        self.action = format!("{service}:{operation}");
    }

    /// One more member of `additionalEventData`.
    pub(crate) fn add(&mut self, name: &str, value: Value) {
        let more = self.event.entry("additionalEventData").or_insert_with(|| json!({}));
        more[name] = value;
    }

    pub(crate) fn close(mut self, now: Timestamp, resources: &[Arn], result: Result<Value, &Error>) -> Record {
        if !resources.is_empty() {
            let list = resources.iter().map(|arn| json!({"ARN": arn, "accountId": arn.account()})).collect();
            self.event.insert("resources".into(), Value::Array(list));
        }
        let kind = match result {
            Ok(output) => {
                if !self.read_only {
                    self.event.insert("responseElements".into(), bounded(small_initials(output)));
                }
                RecordKind::Done
            }
            Err(error) => {
                self.event.insert("errorCode".into(), json!(error.code));
                self.event.insert("errorMessage".into(), json!(error.message));
                match &error.denial {
                    Some(denial) => {
                        let more = self.event.entry("additionalEventData").or_insert_with(|| json!({}));
                        more["denial"] = json!(denial);
                        RecordKind::Denied
                    }
                    None => RecordKind::Failed,
                }
            }
        };
        Record {
            id: self.id,
            account: self.account,
            time: now,
            kind,
            principal: self.principal,
            action: self.action,
            event: Value::Object(self.event),
        }
    }
}

/// Writes the record into the attempt: it stays whatever is rolled back.
pub(crate) fn append(core: &mut Core, record: Record) -> Result<(), Error> {
    let key = TRAIL.key(&[record.account.as_str(), record.id.as_str()]);
    core.tx.append(key, body::encoded(&record)?);
    core.records.push(Arc::new(record));
    Ok(())
}
