//! The worlds of the operations' examples that need more than a bucket.

use gate::Example;
use serde_json::{Value, json};

const BUCKET: &str = "example-bucket";
/// The key that [`with_key`] makes.
const KMS_KEY: &str = "$1/KeyMetadata/Arn";

/// These members, with the example's bucket and key.
pub(crate) fn object(more: Value) -> Value {
    let mut input = json!({"Bucket": BUCKET, "Key": "a/b"});
    if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
        input.extend(more);
    }
    input
}

/// The same, asking for encryption by the KMS key.
pub(crate) fn encrypted() -> Value {
    object(json!({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KMS_KEY}))
}

pub(crate) fn with_bucket(input: Value) -> Example {
    Example::of(input).after("s3:CreateBucket", json!({"Bucket": BUCKET}))
}

/// A call after the bucket and a KMS key were made.
pub(crate) fn with_key(input: Value) -> Example {
    with_bucket(input).after("kms:CreateKey", json!({}))
}

/// A call after an object was encrypted by the KMS key.
pub(crate) fn with_encrypted(input: Value) -> Example {
    with_key(input).after("s3:PutObject", encrypted())
}

/// A call after an upload in parts began, to be encrypted by the KMS key; `$2` is its answer.
pub(crate) fn with_encrypted_upload(input: Value) -> Example {
    with_key(input).after("s3:CreateMultipartUpload", encrypted())
}

/// A call after a version of an object was written; `$2` is its answer.
pub(crate) fn with_version(input: Value) -> Example {
    with_bucket(input)
        .after("s3:PutBucketVersioning", json!({"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Enabled"}}))
        .after("s3:PutObject", object(json!({})))
}

/// A time that comes after all examples.
pub(crate) const LATER: &str = "2090-01-01T00:00:00Z";

/// A call after a bucket with object lock was made.
pub(crate) fn with_lock(input: Value) -> Example {
    Example::of(input).after("s3:CreateBucket", json!({"Bucket": BUCKET, "ObjectLockEnabledForBucket": true}))
}

/// A call after an object was stored in such a bucket.
pub(crate) fn with_locked(input: Value) -> Example {
    with_lock(input).after("s3:PutObject", object(json!({})))
}

/// Lifecycle rules.
pub(crate) fn lifecycle() -> Value {
    json!({"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 7}}]})
}
