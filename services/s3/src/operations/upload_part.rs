use crate::{
    Checksums, Encryption, S3, Unsupported, access,
    checksums::{self, COMPOSITE},
    encryption::open_key,
    error, examples,
    multipart::{self, MAX_PARTS},
    names::quoted,
    state::Upload,
    write::{self, body_key, nothing},
};
use gate::{Authorized, BodyKey, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wire::checksum::Algorithm;

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
    /// The algorithm of the body's checksum.
    pub checksum_algorithm: Option<String>,
    /// A checksum of the body, verified against it.
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

pub(crate) fn check_number(number: u64) -> Result<(), Error> {
    if (1..=MAX_PARTS).contains(&number) {
        return Ok(());
    }
    Err(error::invalid_argument("partNumber", format!("Part number must be an integer between 1 and {MAX_PARTS}, inclusive")))
}

impl UploadPartInput {
    fn check(&self) -> Result<(), Error> {
        check_number(self.part_number)?;
        self.unsupported.check(UploadPart::NAME)?;
        self.checksums.check()
    }

    /// The algorithms of the part's checksums, the part's own one first: that of the upload, or the one that the part itself
    /// has and the one that becomes part of the whole object's.
    fn sums(&self, upload: &Upload) -> Result<(Option<Algorithm>, Vec<Algorithm>), Error> {
        let own = self.checksums.wanted(self.checksum_algorithm.as_deref())?;
        let Some(expected) = upload.checksum_algorithm.as_deref().map(checksums::algorithm).transpose()? else {
            let all = own.into_iter().chain([checksums::DEFAULT].into_iter().filter(|d| own != Some(*d))).collect();
            return Ok((own, all));
        };
        let composite = upload.checksum_type.as_deref() == Some(COMPOSITE);
        if own == Some(expected) || (own.is_none() && !composite) {
            return Ok((Some(expected), vec![expected]));
        }
        Err(error::invalid_request(format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            expected.name().to_lowercase(),
            own.map_or("null".into(), |own| own.name().to_lowercase())
        )))
    }
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
        input.check()?;
        access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let upload = multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        let (_, sums) = input.sums(&upload)?;
        let key = open_key(call, &upload.key, &input.bucket, &input.key)?;
        body_key((key, upload.key), sums)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UploadPartInput) -> Result<UploadPartOutput, Error> {
        input.check()?;
        access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let upload = multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        let encryption = upload.key.told();
        let (own, sums) = input.sums(&upload)?;
        let received = write::body(call)?.unwrap_or_else(|| nothing(upload.key, &sums));
        input.checksums.verify(&received.sums)?;
        let checksums = own.map(|own| received.sums.only(own)).unwrap_or_default();
        let crc64nvme = received.sums.get(checksums::DEFAULT).filter(|_| upload.checksum_algorithm.is_none()).map(Into::into);
        let part = multipart::Part { number: input.part_number, received, checksums, crc64nvme };
        let (etag, checksums) = part.store(call, &input.bucket, &input.key, &input.upload_id)?;
        Ok(UploadPartOutput { etag: quoted(&etag), checksums, encryption })
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
