use crate::{
    Checksums, Encryption, S3, Unsupported, access,
    encryption::open_key,
    error, examples,
    multipart::{self, MAX_PARTS, part_key},
    names::quoted,
    state::{PARTS, Rows, UploadedPart},
    write::{self, body_key, nothing},
};
use gate::{Authorized, BodyKey, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A part of an upload; a part of the same number takes its place.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>
pub struct UploadPart;

/// Which part.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadPartInput {
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
    /// Checksums of the body, verified before the call.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// Refused members.
    #[serde(flatten)]
    pub unsupported: Unsupported,
}

/// The part.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadPartOutput {
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// As stored.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// As stored.
    #[serde(flatten)]
    pub encryption: Encryption,
}

fn check(input: &UploadPartInput) -> Result<(), Error> {
    if !(1..=MAX_PARTS).contains(&input.part_number) {
        return Err(error::invalid_argument("partNumber", format!("Part number must be an integer between 1 and {MAX_PARTS}, inclusive")));
    }
    input.unsupported.check(UploadPart::NAME)?;
    input.checksums.check()
}

impl Operation for UploadPart {
    type Service = S3;
    const NAME: &'static str = "UploadPart";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = UploadPartInput;
    type Output = UploadPartOutput;

    fn demands(input: &UploadPartInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        multipart::demand(facts, "s3:PutObject", &input.bucket, &input.key, &input.upload_id).map(Demands::from)
    }

    fn open(call: &mut Authorized<'_, Self>, input: &UploadPartInput) -> Result<BodyKey, Error> {
        check(input)?;
        access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let upload = multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        let key = open_key(call, &upload.key, &input.bucket, &input.key)?;
        body_key((key, upload.key))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UploadPartInput) -> Result<UploadPartOutput, Error> {
        check(&input)?;
        access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let upload = multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        let encryption = upload.key.told();
        let received = write::body(call)?.unwrap_or_else(|| nothing(upload.key));
        let number = part_key(input.part_number);
        let row = [input.bucket.as_str(), &input.key, &input.upload_id, &number];
        if let Some(stretch) = call.row(&PARTS, row)?.and_then(|old| old.stretch) {
            call.delete_body(&stretch.body)?;
        }
        let etag = received.wrapped.etag(call, &received.md5);
        let part = UploadedPart {
            stretch: received.stretch,
            length: received.length,
            etag: etag.clone(),
            md5: received.md5,
            modified: call.now(),
            checksums: input.checksums.clone(),
        };
        call.put(&PARTS, &row, &part)?;
        Ok(UploadPartOutput { etag: quoted(&etag), checksums: input.checksums, encryption })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a", "UploadId": "$1/UploadId", "PartNumber": 1}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:CreateMultipartUpload", json!({"Bucket": "example-bucket", "Key": "a"}))
            .body(b"Hello")
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![(
            "with a KMS key",
            examples::with_encrypted_upload(examples::object(json!({"UploadId": "$2/UploadId", "PartNumber": 1})))
                .body(b"Hello")
                .inside(["kms:Decrypt"]),
        )]
    }
}
