use crate::{
    Acl, Checksums, Content, Encryption, ObjectLock, S3, Unsupported, WriteIf, access,
    checksums::{self, FULL},
    examples, lifecycle, lock,
    names::quoted,
    objects,
    state::Object,
    tags,
    write::{self, body_key, demands, nothing},
};
use gate::{Authorized, BodyKey, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wire::checksum::Algorithm;

/// Stores an object. No body is an object without bytes.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>
pub struct PutObject;

/// Where, and with what.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// MD5 of the body, verified before the call.
    #[serde(rename = "ContentMD5")]
    pub content_md5: Option<String>,
    /// Tags: `key=value&…`.
    pub tagging: Option<String>,
    /// Rights.
    #[serde(flatten)]
    pub acl: Acl,
    /// What is stored beside the bytes.
    #[serde(flatten)]
    pub content: Content,
    /// Encryption; else the bucket's default.
    #[serde(flatten)]
    pub encryption: Encryption,
    /// The algorithm of the body's checksum.
    pub checksum_algorithm: Option<String>,
    /// A checksum of the body, verified against it.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// Conditions.
    #[serde(flatten)]
    pub conditions: WriteIf,
    /// The object's lock; else the bucket's default.
    #[serde(flatten)]
    pub lock: ObjectLock,
    /// Refused members.
    #[serde(flatten)]
    pub unsupported: Unsupported,
}

/// What was stored.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectOutput {
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// When it ends by a lifecycle rule, and which.
    pub expiration: Option<String>,
    /// In versioned buckets.
    pub version_id: Option<String>,
    /// `FULL_OBJECT`.
    pub checksum_type: Option<String>,
    /// As stored.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// As stored.
    #[serde(flatten)]
    pub encryption: Encryption,
}

impl PutObjectInput {
    /// The checksum that is kept with the object.
    fn sum(&self) -> Result<Algorithm, Error> {
        Ok(self.checksums.wanted(self.checksum_algorithm.as_deref())?.unwrap_or(checksums::DEFAULT))
    }
    /// Whether the sender says what the bytes are.
    fn is_vouched(&self) -> bool {
        self.content_md5.is_some() || self.checksum_algorithm.is_some() || self.checksums.algorithm().is_some()
    }
    fn check(&self) -> Result<(), Error> {
        self.unsupported.check(PutObject::NAME)?;
        self.content.check()?;
        self.checksums.check()?;
        self.sum().map(drop)
    }
}

impl Operation for PutObject {
    type Service = S3;
    const NAME: &'static str = "PutObject";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = PutObjectInput;
    type Output = PutObjectOutput;

    fn demands(input: &PutObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let now = facts.now();
        let demands = demands(facts, &input.bucket, &input.key, &input.acl, input.tagging.as_deref(), &input.encryption, |demand| {
            input.lock.on(input.conditions.on(demand), now)
        })?;
        input.lock.and(demands, facts, &input.bucket, &input.key)
    }

    fn open(call: &mut Authorized<'_, Self>, input: &PutObjectInput) -> Result<BodyKey, Error> {
        input.check()?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        if input.conditions.is_given() {
            let current = objects::current_etag(call, &bucket.name, &input.key)?;
            input.conditions.check(&input.key, current.as_deref())?;
        }
        input.acl.check_owner(&bucket, call.caller())?;
        input.lock.held(&bucket, call.now())?;
        let key = input.encryption.new_key(call, &bucket, &input.key)?;
        body_key(key, vec![input.sum()?])
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutObjectInput) -> Result<PutObjectOutput, Error> {
        input.check()?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        if input.conditions.is_given() {
            // Again: a body takes its time, and another object may have come meanwhile.
            let current = objects::current_etag(call, &bucket.name, &input.key)?;
            input.conditions.check(&input.key, current.as_deref())?;
        }
        input.acl.check_owner(&bucket, call.caller())?;
        let held = input.lock.held(&bucket, call.now())?;
        lock::check_vouched(call, &held, input.is_vouched())?;
        let received = match write::body(call)? {
            Some(received) => received,
            None => nothing(input.encryption.new_key(call, &bucket, &input.key)?.1, &[input.sum()?]),
        };
        input.checksums.verify(&received.sums)?;
        let etag = received.wrapped.etag(call, received.md5.as_deref());
        let object = Object {
            etag: etag.clone(),
            size: received.length,
            stretches: received.stretch.into_iter().collect(),
            parts: None,
            key: received.wrapped,
            content: input.content,
            checksum_type: Some(FULL.into()),
            checksums: received.sums,
            tags: tags::of_header(input.tagging.as_deref())?,
        };
        let (encryption, checksum_type, checksums) = (object.key.told(), object.checksum_type.clone(), object.checksums.clone());
        let expiration = lifecycle::told_of_new(call, &bucket, &input.key, &object)?;
        let version_id = write::store(call, &bucket, &input.key, object, held, "ObjectCreated:Put")?;
        Ok(PutObjectOutput { etag: quoted(&etag), expiration, version_id, checksum_type, checksums, encryption })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a/b", "ContentType": "text/plain"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .body(b"Hello")
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("with a KMS key", examples::with_key(examples::encrypted()).body(b"Hello").inside(["kms:GenerateDataKey"])),
            ("with tags", examples::with_bucket(examples::object(json!({"Tagging": "stage=test"})))),
        ]
    }
}
