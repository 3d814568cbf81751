//! CloudTrail's log files: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference.html>.

use super::options::{Problem, Reader};
use crate::TrailCall;
use flate2::read::MultiGzDecoder;
use regex_lite::Regex;
use serde_json::Value;
use std::{collections::BTreeSet, io::Read, sync::LazyLock};

/// The most bytes of a file, as it lies and unpacked.
const MOST_BYTES: usize = 64 << 20;
/// The most calls.
const MOST_CALLS: usize = 200_000;

/// Who did what to what, and whether it was denied: what differs in nothing else is one call.
pub(super) type Known = BTreeSet<(String, String, Vec<String>, bool)>;

/// AWS's words for a denial: who, which action, on what.
static DENIED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"not authorized to perform:? \[?([a-z0-9-]+:[A-Za-z]+)\]?(?: on resource:? \[?(arn:[^\s\]]+))?").ok());

/// Reads a log file, packed or not: a delivered log, the answer of LookupEvents, or single events.
pub(super) fn read(file: &str, reader: &dyn Reader, calls: &mut Vec<TrailCall>, known: &mut Known) -> Result<(), Problem> {
    let mut bytes = reader.read(file, MOST_BYTES).map_err(|why| Problem::whole(file, why))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let mut limited = MultiGzDecoder::new(bytes.as_slice()).take(MOST_BYTES as u64 + 1);
        limited.read_to_end(&mut unpacked).map_err(|error| Problem::whole(file, format!("it is not packed by gzip: {error}")))?;
        if unpacked.len() > MOST_BYTES {
            return Err(Problem::whole(file, format!("unpacked it has more than {} MiB", MOST_BYTES >> 20)));
        }
        bytes = unpacked;
    }
    let mut any = false;
    for document in serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>() {
        let document = document.map_err(|error| {
            let at = |number: usize| u32::try_from(number).unwrap_or(1);
            Problem::at(file, at(error.line()), at(error.column()), format!("expected a CloudTrail log: {error}"))
        })?;
        for event in events(&document) {
            any = true;
            if calls.len() == MOST_CALLS {
                return Err(Problem::whole(file, format!("there are more than {MOST_CALLS} calls")).help("give the logs of fewer days"));
            }
            let is_new =
                |call: &TrailCall| known.insert((call.principal.clone(), call.action.clone(), call.resources.clone(), call.denied));
            calls.extend(call(&event, file).filter(is_new));
        }
    }
    match any {
        true => Ok(()),
        false => Err(Problem::whole(file, "there are no CloudTrail events in it").help("expected an object with Records")),
    }
}

fn events(document: &Value) -> Vec<Value> {
    if let Some(records) = document["Records"].as_array() {
        return records.clone();
    }
    if let Some(events) = document["Events"].as_array() {
        return events.iter().filter_map(|event| serde_json::from_str(event["CloudTrailEvent"].as_str()?).ok()).collect();
    }
    if document.get("eventSource").is_some() { vec![document.clone()] } else { Vec::new() }
}

fn call(event: &Value, file: &str) -> Option<TrailCall> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let service = text("/eventSource")?.split('.').next()?;
    let name = text("/eventName")?;
    let identity = text("/userIdentity/type").unwrap_or_default();
    let principal = match identity {
        "AssumedRole" | "FederatedUser" => text("/userIdentity/sessionContext/sessionIssuer/arn").or(text("/userIdentity/arn")),
        "AWSService" => text("/userIdentity/invokedBy"),
        _ => text("/userIdentity/arn").or(text("/userIdentity/invokedBy")),
    }?;
    let code = text("/errorCode").unwrap_or_default();
    let message = text("/errorMessage");
    let denied = code.contains("AccessDenied") || code.contains("Unauthorized") || code == "AuthorizationError";
    let told = message.filter(|_| denied).and_then(|message| LazyLock::force(&DENIED).as_ref()?.captures(message));
    let said = |n: usize| told.as_ref().and_then(|told| told.get(n)).map(|group| group.as_str().trim_end_matches('.').to_owned());
    let own = format!("{service}:{}", actions::action_of(service, name).unwrap_or(name));
    Some(TrailCall {
        principal: principal.to_owned(),
        account: text("/recipientAccountId").unwrap_or_default().to_owned(),
        action: said(1).unwrap_or(own),
        resources: said(2).map_or_else(|| resources(event, service), |resource| vec![resource]),
        denied,
        message: message.filter(|_| denied).map(str::to_owned),
        invoked_by: text("/userIdentity/invokedBy").filter(|_| identity != "AWSService").map(str::to_owned),
        region: text("/awsRegion").unwrap_or_default().to_owned(),
        context: context(event, service),
        input: event["requestParameters"].clone(),
        file: file.to_owned(),
    })
}

/// What an event tells of the context that its call was decided in.
fn context(event: &Value, service: &str) -> Vec<(String, String)> {
    if service != "kms" {
        return Vec::new();
    }
    let of_key = event["requestParameters"]["encryptionContext"].as_object().into_iter().flatten();
    let mut context: Vec<(String, String)> =
        of_key.filter_map(|(key, value)| Some((format!("kms:EncryptionContext:{key}"), value.as_str()?.to_owned()))).collect();
    let via = event["userIdentity"]["invokedBy"].as_str().and_then(|service| service.strip_suffix(".amazonaws.com"));
    if let (Some(via), Some(region)) = (via, event["awsRegion"].as_str()) {
        context.push(("kms:ViaService".into(), format!("{via}.{region}.amazonaws.com")));
    }
    context
}

/// The resources that an event names, else those that its parameters tell of.
fn resources(event: &Value, service: &str) -> Vec<String> {
    let named = event["resources"].as_array().into_iter().flatten();
    let mut named: Vec<String> = named.filter_map(|resource| resource["ARN"].as_str()).map(str::to_owned).collect();
    let parameters = &event["requestParameters"];
    if let (true, Some(bucket)) = (service == "s3", parameters["bucketName"].as_str()) {
        // An object's event names its bucket too, which it is not about.
        return match parameters["key"].as_str() {
            Some(key) => vec![format!("arn:aws:s3:::{bucket}/{key}")],
            None => vec![format!("arn:aws:s3:::{bucket}")],
        };
    }
    if named.is_empty() {
        let members = parameters.as_object().into_iter().flatten();
        named.extend(members.filter_map(|(_, value)| value.as_str()).filter(|text| text.starts_with("arn:")).map(str::to_owned));
    }
    named
}
