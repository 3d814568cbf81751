use crate::{
    Acl, Checksums, Content, CopySource, Encryption, ObjectLock, S3, Unsupported, access,
    checksums::{self, FULL},
    conditions::WriteIf,
    encryption::open_key,
    error, examples, lifecycle,
    names::quoted,
    objects,
    read::MAY_LIST,
    source::{Source, too_large},
    state::Object,
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
    /// From where, and on which conditions.
    #[serde(flatten)]
    pub source: CopySource,
    /// The algorithm of the copy's checksum; else that of the source.
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
    /// `FULL_OBJECT`.
    pub checksum_type: &'static str,
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

fn replaces(name: &str, directive: Option<&str>) -> Result<bool, Error> {
    match directive {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(error::invalid_argument(name, format!("Unknown {name}: it is COPY or REPLACE"))),
    }
}

impl CopyObjectInput {
    fn check(&self) -> Result<(), Error> {
        self.unsupported.check(CopyObject::NAME)?;
        self.source.check(CopyObject::NAME)?;
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

impl Operation for CopyObject {
    type Service = S3;
    const NAME: &'static str = "CopyObject";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = CopyObjectInput;
    type Output = CopyObjectOutput;

    fn demands(input: &CopyObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let source = input.source.parse()?;
        let replaces_tags = replaces("x-amz-tagging-directive", input.tagging_directive.as_deref())?;
        let header_tags = input.tagging.as_deref().filter(|_| replaces_tags);
        let now = facts.now();
        let told = |demand: gate::Demand| {
            let demand = demand
                .with("s3:x-amz-copy-source", &input.source.copy_source)
                .with_some("s3:x-amz-metadata-directive", input.metadata_directive.as_ref());
            input.lock.on(input.conditions.on(demand), now)
        };
        let mut demands = write::demands(facts, &input.bucket, &input.key, &input.acl, header_tags, &input.encryption, told)?;
        demands = input.lock.and(demands, facts, &input.bucket, &input.key)?;
        let read = source.target(facts, ["s3:GetObject", "s3:GetObjectVersion"])?;
        // Tags are copied only by who may read and write tags.
        if !replaces_tags && read.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
            let actions = ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"];
            let tags = source.target(facts, actions)?;
            demands = demands.and(access::on_object(facts, "s3:PutObjectTagging", &input.bucket, &input.key)?).and(tags.demand);
        }
        Ok(demands.and_all(read.demands(|demand| demand)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CopyObjectInput) -> Result<CopyObjectOutput, Error> {
        input.check()?;
        let source = input.source.parse()?;
        let replaces_content = replaces("x-amz-metadata-directive", input.metadata_directive.as_deref())?;
        let replaces_tags = replaces("x-amz-tagging-directive", input.tagging_directive.as_deref())?;
        input.check_changes(&source, replaces_content)?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        input.acl.check_owner(&bucket, call.caller())?;
        let held = input.lock.held(&bucket, call.now())?;
        let may_list = call.probe(MAY_LIST);
        let (from, version, object) = input.source.open(call, &source, may_list)?;
        if object.size > MOST_AT_ONCE {
            return Err(too_large());
        }
        let current = objects::current_etag(call, &bucket.name, &input.key)?;
        input.conditions.check(&input.key, current.as_deref())?;
        let old_key = open_key(call, &object.key, &source.bucket, &source.key)?;
        let asked = input.checksum_algorithm.as_deref().map(checksums::algorithm).transpose()?;
        let kept = object.checksums.algorithm().map(checksums::algorithm).transpose()?;
        let new_key = input.encryption.new_key(call, &bucket, &input.key)?;
        // Computed anew: a checksum of parts' checksums does not hold for the one piece that the copy is.
        let new_key = body_key(new_key, vec![asked.or(kept).unwrap_or(checksums::DEFAULT)])?;
        let copy = received(call.copy_body(object.body_parts(&old_key), 0, object.size, new_key)?)?;
        let etag = copy.wrapped.etag(call, copy.md5.as_deref());
        let checksums = copy.sums;
        let new = Object {
            etag: etag.clone(),
            size: copy.length,
            stretches: copy.stretch.into_iter().collect(),
            parts: None,
            key: copy.wrapped,
            content: if replaces_content { input.content } else { object.content },
            checksum_type: Some(FULL.into()),
            checksums: checksums.clone(),
            tags: if replaces_tags { tags::of_header(input.tagging.as_deref())? } else { object.tags },
        };
        let encryption = new.key.told();
        let expiration = lifecycle::told_of_new(call, &bucket, &input.key, &new)?;
        let version_id = write::store(call, &bucket, &input.key, new, held, "ObjectCreated:Copy")?;
        Ok(CopyObjectOutput {
            copy_object_result: CopyObjectResult {
                etag: quoted(&etag),
                last_modified: IsoTime(call.now()),
                checksum_type: FULL,
                checksums,
            },
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
