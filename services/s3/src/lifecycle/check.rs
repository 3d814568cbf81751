//! What S3 checks of lifecycle rules.

use super::{DISABLED, ENABLED, LifecycleConfiguration, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter};
use crate::{
    error::{invalid_argument, invalid_request, malformed_xml},
    tags,
};
use base::{Entropy, uuid};
use gate::Error;
use serde_json::Value;

const MOST_RULES: usize = 1000;
const LONGEST_ID: usize = 255;
const MOST_NEWER: i64 = 100;
const DAY_MILLIS: i64 = 24 * 3600 * 1000;

/// Checks the rules and gives those an id that have none.
pub(crate) fn checked(configuration: LifecycleConfiguration, entropy: &dyn Entropy) -> Result<Vec<LifecycleRule>, Error> {
    let mut rules = configuration.rules;
    if rules.is_empty() {
        return Err(malformed_xml());
    }
    if rules.len() > MOST_RULES {
        return Err(invalid_request(format!("The lifecycle configuration has {} rules; {MOST_RULES} are allowed", rules.len())));
    }
    for rule in &mut rules {
        if let Some(and) = rule.filter.as_mut().and_then(|filter| filter.and.as_mut()) {
            and.written.append(&mut and.tags);
        }
        check(rule)?;
        if rule.name().is_empty() {
            rule.id = Some(uuid(entropy));
        }
    }
    for (index, rule) in rules.iter().enumerate() {
        if rules[..index].iter().any(|other| other.id == rule.id) {
            return Err(invalid_argument("ID", "Rule ID must be unique. Found same ID for more than one rule"));
        }
    }
    Ok(rules)
}

fn check(rule: &LifecycleRule) -> Result<(), Error> {
    let given = |transitions: &Option<Value>| match transitions {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    if given(&rule.transitions) {
        return Err(Error::not_implemented("s3:PutBucketLifecycleConfiguration with Transitions, which need another storage class,"));
    }
    if given(&rule.noncurrent_version_transitions) {
        let what = "s3:PutBucketLifecycleConfiguration with NoncurrentVersionTransitions, which need another storage class,";
        return Err(Error::not_implemented(what));
    }
    if rule.name().chars().count() > LONGEST_ID {
        return Err(invalid_argument("ID", format!("ID length should not exceed allowed limit of {LONGEST_ID}")));
    }
    if rule.status != ENABLED && rule.status != DISABLED {
        return Err(malformed_xml());
    }
    match (&rule.filter, &rule.prefix) {
        (Some(filter), None) => check_filter(filter)?,
        (None, Some(_)) => {}
        _ => return Err(malformed_xml()),
    }
    let conditions = rule.conditions();
    if conditions.prefix.len() > crate::names::MAX_KEY {
        return Err(invalid_request(format!("The maximum size of a prefix is {}.", crate::names::MAX_KEY)));
    }
    if let (Some(larger), Some(smaller)) = (conditions.larger_than, conditions.smaller_than)
        && larger >= smaller
    {
        return Err(invalid_request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."));
    }
    for (index, tag) in conditions.tags.iter().enumerate() {
        if conditions.tags[..index].iter().any(|other| other.key == tag.key) {
            return Err(invalid_request("Duplicate Tag Keys are not allowed."));
        }
    }
    tags::check(conditions.tags, usize::MAX)?;
    check_actions(rule)
}

fn check_filter(filter: &LifecycleRuleFilter) -> Result<(), Error> {
    let given = [
        filter.prefix.is_some(),
        filter.tag.is_some(),
        filter.object_size_greater_than.is_some(),
        filter.object_size_less_than.is_some(),
        filter.and.is_some(),
    ];
    if given.iter().filter(|g| **g).count() > 1 {
        return Err(malformed_xml());
    }
    let Some(and) = &filter.and else { return Ok(()) };
    let several = [and.prefix.is_some(), and.object_size_greater_than.is_some(), and.object_size_less_than.is_some()];
    if several.iter().filter(|g| **g).count() + and.written.len() < 2 {
        return Err(malformed_xml());
    }
    Ok(())
}

fn positive(number: Option<i64>, what: &str, action: &str) -> Result<(), Error> {
    match number {
        Some(1..) => Ok(()),
        Some(_) => Err(invalid_argument(what, format!("'{what}' for {action} action must be a positive integer"))),
        None => Err(malformed_xml()),
    }
}

fn check_expiration(expiration: &LifecycleExpiration, has_tags: bool, has_sizes: bool) -> Result<(), Error> {
    match (expiration.date, expiration.days, expiration.expired_object_delete_marker) {
        (Some(date), None, None) if date.0.0.rem_euclid(DAY_MILLIS) == 0 => Ok(()),
        (Some(_), None, None) => Err(invalid_argument("Date", "'Date' must be at midnight GMT")),
        (None, days @ Some(_), None) => positive(days, "Days", "Expiration"),
        (None, None, Some(_)) if has_tags => {
            Err(invalid_request("A rule with a tag-based filter cannot have ExpiredObjectDeleteMarker: delete markers have no tags."))
        }
        (None, None, Some(_)) if has_sizes => {
            Err(invalid_request("A rule with a size-based filter cannot have ExpiredObjectDeleteMarker: delete markers have no size."))
        }
        (None, None, Some(_)) => Ok(()),
        _ => Err(malformed_xml()),
    }
}

fn check_actions(rule: &LifecycleRule) -> Result<(), Error> {
    let conditions = rule.conditions();
    let has_tags = !conditions.tags.is_empty();
    let has_sizes = conditions.larger_than.is_some() || conditions.smaller_than.is_some();
    if rule.expiration.is_none() && rule.noncurrent_version_expiration.is_none() && rule.abort_incomplete_multipart_upload.is_none() {
        return Err(invalid_request("At least one action needs to be specified in a rule"));
    }
    if let Some(expiration) = &rule.expiration {
        check_expiration(expiration, has_tags, has_sizes)?;
    }
    if let Some(old) = &rule.noncurrent_version_expiration {
        positive(old.noncurrent_days, "NoncurrentDays", "NoncurrentVersionExpiration")?;
        if old.newer_noncurrent_versions.is_some_and(|n| !(1..=MOST_NEWER).contains(&n)) {
            return Err(invalid_argument(
                "NewerNoncurrentVersions",
                format!("'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be between 1 and {MOST_NEWER}"),
            ));
        }
    }
    if let Some(abort) = &rule.abort_incomplete_multipart_upload {
        positive(abort.days_after_initiation, "DaysAfterInitiation", "AbortIncompleteMultipartUpload")?;
        if has_tags {
            return Err(invalid_request("AbortIncompleteMultipartUpload cannot be specified with Tags."));
        }
        if has_sizes {
            return Err(invalid_request("AbortIncompleteMultipartUpload cannot be specified with object sizes."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SeededEntropy;
    use serde_json::json;

    fn verdict(rules: Value) -> String {
        let parsed = wire::lenient::from_value(json!({"Rules": rules}));
        match parsed.map(|configuration| checked(configuration, &SeededEntropy::new(1))) {
            Ok(Ok(_)) => "ok".into(),
            Ok(Err(e)) => e.code.into_owned(),
            Err(_) => "unreadable".into(),
        }
    }

    #[test]
    fn rules() {
        let rule = |more: Value| {
            let mut rule = json!({"Status": "Enabled", "Filter": ""});
            rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            verdict(json!([rule]))
        };
        let days = json!({"Days": "3"});
        for (more, expected) in [
            (json!({"Expiration": days}), "ok"),
            (json!({"Expiration": {"Date": "2026-12-01T00:00:00Z"}}), "ok"),
            (json!({"Expiration": {"Date": "2026-12-01T01:00:00Z"}}), "InvalidArgument"),
            (json!({"Expiration": {"Days": 0}}), "InvalidArgument"),
            (json!({"Expiration": {"Days": 1, "ExpiredObjectDeleteMarker": true}}), "MalformedXML"),
            (json!({"Expiration": ""}), "MalformedXML"),
            (json!({}), "InvalidRequest"),
            (json!({"Status": "On", "Expiration": days}), "MalformedXML"),
            (json!({"Prefix": "a", "Expiration": days}), "MalformedXML"),
            (json!({"Filter": null, "Expiration": days}), "MalformedXML"),
            (json!({"Filter": null, "Prefix": "", "Expiration": days}), "ok"),
            (json!({"Filter": {"Prefix": "a", "ObjectSizeLessThan": 4}, "Expiration": days}), "MalformedXML"),
            (json!({"Filter": {"And": {"Prefix": "a", "ObjectSizeLessThan": 4}}, "Expiration": days}), "ok"),
            (json!({"Filter": {"And": {"Tag": {"Key": "a", "Value": "b"}}}, "Expiration": days}), "MalformedXML"),
            (json!({"Filter": {"And": {"Tag": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]}}, "Expiration": days}), "ok"),
            (
                json!({"Filter": {"And": {"Tag": [{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "d"}]}}, "Expiration": days}),
                "InvalidRequest",
            ),
            (json!({"Filter": {"And": {"ObjectSizeGreaterThan": 4, "ObjectSizeLessThan": 4}}, "Expiration": days}), "InvalidRequest"),
            (json!({"Filter": {"Tag": {"Key": "a", "Value": "b"}}, "Expiration": {"ExpiredObjectDeleteMarker": "true"}}), "InvalidRequest"),
            (
                json!({"Filter": {"Tag": {"Key": "a", "Value": "b"}}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}),
                "InvalidRequest",
            ),
            (json!({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": -1}}), "InvalidArgument"),
            (json!({"AbortIncompleteMultipartUpload": ""}), "MalformedXML"),
            (json!({"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 5}}), "ok"),
            (json!({"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 101}}), "InvalidArgument"),
            (json!({"NoncurrentVersionExpiration": {"NewerNoncurrentVersions": 5}}), "MalformedXML"),
            (json!({"Expiration": days, "Transition": {"Days": 1, "StorageClass": "GLACIER"}}), "NotImplemented"),
            (json!({"ID": "i".repeat(256), "Expiration": days}), "InvalidArgument"),
        ] {
            assert_eq!(rule(more.clone()), expected, "{more}");
        }
        assert_eq!(verdict(json!([])), "MalformedXML");
        let twice = json!({"ID": "same", "Status": "Enabled", "Filter": "", "Expiration": days});
        assert_eq!(verdict(json!([twice, twice])), "InvalidArgument");
        let nameless = json!({"Status": "Enabled", "Filter": "", "Expiration": days});
        assert_eq!(verdict(json!([nameless, nameless])), "ok");
    }
}
