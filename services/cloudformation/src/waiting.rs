//! Signals from outside that a stack waits for: wait conditions, their handles, and creation policies.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html>
//!
//! A handle's URL is its own credential, as a presigned URL is on AWS: who has it may signal, signed by nobody. The handle's
//! policy allows that, and the gate decides by it.

use crate::{
    CloudFormation,
    error::invalid,
    state::{RESOURCES, ResourceRow, Stack},
};
use base::{AccountId, Arn, Timestamp};
use gate::{Error, Scope, Table, View};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Duration;

/// The type of wait conditions.
pub(crate) const CONDITION: &str = "AWS::CloudFormation::WaitCondition";
/// The type of their handles.
pub(crate) const HANDLE: &str = "AWS::CloudFormation::WaitConditionHandle";
/// The first part of a handle's path, before its region: the bucket that AWS has for it.
pub(crate) const BUCKET: &str = "cloudformation-waitcondition-";

/// Account, stack, logical id of the handle or of the resource, unique id of the signal.
static SIGNALS: Table<CloudFormation, Signal> = Table::new("signals");

/// A signal that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signal {
    pub(crate) success: bool,
    pub(crate) reason: String,
    pub(crate) data: String,
}

/// The longest wait: twelve hours.
const LONGEST: u64 = 43_200;
/// Signals of one condition; AWS's own limit of its data is reached long before.
const MOST_SIGNALS: usize = 1000;
const LONGEST_ID: usize = 64;
const LONGEST_DATA: usize = 4096;

/// Where signals go: a handle, or a resource with a creation policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    stack_name: String,
    stack: String,
    pub(crate) logical_id: String,
}

impl Target {
    pub(crate) fn of(stack: &Stack, logical_id: &str) -> Self {
        Self {
            account: stack.account,
            region: stack.region.clone(),
            stack_name: stack.name.clone(),
            stack: stack.uuid.clone(),
            logical_id: logical_id.into(),
        }
    }

    /// A resource of a stack by the ARN that is the stack's with the logical id behind it.
    pub(crate) fn of_arn(arn: &Arn) -> Option<Self> {
        let mut path = arn.resource_of("stack").filter(|_| arn.service() == "cloudformation")?.splitn(3, '/');
        let mut next = || path.next().filter(|part| !part.is_empty()).map(str::to_string);
        let (stack_name, stack, logical_id) = (next()?, next()?, next()?);
        Some(Self { account: arn.account()?, region: arn.region().into(), stack_name, stack, logical_id })
    }

    /// A handle by its URL, or by its path alone.
    pub(crate) fn of_url(url: &str) -> Option<(Self, String)> {
        let rest = &url[url.find(BUCKET)? + BUCKET.len()..];
        let (path, query) = rest.split_once('?')?;
        let arn = path.split_once('/')?.1.replace("%3A", ":").replace("%2F", "/").parse().ok()?;
        let signature = query.split('&').find_map(|pair| pair.strip_prefix("Signature="))?;
        Some((Self::of_arn(&arn)?, signature.to_string()))
    }

    pub(crate) fn arn(&self) -> Arn {
        let path = format!("stack/{}/{}/{}", self.stack_name, self.stack, self.logical_id);
        Arn::new("cloudformation", &self.region, self.account.as_str(), &path)
    }

    /// The topic under which signals are told of.
    fn topic(&self) -> String {
        format!("signal/{}", self.arn())
    }

    fn key(&self) -> [&str; 3] {
        [self.account.as_str(), &self.stack, &self.logical_id]
    }

    /// The resource that it is, in its stack.
    pub(crate) fn resource(&self, view: &mut View<'_, CloudFormation>) -> Result<Option<ResourceRow>, Error> {
        view.get(&RESOURCES, &self.key())
    }
}

/// The URL that signals a handle.
pub(crate) fn url(endpoint: &str, region: &str, stack_id: &str, logical_id: &str, signature: &str) -> String {
    format!("{endpoint}/{BUCKET}{region}/{}/{logical_id}?Signature={signature}", stack_id.replace(':', "%3A"))
}

/// Whether two signatures are the same, in a time that tells nothing of them.
pub(crate) fn same(given: &str, own: &str) -> bool {
    let different = given.bytes().zip(own.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    given.len() == own.len() && std::hint::black_box(different) == 0
}

/// Takes a signal, and wakes who waits for it. One that came before stays, unless it turns into a failure.
pub(crate) fn signal(scope: &mut Scope<'_, CloudFormation>, target: &Target, id: &str, signal: &Signal) -> Result<bool, Error> {
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(invalid(format!("The UniqueId of a signal has 1 to {LONGEST_ID} characters")));
    }
    if signal.data.len() > LONGEST_DATA || signal.reason.len() > LONGEST_DATA {
        return Err(invalid(format!("Data and Reason of a signal have {LONGEST_DATA} bytes at most")));
    }
    let [account, stack, logical_id] = target.key();
    let known = scope.get(&SIGNALS, &[account, stack, logical_id, id])?;
    if known.is_some_and(|known| signal.success || !known.success) {
        return Ok(false);
    }
    if scope.scan(&SIGNALS, &target.key())?.len() >= MOST_SIGNALS {
        return Err(invalid(format!("{logical_id} has {MOST_SIGNALS} signals already")));
    }
    scope.put(&SIGNALS, &[account, stack, logical_id, id], signal)?;
    durable::publish(scope, &target.topic(), serde_json::json!({"UniqueId": id}))?;
    Ok(true)
}

/// Forgets the signals of a stack's resources.
pub(crate) fn forget(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<(), Error> {
    for (key, _) in scope.scan(&SIGNALS, &stack.key())? {
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        if let [account, uuid, logical_id, id] = key[..] {
            scope.delete(&SIGNALS, &[account, uuid, logical_id, id]);
        }
    }
    Ok(())
}

/// How a wait stands.
pub(crate) enum Wait {
    /// All signals came: `Data` as JSON text.
    Over(String),
    /// It failed, in AWS's words.
    Failed(String),
    /// Not yet; until then at most.
    Until(Timestamp),
}

/// What is waited for.
struct Wanted {
    target: Target,
    count: usize,
    timeout: u64,
    by_policy: bool,
}

fn number(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Seconds of an ISO 8601 duration of hours, minutes and seconds.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.strip_prefix("PT").filter(|rest| !rest.is_empty())?;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let unit = match rest.as_bytes()[digits] {
            b'H' => 3600,
            b'M' => 60,
            b'S' => 1,
            _ => return None,
        };
        sum = sum.checked_add(rest[..digits].parse::<u64>().ok()?.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    Some(sum)
}

fn wanted(stack: &Stack, logical_id: &str, properties: &Value, policy: Option<&Value>) -> Result<Wanted, String> {
    if let Some(signals) = policy.and_then(|policy| policy.get("ResourceSignal")) {
        let timeout = signals.get("Timeout").map_or(Some(300), |text| text.as_str().and_then(seconds));
        let timeout = timeout
            .filter(|time| *time <= LONGEST)
            .ok_or("The Timeout of a ResourceSignal is an ISO 8601 duration of 12 hours at most, such as PT15M")?;
        let count = signals.get("Count").map_or(Some(1), |count| number(Some(count))).ok_or("The Count of a ResourceSignal is a number")?;
        return Ok(Wanted { target: Target::of(stack, logical_id), count: count as usize, timeout, by_policy: true });
    }
    let handle = properties.get("Handle").and_then(Value::as_str).ok_or("Property Handle cannot be empty.")?;
    let timeout = number(properties.get("Timeout")).filter(|time| *time <= LONGEST);
    let timeout = timeout.ok_or_else(|| format!("Property Timeout must be a number of seconds, {LONGEST} at most"))?;
    let count = properties.get("Count").map_or(Some(1), |count| number(Some(count))).ok_or("Property Count must be a number")?;
    let (target, _) =
        Target::of_url(handle).filter(|(target, _)| target.account == stack.account).ok_or("WaitCondition received invalid handle")?;
    Ok(Wanted { target, count: count as usize, timeout, by_policy: false })
}

/// How the wait of a condition stands that began at `since`; the stack is woken when a signal comes.
pub(crate) fn look(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    logical_id: &str,
    properties: &Value,
    policy: Option<&Value>,
    since: Timestamp,
) -> Result<Wait, Error> {
    let wanted = match wanted(stack, logical_id, properties, policy) {
        Ok(wanted) => wanted,
        Err(why) => return Ok(Wait::Failed(why)),
    };
    let signals = scope.scan(&SIGNALS, &wanted.target.key())?;
    let came: Vec<(String, Signal)> = signals.into_iter().filter_map(|(key, signal)| Some((key.into_iter().nth(3)?, signal))).collect();
    if let Some((id, failure)) = came.iter().find(|(_, signal)| !signal.success) {
        return Ok(Wait::Failed(match wanted.by_policy {
            true => format!(
                "Received 1 FAILURE signal(s) out of {}.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement",
                wanted.count
            ),
            false => format!("WaitCondition received failed message: '{}' for uniqueId: {id}", failure.reason),
        }));
    }
    if came.len() >= wanted.count {
        let data: Map<String, Value> = came.into_iter().map(|(id, signal)| (id, Value::String(signal.data))).collect();
        return Ok(Wait::Over(Value::Object(data).to_string()));
    }
    let until = since.plus(Duration::from_secs(wanted.timeout));
    if scope.now() >= until {
        return Ok(Wait::Failed(match wanted.by_policy {
            true => format!("Failed to receive {} resource signal(s) within the specified duration", wanted.count - came.len()),
            false => format!("WaitCondition timed out. Received {} conditions when expecting {}", came.len(), wanted.count),
        }));
    }
    durable::subscribe(scope, stack.arn().as_str(), &format!("cloudformation/{}", wanted.target.topic()))?;
    Ok(Wait::Until(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_durations_are_read_back() {
        let stack = "arn:aws:cloudformation:us-east-1:111111111111:stack/app/u-1";
        let made = url("http://127.0.0.1:4566", "us-east-1", stack, "Handle", "TOKEN");
        assert_eq!(
            made,
            "http://127.0.0.1:4566/cloudformation-waitcondition-us-east-1/arn%3Aaws%3Acloudformation%3Aus-east-1%3A111111111111%3Astack/app/u-1/Handle?Signature=TOKEN"
        );
        let (target, signature) = Target::of_url(&made).unwrap();
        assert_eq!((target.arn().to_string(), signature), (format!("{stack}/Handle"), "TOKEN".into()));
        assert!(Target::of_url("http://127.0.0.1:4566/other/x?Signature=T").is_none());
        assert_eq!(
            ["PT5M", "PT1H30M", "PT20S", "P1D", "PT", "PTM", "5M"].map(seconds),
            [Some(300), Some(5400), Some(20), None, None, None, None]
        );
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("ab", "abc"));
    }
}
