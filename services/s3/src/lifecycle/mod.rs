//! Lifecycle rules: when objects, old versions and unfinished uploads end.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>

mod check;
mod due;

use crate::{
    S3,
    state::{Bucket, LIFECYCLES, Object},
    tags::Tag,
};
use base::{IsoTime, Timestamp};
use gate::{Error, Scope};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub(crate) use check::checked;
pub(crate) use due::{Fate, Seen, abort_of, fate, next_midnight};
use due::{current_expiry, expiration_header};

/// The rules of a bucket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleConfiguration {
    /// At most a thousand.
    #[serde(default)]
    pub rules: Vec<LifecycleRule>,
}

/// A rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleRule {
    /// Its id; made if it is not given.
    #[serde(rename = "ID", alias = "Id")]
    pub id: Option<String>,
    /// The older form of the filter.
    pub prefix: Option<String>,
    /// Which objects it is about.
    pub filter: Option<LifecycleRuleFilter>,
    /// `Enabled` or `Disabled`.
    pub status: String,
    /// When current versions end.
    pub expiration: Option<LifecycleExpiration>,
    /// When old versions end.
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// When unfinished uploads end.
    pub abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
    /// Refused: there is no other storage class.
    #[serde(alias = "Transition", skip_serializing_if = "Option::is_none")]
    pub transitions: Option<Value>,
    /// Refused.
    #[serde(alias = "NoncurrentVersionTransition", skip_serializing_if = "Option::is_none")]
    pub noncurrent_version_transitions: Option<Value>,
}

/// Which objects a rule is about: one thing, or several under `And`; nothing is all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleRuleFilter {
    /// The key begins so.
    pub prefix: Option<String>,
    /// The object has this tag.
    pub tag: Option<Tag>,
    /// It has more bytes.
    pub object_size_greater_than: Option<u64>,
    /// It has fewer bytes.
    pub object_size_less_than: Option<u64>,
    /// All of these.
    pub and: Option<LifecycleRuleAndOperator>,
}

/// Several conditions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleRuleAndOperator {
    /// The key begins so.
    pub prefix: Option<String>,
    /// The object has all of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The same as XML writes them.
    #[serde(rename = "Tag", default, deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<Tag>,
    /// It has more bytes.
    pub object_size_greater_than: Option<u64>,
    /// It has fewer bytes.
    pub object_size_less_than: Option<u64>,
}

/// When current versions end: by one of these.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleExpiration {
    /// At this midnight.
    pub date: Option<IsoTime>,
    /// So many days after they were written.
    pub days: Option<i64>,
    /// Delete markers that hide nothing.
    pub expired_object_delete_marker: Option<bool>,
}

/// When old versions end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NoncurrentVersionExpiration {
    /// So many days after they were superseded.
    pub noncurrent_days: Option<i64>,
    /// So many of them stay.
    pub newer_noncurrent_versions: Option<i64>,
}

/// When unfinished uploads end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AbortIncompleteMultipartUpload {
    /// So many days after they began.
    pub days_after_initiation: Option<i64>,
}

/// A list that XML may write as one element.
fn list<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Tag>, D::Error> {
    let items = match Value::deserialize(d)? {
        Value::Null => Vec::new(),
        Value::Array(items) => items,
        one => vec![one],
    };
    items.into_iter().map(|item| wire::lenient::from_value(item).map_err(serde::de::Error::custom)).collect()
}

pub(crate) const ENABLED: &str = "Enabled";
pub(crate) const DISABLED: &str = "Disabled";

/// What a rule's filter says, whatever its form.
pub(crate) struct Conditions<'r> {
    pub(crate) prefix: &'r str,
    pub(crate) tags: &'r [Tag],
    pub(crate) larger_than: Option<u64>,
    pub(crate) smaller_than: Option<u64>,
}

impl LifecycleRule {
    pub(crate) fn conditions(&self) -> Conditions<'_> {
        let filter = self.filter.as_ref();
        let and = filter.and_then(|f| f.and.as_ref());
        let tags = match (and, filter.and_then(|f| f.tag.as_ref())) {
            (Some(and), _) => and.written.as_slice(),
            (None, Some(tag)) => std::slice::from_ref(tag),
            (None, None) => &[],
        };
        let prefix = and.and_then(|a| a.prefix.as_deref()).or(filter.and_then(|f| f.prefix.as_deref())).or(self.prefix.as_deref());
        Conditions {
            prefix: prefix.unwrap_or_default(),
            tags,
            larger_than: and.and_then(|a| a.object_size_greater_than).or(filter.and_then(|f| f.object_size_greater_than)),
            smaller_than: and.and_then(|a| a.object_size_less_than).or(filter.and_then(|f| f.object_size_less_than)),
        }
    }
    pub(crate) fn is_enabled(&self) -> bool {
        self.status == ENABLED
    }
    pub(crate) fn name(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }
}

/// When the current object ends, as answers tell of it.
pub(crate) fn told(
    scope: &mut Scope<'_, S3>,
    bucket: &Bucket,
    key: &str,
    object: &Object,
    modified: Timestamp,
) -> Result<Option<String>, Error> {
    if !bucket.lifecycle {
        return Ok(None);
    }
    let Some(lifecycle) = scope.get(&LIFECYCLES, bucket.name.as_str())? else { return Ok(None) };
    Ok(current_expiry(&lifecycle.rules, key, object, modified).map(|(time, rule)| expiration_header(time, rule)))
}

/// When an upload that begins now is ended unless it is completed, and by which rule.
pub(crate) fn told_of_upload(scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str) -> Result<Option<(Timestamp, String)>, Error> {
    if !bucket.lifecycle {
        return Ok(None);
    }
    let Some(lifecycle) = scope.get(&LIFECYCLES, bucket.name.as_str())? else { return Ok(None) };
    Ok(abort_of(&lifecycle.rules, key, scope.now()).map(|(time, rule)| (time, rule.name().to_string())))
}

/// The same of an object that is written now.
pub(crate) fn told_of_new(scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str, object: &Object) -> Result<Option<String>, Error> {
    let now = scope.now();
    told(scope, bucket, key, object, now)
}
