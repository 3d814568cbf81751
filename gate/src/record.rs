use crate::{
    Caller, Error, Identity, OperationInfo, Table,
    body::Internal,
    core::{Core, Frame},
    founding::ADMINISTRATOR_ROLE,
    table::{VALUE_VERSION, decode, encode},
};
use base::{AccountId, Arn, Timestamp, uuid_v7};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// A record as it is kept: its bytes are made once, and read again by those who watch alone.
pub(crate) struct Written {
    account: AccountId,
    id: String,
    /// `service:Operation`.
    pub(crate) action: String,
    pub(crate) bytes: store::Value,
}

/// A record that is being written: what is known before the call is decided.
pub(crate) struct Opening<'f> {
    pub(crate) id: String,
    account: AccountId,
    frame: &'f Frame,
    info: OperationInfo,
    /// Service and name, where no operation answers.
    asked: Option<(String, String)>,
    input: Value,
    operator: bool,
    /// More members of `additionalEventData`.
    added: Vec<(&'static str, Value)>,
}

pub(crate) fn user_identity(caller: &Caller) -> Value {
    let mut identity = match caller.identity() {
        Identity::Root { account } => json!({"type": "Root", "principalId": account, "arn": caller.name(), "accountId": account}),
        Identity::User { account, arn, id, name, access_key_id, .. } => {
            json!({"type": "IAMUser", "principalId": id, "arn": arn, "accountId": account, "accessKeyId": access_key_id, "userName": name})
        }
        Identity::Role(s) => {
            let mut context = json!({
                "sessionIssuer": {"type": "Role", "principalId": s.role_id, "arn": s.role_arn, "accountId": s.account, "userName": s.role_name},
            });
            if let Some(source) = &s.source_identity {
                context["sourceIdentity"] = json!(source);
            }
            if let Some(provider) = &s.provider {
                context["webIdFederationData"] = json!({"federatedProvider": provider, "attributes": {}});
            }
            json!({"type": "AssumedRole", "principalId": caller.user_id(), "arn": s.arn(), "accountId": s.account,
                "accessKeyId": s.credentials.access_key_id, "sessionContext": context})
        }
        Identity::Federated(s) => {
            let issuer =
                json!({"type": "IAMUser", "principalId": s.user_id, "arn": s.user_arn, "accountId": s.account, "userName": s.user_name});
            json!({"type": "FederatedUser", "principalId": s.id(), "arn": s.arn(), "accountId": s.account,
                "accessKeyId": s.credentials.access_key_id, "sessionContext": {"sessionIssuer": issuer}})
        }
        Identity::WebIdentity(w) => {
            json!({"type": "WebIdentityUser", "principalId": caller.user_id(), "userName": w.subject, "identityProvider": w.provider})
        }
        Identity::Service { name, .. } => json!({"type": "AWSService", "invokedBy": name}),
        Identity::Anonymous => json!({"type": "AWSAccount", "principalId": "ANONYMOUS_PRINCIPAL", "accountId": "ANONYMOUS_PRINCIPAL"}),
    };
    if let Some(temporary) = caller.identity().temporary() {
        identity["sessionContext"]["attributes"] = json!({"creationDate": temporary.issued.iso(), "mfaAuthenticated": "false"});
    }
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

/// Writes a value as CloudTrail does: member names with a small first letter, at every depth, and none without a value.
fn write_small_initials(out: &mut Vec<u8>, value: &Value) -> serde_json::Result<()> {
    match value {
        Value::Object(members) => {
            out.push(b'{');
            let mut between = false;
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                if std::mem::replace(&mut between, true) {
                    out.push(b',');
                }
                match name.as_bytes().first() {
                    Some(first) if first.is_ascii() => {
                        let at = out.len() + 1;
                        serde_json::to_writer(&mut *out, name)?;
                        out[at].make_ascii_lowercase();
                    }
                    _ => {
                        let mut letters = name.chars();
                        let small = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters);
                        serde_json::to_writer(&mut *out, &small.collect::<String>())?;
                    }
                }
                out.push(b':');
                write_small_initials(out, value)?;
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_small_initials(out, item)?;
            }
            out.push(b']');
        }
        other => serde_json::to_writer(out, other)?,
    }
    Ok(())
}

/// A record's parameters are cut above this: CloudTrail's own limit for an event is 256 KiB.
const MAX_PARAMETERS: usize = 100 * 1024;

/// What was decided on.
#[derive(Serialize)]
struct Resource<'a> {
    #[serde(rename = "ARN")]
    arn: &'a Arn,
    #[serde(rename = "accountId")]
    account: Option<AccountId>,
}

/// Writes a JSON object member by member, in the order that CloudTrail has.
struct Members(Vec<u8>);

impl Members {
    fn name(&mut self, name: &str) {
        if !matches!(self.0.last(), Some(b'{') | Some(&VALUE_VERSION)) {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn add(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.name(name);
        serde_json::to_writer(&mut self.0, value).map_err(Error::internal)
    }

    /// A call's input or output, if it is not too long.
    fn add_bounded(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        self.name(name);
        let start = self.0.len();
        write_small_initials(&mut self.0, value).map_err(Error::internal)?;
        let length = self.0.len() - start;
        if length > MAX_PARAMETERS {
            self.0.truncate(start);
            let omitted = json!({"omitted": format!("{length} bytes: more than a record holds")});
            serde_json::to_writer(&mut self.0, &omitted).map_err(Error::internal)?;
        }
        Ok(())
    }

    fn begin(&mut self, name: &str) {
        self.name(name);
        self.0.push(b'{');
    }

    fn end(&mut self) {
        self.0.push(b'}');
    }
}

impl<'f> Opening<'f> {
    pub(crate) fn new(core: &Core, frame: &'f Frame, info: &OperationInfo, input: Value) -> Self {
        let gate = &core.gate.0;
        let id = frame.event.clone().unwrap_or_else(|| uuid_v7(&*gate.entropy, core.now));
        let account = frame.caller.account().unwrap_or(gate.management_account);
        let operator = is_operator(&frame.caller, gate.management_account);
        Self { id, account, frame, info: *info, asked: None, input, operator, added: Vec::new() }
    }

    /// Names a call that no operation answers, as it was asked for.
    pub(crate) fn call_it(&mut self, service: &str, operation: &str) {
        self.asked = Some((service.into(), operation.into()));
    }

    /// One more member of `additionalEventData`.
    pub(crate) fn add(&mut self, name: &'static str, value: Value) {
        self.added.push((name, value));
    }

    /// The record, once it is known what became of the call. What a call that only reads has answered is not recorded.
    pub(crate) fn close(mut self, now: Timestamp, resources: &[Arn], result: Result<Value, &Error>) -> Result<Written, Error> {
        // Who has no account is told of in that of what was opened to all.
        if let (None, Some(owner)) = (self.frame.caller.account(), resources.iter().find_map(Arn::account)) {
            self.account = owner;
        }
        let kind = match &result {
            Ok(_) => RecordKind::Done,
            Err(error) if error.is_denied() => RecordKind::Denied,
            Err(_) => RecordKind::Failed,
        };
        let action = match &self.asked {
            Some((service, operation)) => format!("{service}:{operation}"),
            None => format!("{}:{}", self.info.service, self.info.name),
        };
        let mut out = Members(Vec::with_capacity(1536));
        out.0.extend_from_slice(&[VALUE_VERSION, b'{']);
        out.add("id", &self.id)?;
        out.add("account", &self.account)?;
        out.add("time", &now)?;
        out.add("kind", &kind)?;
        out.add("principal", self.frame.caller.named())?;
        out.add("action", &action)?;
        out.begin("event");
        let input = std::mem::take(&mut self.input);
        self.event(&mut out, now, input, resources, result)?;
        out.end();
        out.end();
        Ok(Written { account: self.account, id: self.id, action, bytes: out.0.into() })
    }

    fn event(
        &self,
        out: &mut Members,
        now: Timestamp,
        input: Value,
        resources: &[Arn],
        result: Result<Value, &Error>,
    ) -> Result<(), Error> {
        let (caller, context, info) = (&self.frame.caller, &self.frame.context, &self.info);
        let (source, agent) = match caller.via().last() {
            Some(service) => (service, service),
            None => (&context.source_ip, &context.user_agent),
        };
        out.add("eventVersion", "1.11")?;
        out.name("userIdentity");
        out.0.extend_from_slice(caller.recorded());
        out.add("eventTime", &now.iso())?;
        match &self.asked {
            Some((service, operation)) => {
                out.add("eventSource", &format!("{service}.amazonaws.com"))?;
                out.add("eventName", operation)?;
            }
            None => {
                out.add("eventSource", info.principal)?;
                out.add("eventName", info.name)?;
            }
        }
        out.add("awsRegion", &context.region)?;
        out.add("sourceIPAddress", source)?;
        out.add("userAgent", agent)?;
        out.add_bounded("requestParameters", &input)?;
        let (output, error) = match result {
            Ok(output) => (output, None),
            Err(error) => (Value::Null, Some(error)),
        };
        out.add_bounded("responseElements", if info.read_only { &Value::Null } else { &output })?;
        out.add("requestID", &context.request_id)?;
        out.add("eventID", &self.id)?;
        out.add("readOnly", &info.read_only)?;
        out.add("eventType", "AwsApiCall")?;
        out.add("managementEvent", &!info.data_event)?;
        out.add("recipientAccountId", &self.account)?;
        out.add("eventCategory", if info.data_event { "Data" } else { "Management" })?;
        self.more(out, error)?;
        if !resources.is_empty() {
            let list: Vec<Resource<'_>> = resources.iter().map(|arn| Resource { arn, account: arn.account() }).collect();
            out.add("resources", &list)?;
        }
        if let Some(error) = error {
            out.add("errorCode", &error.code)?;
            out.add("errorMessage", &error.message)?;
        }
        Ok(())
    }

    fn more(&self, out: &mut Members, error: Option<&Error>) -> Result<(), Error> {
        let denial = error.and_then(|error| error.denial.as_ref());
        if self.frame.parent.is_none() && !self.operator && denial.is_none() && self.added.is_empty() {
            return Ok(());
        }
        out.begin("additionalEventData");
        if let Some(parent) = &self.frame.parent {
            out.add("parentEventID", parent)?;
        }
        if self.operator {
            out.add("operatorOverride", &true)?;
        }
        if let Some(denial) = denial {
            out.add("denial", denial)?;
        }
        self.added.iter().try_for_each(|(name, value)| out.add(name, value))?;
        out.end();
        Ok(())
    }
}

impl Written {
    /// A record that was read.
    pub(crate) fn again(record: Record) -> Result<Self, Error> {
        let bytes = encode(&record)?.into();
        Ok(Self { account: record.account, id: record.id, action: record.action, bytes })
    }

    /// For those who watch.
    pub(crate) fn read(&self) -> Result<Record, Error> {
        decode(&self.bytes)
    }
}

/// Writes the record into the attempt: it stays whatever is rolled back.
pub(crate) fn append(core: &mut Core, record: Written) {
    core.tx.append(TRAIL.key(&[record.account.as_str(), record.id.as_str()]), record.bytes.clone());
    core.records.push(record);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_small_first_letters_and_values() {
        let value = json!({"RoleName": "R", "X": null, "Ünder": [{"A": 1, "B": null}, null], "": {"É": {}}, "\"q": true, "9": "N"});
        let mut out = Vec::new();
        write_small_initials(&mut out, &value).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, r#"{"roleName":"R","ünder":[{"a":1},null],"":{"é":{}},"\"q":true,"9":"N"}"#);
    }
}
