//! Parameter policies: what becomes of a parameter as time goes by.
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html>

use crate::error::clipped;
use base::Timestamp;
use gate::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

const MOST: usize = 10;
/// Characters of all policies.
const LONGEST: usize = 4096;

/// The kinds of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Rule {
    /// Deletes the parameter at this time.
    Expiration(Timestamp),
    /// Tells the feed this long before it is deleted.
    ExpirationNotification(Duration),
    /// Tells the feed when it was not changed for this long.
    NoChangeNotification(Duration),
}

/// A policy of a parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) rule: Rule,
    /// As it was given.
    pub(crate) text: String,
    /// Whether it was applied already.
    #[serde(default)]
    pub(crate) done: bool,
}

/// A policy in answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterInlinePolicy {
    policy_text: String,
    policy_type: &'static str,
    policy_status: &'static str,
}

impl Policy {
    pub(crate) fn kind(&self) -> &'static str {
        match self.rule {
            Rule::Expiration(_) => "Expiration",
            Rule::ExpirationNotification(_) => "ExpirationNotification",
            Rule::NoChangeNotification(_) => "NoChangeNotification",
        }
    }
    /// When it deletes the parameter, if it does.
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        match self.rule {
            Rule::Expiration(time) => Some(time),
            _ => None,
        }
    }
    /// When it is due, for a parameter that was changed then and ends then.
    pub(crate) fn due(&self, changed: Timestamp, end: Option<Timestamp>) -> Option<Timestamp> {
        match self.rule {
            Rule::Expiration(time) => Some(time),
            Rule::ExpirationNotification(before) => end.map(|end| Timestamp(end.0.saturating_sub(millis(before)))),
            Rule::NoChangeNotification(after) => Some(changed.plus(after)),
        }
    }
    pub(crate) fn shown(&self) -> ParameterInlinePolicy {
        let policy_status = if self.done { "Finished" } else { "Pending" };
        ParameterInlinePolicy { policy_text: self.text.clone(), policy_type: self.kind(), policy_status }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The moment that a parameter with these policies ends.
pub(crate) fn end(policies: &[Policy]) -> Option<Timestamp> {
    policies.iter().find_map(Policy::expires)
}

/// The policies of a parameter that was changed: what counts from its last change begins anew.
pub(crate) fn kept(policies: &[Policy]) -> Vec<Policy> {
    let begun = |policy: &Policy| Policy { done: policy.done && !matches!(policy.rule, Rule::NoChangeNotification(_)), ..policy.clone() };
    policies.iter().map(begun).collect()
}

fn attribute(message: impl Into<String>) -> Error {
    Error::new("InvalidPolicyAttributeException", message)
}

fn incompatible(message: &str) -> Error {
    Error::new("IncompatiblePolicyException", message)
}

/// Reads policies as requests give them: a JSON array in text; `[{}]` and `[]` are none.
pub(crate) fn read(text: &str, now: Timestamp) -> Result<Vec<Policy>, Error> {
    if text.chars().count() > LONGEST {
        return Err(Error::validation(format!("Policies have at most {LONGEST} characters.")));
    }
    let listed: Vec<Value> =
        serde_json::from_str(text).map_err(|e| Error::validation(format!("Policies must be a JSON array of policy objects: {e}")))?;
    let given: Vec<&Value> = listed.iter().filter(|policy| policy.as_object().is_none_or(|members| !members.is_empty())).collect();
    if given.len() > MOST {
        return Err(Error::new(
            "PoliciesLimitExceededException",
            format!("You specified more than the maximum number of allowed policies for the parameter. The maximum is {MOST}."),
        ));
    }
    let policies = given.into_iter().map(|policy| one(policy, now)).collect::<Result<Vec<_>, _>>()?;
    let count = |kind: &str| policies.iter().filter(|policy| policy.kind() == kind).count();
    if count("Expiration") > 1 {
        return Err(incompatible("A parameter can have one Expiration policy; there are several in the request."));
    }
    if count("ExpirationNotification") > 0 && count("Expiration") == 0 {
        return Err(incompatible("An ExpirationNotification policy needs an Expiration policy beside it."));
    }
    Ok(policies)
}

fn one(policy: &Value, now: Timestamp) -> Result<Policy, Error> {
    let kind = policy["Type"].as_str().unwrap_or_default();
    let text = |name: &str| match &policy["Attributes"][name] {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(attribute(format!("The policy {kind} needs the attribute {name}."))),
    };
    let span = |name: &str| -> Result<Duration, Error> {
        let (number, unit) = (text(name)?, text("Unit")?);
        let count = number.parse::<u64>().ok().filter(|count| (1..=36_500 * 24).contains(count));
        let count = count.ok_or_else(|| attribute(format!("{name} is a number of days or hours, not '{}'.", clipped(&number))))?;
        match unit.as_str() {
            "Days" => Ok(Duration::from_secs(count * 86_400)),
            "Hours" => Ok(Duration::from_secs(count * 3600)),
            _ => Err(attribute(format!("Unit is Days or Hours, not '{}'.", clipped(&unit)))),
        }
    };
    let rule = match kind {
        "Expiration" => {
            let given = text("Timestamp")?;
            let time = Timestamp::parse_iso(&given)
                .ok_or_else(|| attribute(format!("Timestamp is a moment such as 2026-11-22T05:00:00.000Z, not '{}'.", clipped(&given))))?;
            if time <= now {
                return Err(attribute(format!("The expiration time {given} has passed.")));
            }
            Rule::Expiration(time)
        }
        "ExpirationNotification" => Rule::ExpirationNotification(span("Before")?),
        "NoChangeNotification" => Rule::NoChangeNotification(span("After")?),
        _ => {
            return Err(Error::new(
                "InvalidPolicyTypeException",
                format!(
                    "The policy type '{}' isn't supported. Parameter Store supports the following policy types: Expiration, \
                     ExpirationNotification, and NoChangeNotification.",
                    clipped(kind)
                ),
            ));
        }
    };
    if policy["Version"].as_str() != Some("1.0") {
        return Err(attribute(format!("The policy {kind} needs the Version 1.0.")));
    }
    Ok(Policy { rule, text: policy.to_string(), done: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        read(text, Timestamp(0)).map_or_else(|e| e.code.to_string(), |policies| policies.len().to_string())
    }

    #[test]
    fn policies_are_read() {
        let end = r#"{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2026-12-02T21:34:33.000Z"}}"#;
        let told = r#"{"Type":"ExpirationNotification","Version":"1.0","Attributes":{"Before":"15","Unit":"Days"}}"#;
        let still = r#"{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"20","Unit":"Hours"}}"#;
        assert_eq!(code(&format!("[{end},{told},{still}]")), "3");
        assert_eq!((code("[]").as_str(), code("[{}]").as_str()), ("0", "0"));
        assert_eq!(code("Expiration"), "ValidationException");
        assert_eq!(code(&format!("[{end},{end}]")), "IncompatiblePolicyException");
        assert_eq!(code(&format!("[{told}]")), "IncompatiblePolicyException");
        assert_eq!(code(&format!("[{}]", end.replace("2026", "1969"))), "InvalidPolicyAttributeException");
        assert_eq!(code(&format!("[{}]", still.replace("Hours", "Weeks"))), "InvalidPolicyAttributeException");
        assert_eq!(code(r#"[{"Type":"Rotation"}]"#), "InvalidPolicyTypeException");
        assert_eq!(code(&format!("[{}]", [still; 11].join(","))), "PoliciesLimitExceededException");
    }
}
