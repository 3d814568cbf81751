use crate::{
    Acl, Checksums, Content, Encryption, ObjectLock, S3, Unsupported, access,
    checksums::FULL,
    conditions::{ReadIf, WriteIf},
    encryption::open_key,
    error, examples, lifecycle,
    names::quoted,
    objects,
    read::{MAY_LIST, locate},
    state::{Object, Rows, VERSIONS},
    tags,
    write::{self, MOST_AT_ONCE, body_key, received},
};
use base::IsoTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Copies an object. The bytes are opened with the source's key and sealed under a new one.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
pub struct CopyObject;

/// From where to where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CopyObjectInput {
    /// The bucket to copy to.
    pub bucket: String,
    /// The key to copy to.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// `bucket/key`, percent-encoded, with `?versionId=…` for an old version.
    pub copy_source: String,
    /// The account that the source's bucket must belong to.
    pub expected_source_bucket_owner: Option<String>,
    /// A condition on the source.
    pub copy_source_if_match: Option<String>,
    /// A condition on the source.
    pub copy_source_if_none_match: Option<String>,
    /// A condition on the source.
    pub copy_source_if_modified_since: Option<IsoTime>,
    /// A condition on the source.
    pub copy_source_if_unmodified_since: Option<IsoTime>,
    /// Refused.
    #[serde(rename = "CopySourceSSECustomerAlgorithm")]
    pub copy_source_sse_customer_algorithm: Option<String>,
    /// Refused.
    pub checksum_algorithm: Option<String>,
    /// `COPY` or `REPLACE`.
    pub metadata_directive: Option<String>,
    /// `COPY` or `REPLACE`.
    pub tagging_directive: Option<String>,
    /// With `REPLACE`: the tags.
    pub tagging: Option<String>,
    /// Rights.
    #[serde(flatten)]
    pub acl: Acl,
    /// With `REPLACE`: what is stored beside the bytes.
    #[serde(flatten)]
    pub content: Content,
    /// Encryption; else the bucket's default.
    #[serde(flatten)]
    pub encryption: Encryption,
    /// Conditions on what is overwritten.
    #[serde(flatten)]
    pub conditions: WriteIf,
    /// The object's lock; else the bucket's default.
    #[serde(flatten)]
    pub lock: ObjectLock,
    /// Refused members.
    #[serde(flatten)]
    pub unsupported: Unsupported,
}

/// The new object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CopyObjectResult {
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// When it was written.
    pub last_modified: IsoTime,
    /// As stored.
    #[serde(flatten)]
    pub checksums: Checksums,
}

/// What was copied.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CopyObjectOutput {
    /// The new object.
    pub copy_object_result: CopyObjectResult,
    /// The source's version, if its bucket has versions.
    pub copy_source_version_id: Option<String>,
    /// The new version.
    pub version_id: Option<String>,
    /// When it ends by a lifecycle rule, and which.
    pub expiration: Option<String>,
    /// As stored.
    #[serde(flatten)]
    pub encryption: Encryption,
}

struct Source {
    bucket: String,
    key: String,
    version: Option<String>,
}

fn replaces(name: &str, directive: Option<&str>) -> Result<bool, Error> {
    match directive {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(error::invalid_argument(name, format!("Unknown {name}: it is COPY or REPLACE"))),
    }
}

impl CopyObjectInput {
    fn source(&self) -> Result<Source, Error> {
        let (bucket, key, version) = wire::s3::copy_source(&self.copy_source).ok_or_else(|| {
            error::invalid_argument("x-amz-copy-source", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
        })?;
        Ok(Source { bucket, key, version })
    }
    fn source_conditions(&self) -> ReadIf {
        ReadIf {
            if_match: self.copy_source_if_match.clone(),
            if_none_match: self.copy_source_if_none_match.clone(),
            if_modified_since: self.copy_source_if_modified_since,
            if_unmodified_since: self.copy_source_if_unmodified_since,
        }
    }
    fn check(&self) -> Result<(), Error> {
        self.unsupported.check(CopyObject::NAME)?;
        if self.copy_source_sse_customer_algorithm.is_some() {
            return Err(Error::not_implemented("s3:CopyObject with CopySourceSSECustomerAlgorithm"));
        }
        if self.checksum_algorithm.is_some() {
            return Err(Error::not_implemented("s3:CopyObject with ChecksumAlgorithm"));
        }
        self.content.check()?;
        Ok(())
    }
    /// Copying an object onto itself must change something.
    fn check_changes(&self, source: &Source, replaces_content: bool) -> Result<(), Error> {
        let same_place = source.bucket == self.bucket && source.key == self.key && source.version.is_none();
        if same_place && !replaces_content && self.encryption == Encryption::default() {
            return Err(error::invalid_request(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        Ok(())
    }
}

/// Whether the source has tags, which are copied only by who may read and write tags.
fn source_has_tags(facts: &mut View<'_, S3>, source: &Source) -> Result<bool, Error> {
    let found = match &source.version {
        Some(id) => objects::by_id(facts, &source.bucket, &source.key, id)?.map(|p| p.version),
        None => match facts.row(&crate::state::CURRENT, [&source.bucket, &source.key])? {
            Some(summary) => facts.row(&VERSIONS, [&source.bucket, &source.key, &summary.order])?,
            None => None,
        },
    };
    Ok(found.and_then(|v| v.object).is_some_and(|o| !o.tags.is_empty()))
}

impl Operation for CopyObject {
    type Service = S3;
    const NAME: &'static str = "CopyObject";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = CopyObjectInput;
    type Output = CopyObjectOutput;

    fn demands(input: &CopyObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let source = input.source()?;
        let replaces_tags = replaces("x-amz-tagging-directive", input.tagging_directive.as_deref())?;
        let header_tags = input.tagging.as_deref().filter(|_| replaces_tags);
        let now = facts.now();
        let told = |demand: gate::Demand| {
            input
                .lock
                .on(demand, now)
                .with("s3:x-amz-copy-source", &input.copy_source)
                .with_some("s3:x-amz-metadata-directive", input.metadata_directive.as_ref())
        };
        let mut demands = write::demands(facts, &input.bucket, &input.key, &input.acl, header_tags, &input.encryption, told)?;
        demands = input.lock.and(demands, facts, &input.bucket, &input.key)?;
        let (read, read_tags) = match source.version {
            Some(_) => ("s3:GetObjectVersion", "s3:GetObjectVersionTagging"),
            None => ("s3:GetObject", "s3:GetObjectTagging"),
        };
        let mut on_source = vec![read];
        if !replaces_tags && source_has_tags(facts, &source)? {
            on_source.push(read_tags);
            demands = demands.and(access::on_object(facts, "s3:PutObjectTagging", &input.bucket, &input.key)?);
        }
        for action in on_source {
            demands = demands
                .and(access::on_object(facts, action, &source.bucket, &source.key)?.with_some("s3:versionid", source.version.as_ref()));
        }
        if objects::exists(facts, &source.bucket, &source.key, source.version.as_deref())? {
            return Ok(demands);
        }
        Ok(demands.and(access::on_bucket(facts, "s3:ListBucket", &source.bucket)?.probe(MAY_LIST)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CopyObjectInput) -> Result<CopyObjectOutput, Error> {
        input.check()?;
        let source = input.source()?;
        let replaces_content = replaces("x-amz-metadata-directive", input.metadata_directive.as_deref())?;
        let replaces_tags = replaces("x-amz-tagging-directive", input.tagging_directive.as_deref())?;
        input.check_changes(&source, replaces_content)?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        input.acl.check_owner(&bucket, call.caller())?;
        let held = input.lock.held(&bucket, call.now())?;
        let from = access::open(call, &source.bucket, input.expected_source_bucket_owner.as_deref())?;
        let may_list = call.probe(MAY_LIST);
        let (version, object) = locate(call, &source.bucket, &source.key, source.version.as_deref(), may_list)?;
        input.source_conditions().check_source(&object.etag, version.modified)?;
        if object.size > MOST_AT_ONCE {
            return Err(error::invalid_request(format!(
                "The specified copy source is larger than the maximum allowable size for a copy source: {MOST_AT_ONCE}"
            )));
        }
        let current = objects::current_etag(call, &bucket.name, &input.key)?;
        input.conditions.check(&input.key, current.as_deref())?;
        let old_key = open_key(call, &object.key, &source.bucket, &source.key)?;
        let new_key = input.encryption.new_key(call, &bucket, &input.key).and_then(body_key)?;
        let copy = received(call.copy_body(object.body_parts(&old_key), 0, object.size, new_key)?)?;
        let etag = copy.wrapped.etag(call, &copy.md5);
        // A checksum of parts' checksums does not hold for the one piece that the copy is.
        let checksums = if object.checksum_type.as_deref() == Some(FULL) { object.checksums } else { Checksums::default() };
        let new = Object {
            etag: etag.clone(),
            size: copy.length,
            stretches: copy.stretch.into_iter().collect(),
            parts: None,
            key: copy.wrapped,
            content: if replaces_content { input.content } else { object.content },
            checksum_type: checksums.algorithm().map(|_| FULL.into()),
            checksums: checksums.clone(),
            tags: if replaces_tags { tags::of_header(input.tagging.as_deref())? } else { object.tags },
        };
        let encryption = new.key.told();
        let expiration = lifecycle::told_of_new(call, &bucket, &input.key, &new)?;
        let version_id = write::store(call, &bucket, &input.key, new, held, "ObjectCreated:Copy")?;
        Ok(CopyObjectOutput {
            copy_object_result: CopyObjectResult { etag: quoted(&etag), last_modified: IsoTime(call.now()), checksums },
            copy_source_version_id: objects::told_id(&from, &version.id),
            version_id,
            expiration,
            encryption,
        })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "b", "CopySource": "example-bucket/a"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("from and to a KMS key", examples::with_encrypted(json!({"Bucket": "example-bucket", "Key": "copy", "CopySource": "example-bucket/a/b", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "$1/KeyMetadata/Arn"})).inside(["kms:Decrypt", "kms:GenerateDataKey"])),
        ]
    }
}
