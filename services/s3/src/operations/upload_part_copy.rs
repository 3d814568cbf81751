use super::upload_part::check_number;
use crate::{
    Checksums, CopySource, Encryption, S3, Unsupported, access, checksums,
    encryption::open_key,
    examples, multipart,
    names::quoted,
    objects,
    read::MAY_LIST,
    source::{range, too_large},
    write::{MOST_AT_ONCE, body_key, nothing, received},
};
use base::IsoTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A part of an upload that is copied from an object, or from a range of it.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html>
pub struct UploadPartCopy;

/// From where, and which part.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadPartCopyInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The upload.
    pub upload_id: String,
    /// 1 to 10,000.
    pub part_number: u64,
    /// `bytes=0-9`; else all of the source.
    pub copy_source_range: Option<String>,
    /// From where, and on which conditions.
    #[serde(flatten)]
    pub source: CopySource,
    /// Refused members.
    #[serde(flatten)]
    pub unsupported: Unsupported,
}

/// The part.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CopyPartResult {
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// When it was written.
    pub last_modified: IsoTime,
    /// In uploads with a checksum algorithm.
    #[serde(flatten)]
    pub checksums: Checksums,
}

/// What was copied.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadPartCopyOutput {
    /// The part.
    pub copy_part_result: CopyPartResult,
    /// The source's version, if its bucket has versions.
    pub copy_source_version_id: Option<String>,
    /// As stored.
    #[serde(flatten)]
    pub encryption: Encryption,
}

impl Operation for UploadPartCopy {
    type Service = S3;
    const NAME: &'static str = "UploadPartCopy";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = UploadPartCopyInput;
    type Output = UploadPartCopyOutput;

    fn demands(input: &UploadPartCopyInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let source = input.source.parse()?;
        let write = multipart::demand(facts, "s3:PutObject", &input.bucket, &input.key, &input.upload_id)?;
        let write = write.with("s3:x-amz-copy-source", &input.source.copy_source);
        let read = source.target(facts, ["s3:GetObject", "s3:GetObjectVersion"])?;
        Ok(Demands::from(write).and_all(read.demands(|demand| demand)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UploadPartCopyInput) -> Result<UploadPartCopyOutput, Error> {
        input.unsupported.check(Self::NAME)?;
        input.source.check(Self::NAME)?;
        check_number(input.part_number)?;
        let source = input.source.parse()?;
        access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let upload = multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        let may_list = call.probe(MAY_LIST);
        let (from, version, object) = input.source.open(call, &source, may_list)?;
        let (start, length) = range(input.copy_source_range.as_deref(), object.size)?;
        if length > MOST_AT_ONCE {
            return Err(too_large());
        }
        let named = upload.checksum_algorithm.as_deref().map(checksums::algorithm).transpose()?;
        let sums = vec![named.unwrap_or(checksums::DEFAULT)];
        let old_key = open_key(call, &object.key, &source.bucket, &source.key)?;
        let new_key = open_key(call, &upload.key, &input.bucket, &input.key)?;
        let encryption = upload.key.told();
        let copied = if length == 0 {
            nothing(upload.key, &sums)
        } else {
            received(call.copy_body(object.body_parts(&old_key), start, length, body_key((new_key, upload.key), sums)?)?)?
        };
        let checksums = named.map(|named| copied.sums.only(named)).unwrap_or_default();
        let crc64nvme = copied.sums.get(checksums::DEFAULT).filter(|_| named.is_none()).map(Into::into);
        let part = multipart::Part { number: input.part_number, received: copied, checksums, crc64nvme };
        let (etag, checksums) = part.store(call, &input.bucket, &input.key, &input.upload_id)?;
        Ok(UploadPartCopyOutput {
            copy_part_result: CopyPartResult { etag: quoted(&etag), last_modified: IsoTime(call.now()), checksums },
            copy_source_version_id: objects::told_id(&from, &version.id),
            encryption,
        })
    }

    fn example() -> Example {
        let input =
            json!({"Bucket": "example-bucket", "Key": "b", "UploadId": "$2/UploadId", "PartNumber": 1, "CopySource": "example-bucket/a"});
        Example::of(input)
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after_sending("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}), b"Hello")
            .after("s3:CreateMultipartUpload", json!({"Bucket": "example-bucket", "Key": "b"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let part = |upload: &str, source: &str| examples::object(json!({"UploadId": upload, "PartNumber": 1, "CopySource": source}));
        vec![
            (
                "from and to a KMS key",
                examples::with_encrypted_upload(part("$2/UploadId", "example-bucket/source"))
                    .after("s3:PutObject", {
                        let mut source = examples::encrypted();
                        source["Key"] = "source".into();
                        source
                    })
                    .inside(["kms:Decrypt", "kms:Decrypt"]),
            ),
            (
                "of what is not there",
                examples::with_bucket(part("$1/UploadId", "example-bucket/missing"))
                    .after("s3:CreateMultipartUpload", examples::object(json!({})))
                    .fails("NoSuchKey"),
            ),
        ]
    }
}
