//! What a template says of a bucket that is there.

use super::missing;
use crate::{
    BucketInput, DeleteBucketEncryption, DeleteBucketLifecycle, DeleteBucketOwnershipControls, DeleteBucketTagging, PublicAccessBlock,
    PutBucketEncryption, PutBucketLifecycleConfiguration, PutBucketNotificationConfiguration, PutBucketOwnershipControls, PutBucketTagging,
    PutBucketVersioning, PutObjectLockConfiguration, PutPublicAccessBlock, PutPublicAccessBlockInput,
};
use gate::{Error, Operation, ResourceContext, ResourceTags};
use serde_json::{Map, Value, json};

/// Sets what the template says; at an update, only what changed. What was taken out of the template becomes as in a new bucket.
pub(super) fn configure(context: &mut ResourceContext<'_>, bucket: &str, old: Option<&Value>, new: &Value) -> Result<(), Error> {
    let changed = |name: &str| new.get(name) != old.and_then(|o| o.get(name));
    let alone = || BucketInput { bucket: bucket.into(), expected_bucket_owner: None };
    check_access_control(new)?;
    if changed("BucketEncryption") {
        match new.get("BucketEncryption") {
            Some(encryption) => {
                put::<PutBucketEncryption>(context, bucket, "ServerSideEncryptionConfiguration", encryption_of(encryption)?)?;
            }
            None => context.call::<DeleteBucketEncryption>(alone())?,
        }
    }
    if changed("VersioningConfiguration") {
        let status = new.pointer("/VersioningConfiguration/Status").cloned().unwrap_or(json!("Suspended"));
        put::<PutBucketVersioning>(context, bucket, "VersioningConfiguration", json!({"Status": status}))?;
    }
    if changed("PublicAccessBlockConfiguration") {
        match new.get("PublicAccessBlockConfiguration") {
            Some(block) => put::<PutPublicAccessBlock>(context, bucket, "PublicAccessBlockConfiguration", block.clone())?,
            None => context.call::<PutPublicAccessBlock>(PutPublicAccessBlockInput {
                bucket: bucket.into(),
                expected_bucket_owner: None,
                public_access_block_configuration: PublicAccessBlock::ALL,
            })?,
        }
    }
    if changed("OwnershipControls") {
        match new.get("OwnershipControls") {
            Some(ownership) => put::<PutBucketOwnershipControls>(context, bucket, "OwnershipControls", ownership.clone())?,
            None => context.call::<DeleteBucketOwnershipControls>(alone())?,
        }
    }
    if changed("ObjectLockConfiguration") {
        let configuration = match new.get("ObjectLockConfiguration") {
            Some(configuration) => configuration.clone(),
            None => json!({"ObjectLockEnabled": "Enabled"}),
        };
        put::<PutObjectLockConfiguration>(context, bucket, "ObjectLockConfiguration", configuration)?;
    }
    if changed("LifecycleConfiguration") {
        match new.get("LifecycleConfiguration") {
            Some(lifecycle) => {
                let mut input = json!({"Bucket": bucket, "LifecycleConfiguration": lifecycle_of(lifecycle)?});
                if let Some(minimum) = lifecycle.get("TransitionDefaultMinimumObjectSize") {
                    input["TransitionDefaultMinimumObjectSize"] = minimum.clone();
                }
                context.call_with::<PutBucketLifecycleConfiguration>(input)?;
            }
            None => context.call::<DeleteBucketLifecycle>(alone())?,
        }
    }
    if changed("NotificationConfiguration") {
        let configuration = notification_of(new.get("NotificationConfiguration").unwrap_or(&Value::Null))?;
        put::<PutBucketNotificationConfiguration>(context, bucket, "NotificationConfiguration", configuration)?;
    }
    if changed("Tags") || old.is_none() {
        match ResourceTags::of(new)? {
            tags if !tags.is_empty() => {
                put::<PutBucketTagging>(context, bucket, "Tagging", json!({"TagSet": tags.list("Key", "Value")}))?;
            }
            _ if old.is_some() => context.call::<DeleteBucketTagging>(alone())?,
            _ => {}
        }
    }
    Ok(())
}

fn put<Op: Operation>(context: &mut ResourceContext<'_>, bucket: &str, member: &str, value: Value) -> Result<(), Error> {
    context.call_with::<Op>(json!({"Bucket": bucket, member: value})).map(drop)
}

/// `Private` is what every bucket is, and those for owners of buckets are of objects alone: S3 ignores them here. Every other
/// one needs ACLs.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>
fn check_access_control(properties: &Value) -> Result<(), Error> {
    match properties.get("AccessControl").and_then(Value::as_str) {
        None | Some("Private" | "BucketOwnerRead" | "BucketOwnerFullControl") => Ok(()),
        Some(canned) => Err(Error::not_implemented(&format!("AWS::S3::Bucket with AccessControl {canned}"))),
    }
}

fn members<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| missing(what))
}

/// Refuses members that the type does not know: a rule that is read wrong is worse than none.
fn only(given: &Map<String, Value>, known: &[&str], what: &str) -> Result<(), Error> {
    match given.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Error::not_implemented(&format!("AWS::S3::Bucket with {what}.{name}"))),
        None => Ok(()),
    }
}

/// CloudFormation has other names than the API here.
fn encryption_of(property: &Value) -> Result<Value, Error> {
    const RULES: &str = "BucketEncryption.ServerSideEncryptionConfiguration";
    let rules = property.get("ServerSideEncryptionConfiguration").and_then(Value::as_array).ok_or_else(|| missing(RULES))?;
    let rule = |rule: &Value| {
        only(members(rule, RULES)?, &["ServerSideEncryptionByDefault", "BucketKeyEnabled"], RULES)?;
        Ok(
            json!({"ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault"), "BucketKeyEnabled": rule.get("BucketKeyEnabled")}),
        )
    };
    Ok(json!({"Rules": rules.iter().map(rule).collect::<Result<Vec<_>, Error>>()?}))
}

const NOTIFICATION: [&str; 4] = ["EventBridgeConfiguration", "LambdaConfigurations", "QueueConfigurations", "TopicConfigurations"];

fn notification_of(property: &Value) -> Result<Value, Error> {
    let mut configuration = Map::new();
    let Some(given) = property.as_object() else { return Ok(Value::Object(configuration)) };
    only(given, &NOTIFICATION, "NotificationConfiguration")?;
    let switched = property.pointer("/EventBridgeConfiguration/EventBridgeEnabled");
    let off = switched.is_some_and(|flag| *flag == json!(false) || flag.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false")));
    for (name, value) in given {
        match name.as_str() {
            "EventBridgeConfiguration" if off => None,
            "EventBridgeConfiguration" => configuration.insert(name.clone(), json!({})),
            "LambdaConfigurations" => configuration.insert("LambdaFunctionConfigurations".into(), value.clone()),
            _ => configuration.insert(name.clone(), value.clone()),
        };
    }
    Ok(Value::Object(configuration))
}

const RULE: &str = "LifecycleConfiguration.Rules";
const KNOWN: [&str; 16] = [
    "AbortIncompleteMultipartUpload",
    "ExpirationDate",
    "ExpirationInDays",
    "ExpiredObjectDeleteMarker",
    "Id",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionExpirationInDays",
    "NoncurrentVersionTransition",
    "NoncurrentVersionTransitions",
    "ObjectSizeGreaterThan",
    "ObjectSizeLessThan",
    "Prefix",
    "Status",
    "TagFilters",
    "Transition",
    "Transitions",
];

fn lifecycle_of(property: &Value) -> Result<Value, Error> {
    only(members(property, RULE)?, &["Rules", "TransitionDefaultMinimumObjectSize"], "LifecycleConfiguration")?;
    let rules = property.get("Rules").and_then(Value::as_array).ok_or_else(|| missing(RULE))?;
    Ok(json!({"Rules": rules.iter().map(rule_of).collect::<Result<Vec<_>, Error>>()?}))
}

/// A template's rule as the API has it: what is a filter there lies flat here.
fn rule_of(rule: &Value) -> Result<Value, Error> {
    let given = members(rule, RULE)?;
    only(given, &KNOWN, RULE)?;
    let mut made = Map::new();
    for (name, member) in [("Id", "ID"), ("Status", "Status"), ("AbortIncompleteMultipartUpload", "AbortIncompleteMultipartUpload")] {
        if let Some(value) = given.get(name) {
            made.insert(member.into(), value.clone());
        }
    }
    // The API refuses these by their own names.
    for (name, member) in [
        ("Transition", "Transitions"),
        ("Transitions", "Transitions"),
        ("NoncurrentVersionTransition", "NoncurrentVersionTransitions"),
        ("NoncurrentVersionTransitions", "NoncurrentVersionTransitions"),
    ] {
        if let Some(value) = given.get(name) {
            made.insert(member.into(), value.clone());
        }
    }
    made.insert("Filter".into(), filter_of(given));
    let mut expiration = Map::new();
    for (name, member) in
        [("ExpirationDate", "Date"), ("ExpirationInDays", "Days"), ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker")]
    {
        if let Some(value) = given.get(name) {
            expiration.insert(member.into(), value.clone());
        }
    }
    if !expiration.is_empty() {
        made.insert("Expiration".into(), Value::Object(expiration));
    }
    let noncurrent = given.get("NoncurrentVersionExpiration").cloned();
    let older = given.get("NoncurrentVersionExpirationInDays").map(|days| json!({"NoncurrentDays": days}));
    if let Some(noncurrent) = noncurrent.or(older) {
        made.insert("NoncurrentVersionExpiration".into(), noncurrent);
    }
    Ok(Value::Object(made))
}

fn filter_of(given: &Map<String, Value>) -> Value {
    let tags = given.get("TagFilters").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut filter = Map::new();
    for name in ["Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"] {
        if let Some(value) = given.get(name) {
            filter.insert(name.into(), value.clone());
        }
    }
    match (filter.len(), tags.len()) {
        (0 | 1, 0) => {}
        (0, 1) => {
            filter.insert("Tag".into(), tags[0].clone());
        }
        _ => {
            filter.insert("Tags".into(), Value::Array(tags));
            return json!({"And": filter});
        }
    }
    Value::Object(filter)
}
