//! What S3 keeps. Bucket names are global, so rows begin with the bucket, not with an account.

use crate::{
    S3,
    checksums::Checksums,
    content::Content,
    encryption::{DefaultEncryption, Wrapped},
    lifecycle::LifecycleRule,
    lock::{BucketLock, Held, ObjectLock},
    operations::put_bucket_ownership_controls::ENFORCED,
    tags::Tag,
};
use base::{AccountId, Timestamp};
use gate::{BodyPart, Error, Scope, Table, View};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Bucket → its settings.
pub(crate) static BUCKETS: Table<S3, Bucket> = Table::new("buckets");
/// Account, bucket: the buckets of an account.
pub(crate) static OWNED: Table<S3, ()> = Table::new("owned");
/// Bucket, key → the current object, for lists and for the way to its version. A key whose newest version is a delete
/// marker has no row, so a page of objects costs the same however many old versions there are.
pub(crate) static CURRENT: Table<S3, Summary> = Table::new("current");
/// Bucket, key, order → a version or delete marker; the newest comes first.
pub(crate) static VERSIONS: Table<S3, Version> = Table::new("versions");
/// Bucket, key → the order of the null version, where it is not `FIRST_ORDER`.
pub(crate) static NULLS: Table<S3, String> = Table::new("nulls");
/// Bucket, key, upload id → a multipart upload under way.
pub(crate) static UPLOADS: Table<S3, Upload> = Table::new("uploads");
/// Bucket, key, upload id, part number (five digits) → a part of it.
pub(crate) static PARTS: Table<S3, UploadedPart> = Table::new("parts");

/// Bucket → its lifecycle rules.
pub(crate) static LIFECYCLES: Table<S3, Lifecycle> = Table::new("lifecycles");
/// Bucket → the id of the work that follows its rules.
pub(crate) static LIFECYCLE_WORK: Table<S3, String> = Table::new("lifecycle-work");
/// Bucket, key, order → the parts that the version was uploaded in.
pub(crate) static PART_LISTS: Table<S3, Vec<StoredPart>> = Table::new("part-lists");

/// The order of the one version that a key has in a bucket that was never versioned: older than all that may follow.
pub(crate) const FIRST_ORDER: &str = "ffffffffffffffff";
/// The id of versions that were written while versioning was off.
pub(crate) const NULL: &str = "null";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) created: Timestamp,
    pub(crate) versioning: Versioning,
    pub(crate) encryption: DefaultEncryption,
    /// None: the configuration was deleted, nothing is blocked.
    pub(crate) public_access: Option<crate::PublicAccessBlock>,
    pub(crate) tags: Vec<Tag>,
    /// With unique ids in place of users and roles.
    pub(crate) policy: Option<String>,
    /// Who owns objects. None: the controls were deleted.
    #[serde(default = "enforced")]
    pub(crate) ownership: Option<String>,
    /// None: it has no object lock.
    #[serde(default)]
    pub(crate) lock: Option<BucketLock>,
    /// Whether it has lifecycle rules.
    #[serde(default)]
    pub(crate) lifecycle: bool,
    /// Whether EventBridge is told of changes.
    #[serde(default)]
    pub(crate) event_bridge: bool,
}

/// What buckets had before they could have anything else.
fn enforced() -> Option<String> {
    Some(ENFORCED.into())
}

impl Bucket {
    /// Whether all objects are the bucket owner's, and ACLs are off.
    pub(crate) fn is_enforced(&self) -> bool {
        self.ownership.as_deref() == Some(ENFORCED)
    }
}

/// A bucket's lifecycle.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lifecycle {
    pub(crate) rules: Vec<LifecycleRule>,
    pub(crate) minimum: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) order: String,
    pub(crate) etag: String,
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
    pub(crate) checksum_algorithm: Option<String>,
    pub(crate) checksum_type: Option<String>,
    /// The object's tags, which decisions on it see. None: the row was written before they were kept here.
    #[serde(default)]
    pub(crate) tags: Option<Vec<Tag>>,
}

/// A part of a finished upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredPart {
    pub(crate) number: u64,
    pub(crate) size: u64,
    pub(crate) checksums: Checksums,
}

/// A stored body that is part of an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stretch {
    pub(crate) body: String,
    pub(crate) length: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) modified: Timestamp,
    /// None: a delete marker.
    pub(crate) object: Option<Box<Object>>,
    /// What keeps it from being deleted.
    #[serde(default)]
    pub(crate) held: Held,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Object {
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) size: u64,
    pub(crate) stretches: Vec<Stretch>,
    /// How many parts it was uploaded in; None: in one piece.
    pub(crate) parts: Option<usize>,
    pub(crate) key: Wrapped,
    pub(crate) content: Content,
    pub(crate) checksums: Checksums,
    pub(crate) checksum_type: Option<String>,
    pub(crate) tags: Vec<Tag>,
}

impl Object {
    pub(crate) fn body_parts(&self, key: &base::Secret<Vec<u8>>) -> Vec<BodyPart> {
        self.stretches.iter().map(|s| BodyPart { id: s.body.clone(), key: key.clone(), length: s.length }).collect()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) initiated: Timestamp,
    /// The name of the caller who began it.
    pub(crate) initiator: String,
    pub(crate) key: Wrapped,
    pub(crate) content: Content,
    pub(crate) tags: Vec<Tag>,
    /// `x-amz-server-side-encryption` as the request had it: conditions on parts see it.
    pub(crate) requested_encryption: Option<String>,
    /// What the request said of the object's lock.
    #[serde(default)]
    pub(crate) lock: ObjectLock,
    pub(crate) checksum_algorithm: Option<String>,
    pub(crate) checksum_type: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UploadedPart {
    /// None: it has no bytes.
    pub(crate) stretch: Option<Stretch>,
    pub(crate) length: u64,
    pub(crate) etag: String,
    /// MD5 of the bytes in the clear, as hex, where it is part of the whole object's ETag.
    pub(crate) md5: Option<String>,
    pub(crate) modified: Timestamp,
    pub(crate) checksums: Checksums,
    /// In uploads without a checksum algorithm: the CRC-64/NVME that becomes part of the whole object's.
    #[serde(default)]
    pub(crate) crc64nvme: Option<String>,
}

/// Point reads, which decisions (`View`) and effects (`Scope`) have in common.
pub(crate) trait Rows {
    fn row<const N: usize, V: Serialize + DeserializeOwned>(&mut self, table: &Table<S3, V>, key: [&str; N]) -> Result<Option<V>, Error>;
}
impl Rows for View<'_, S3> {
    fn row<const N: usize, V: Serialize + DeserializeOwned>(&mut self, table: &Table<S3, V>, key: [&str; N]) -> Result<Option<V>, Error> {
        self.get(table, &key)
    }
}
impl Rows for Scope<'_, S3> {
    fn row<const N: usize, V: Serialize + DeserializeOwned>(&mut self, table: &Table<S3, V>, key: [&str; N]) -> Result<Option<V>, Error> {
        self.get(table, &key)
    }
}
