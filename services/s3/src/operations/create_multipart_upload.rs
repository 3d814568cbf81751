use crate::{
    Acl, Content, Encryption, ObjectLock, S3, Unsupported, access,
    checksums::{self, COMPOSITE, FULL},
    error, examples, lifecycle,
    state::{UPLOADS, Upload},
    tags, write,
};
use base::{IsoTime, uuid_v7};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wire::checksum::Algorithm;

/// Begins an upload in parts, and makes the data key of all of them.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html>
pub struct CreateMultipartUpload;

/// Where, and with what.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateMultipartUploadInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// Tags: `key=value&…`.
    pub tagging: Option<String>,
    /// The algorithm of the parts' checksums.
    pub checksum_algorithm: Option<String>,
    /// `COMPOSITE` or `FULL_OBJECT`.
    pub checksum_type: Option<String>,
    /// Rights.
    #[serde(flatten)]
    pub acl: Acl,
    /// What is stored beside the bytes.
    #[serde(flatten)]
    pub content: Content,
    /// Encryption; else the bucket's default.
    #[serde(flatten)]
    pub encryption: Encryption,
    /// The object's lock; else the bucket's default.
    #[serde(flatten)]
    pub lock: ObjectLock,
    /// Refused members.
    #[serde(flatten)]
    pub unsupported: Unsupported,
}

/// The upload.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateMultipartUploadOutput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Its id.
    pub upload_id: String,
    /// When a lifecycle rule ends it.
    pub abort_date: Option<IsoTime>,
    /// That rule.
    pub abort_rule_id: Option<String>,
    /// As asked.
    pub checksum_algorithm: Option<String>,
    /// As asked, or AWS's default.
    pub checksum_type: Option<String>,
    /// As it will be stored.
    #[serde(flatten)]
    pub encryption: Encryption,
}

/// The algorithm and the type of the checksum: CRC-64 is of the whole object, hashes are of the parts.
fn checksum(algorithm: Option<&str>, kind: Option<&str>) -> Result<(Option<String>, Option<String>), Error> {
    let Some(name) = algorithm else {
        return match kind {
            None => Ok((None, None)),
            Some(_) => {
                Err(error::invalid_request("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."))
            }
        };
    };
    let algorithm = checksums::algorithm(name)?;
    let kind = match (algorithm, kind) {
        (Algorithm::Crc64Nvme, None | Some(FULL)) | (Algorithm::Crc32 | Algorithm::Crc32c, Some(FULL)) => FULL,
        (Algorithm::Crc64Nvme, Some(COMPOSITE)) | (Algorithm::Sha1 | Algorithm::Sha256, Some(FULL)) => {
            return Err(error::invalid_request(format!(
                "The {} checksum type cannot be used with the {} checksum algorithm.",
                kind.unwrap_or_default(),
                algorithm.name().to_lowercase()
            )));
        }
        (_, None | Some(COMPOSITE)) => COMPOSITE,
        _ => return Err(error::invalid_request("Value for x-amz-checksum-type header is invalid.")),
    };
    Ok((Some(algorithm.name().into()), Some(kind.into())))
}

impl Operation for CreateMultipartUpload {
    type Service = S3;
    const NAME: &'static str = "CreateMultipartUpload";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = CreateMultipartUploadInput;
    type Output = CreateMultipartUploadOutput;

    fn demands(input: &CreateMultipartUploadInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let now = facts.now();
        let demands =
            write::demands(facts, &input.bucket, &input.key, &input.acl, input.tagging.as_deref(), &input.encryption, |demand| {
                input.lock.on(demand, now)
            })?;
        input.lock.and(demands, facts, &input.bucket, &input.key)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateMultipartUploadInput) -> Result<CreateMultipartUploadOutput, Error> {
        input.unsupported.check(Self::NAME)?;
        input.content.check()?;
        let (checksum_algorithm, checksum_type) = checksum(input.checksum_algorithm.as_deref(), input.checksum_type.as_deref())?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        input.acl.check_owner(&bucket, call.caller())?;
        input.lock.held(&bucket, call.now())?;
        let (_, key) = input.encryption.new_key(call, &bucket, &input.key)?;
        let abort = lifecycle::told_of_upload(call, &bucket, &input.key)?;
        let (abort_date, abort_rule_id) = abort.map(|(time, rule)| (IsoTime(time), rule)).unzip();
        // Sorts by time, as lists of uploads do.
        let upload_id = uuid_v7(call.entropy(), call.now()).replace('-', "");
        let encryption = key.told();
        let upload = Upload {
            initiated: call.now(),
            initiator: call.caller().name(),
            key,
            content: input.content,
            tags: tags::of_header(input.tagging.as_deref())?,
            requested_encryption: input.encryption.server_side_encryption,
            lock: input.lock,
            checksum_algorithm: checksum_algorithm.clone(),
            checksum_type: checksum_type.clone(),
        };
        call.put(&UPLOADS, &[input.bucket.as_str(), &input.key, &upload_id], &upload)?;
        Ok(CreateMultipartUploadOutput {
            bucket: input.bucket,
            key: input.key,
            upload_id,
            abort_date,
            abort_rule_id,
            checksum_algorithm,
            checksum_type,
            encryption,
        })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("with a KMS key", examples::with_key(examples::encrypted()).inside(["kms:GenerateDataKey"]))]
    }
}
