use crate::{
    Checksums, S3, access,
    listing::limit,
    multipart::{self, part_key},
    names::quoted,
    owner::{self, Owner},
    state::PARTS,
};
use base::IsoTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The parts of an upload that have come so far.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>
pub struct ListParts;

/// Which page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListPartsInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The upload.
    pub upload_id: String,
    /// At most 1000.
    pub max_parts: Option<i64>,
    /// Parts behind this number.
    pub part_number_marker: Option<u64>,
}

/// A part.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PartEntry {
    /// Its number.
    pub part_number: u64,
    /// When it was written.
    pub last_modified: IsoTime,
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// As stored.
    #[serde(flatten)]
    pub checksums: Checksums,
}

/// A page of parts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListPartsOutput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// As asked.
    pub part_number_marker: u64,
    /// Where the next page begins.
    pub next_part_number_marker: Option<u64>,
    /// As asked.
    pub max_parts: usize,
    /// Whether there are more.
    pub is_truncated: bool,
    /// The parts.
    pub parts: Vec<PartEntry>,
    /// Who began the upload.
    pub initiator: Owner,
    /// Whose the object will be.
    pub owner: Owner,
    /// `STANDARD`.
    pub storage_class: &'static str,
    /// As at the beginning.
    pub checksum_algorithm: Option<String>,
    /// As at the beginning.
    pub checksum_type: Option<String>,
}

impl Operation for ListParts {
    type Service = S3;
    const NAME: &'static str = "ListParts";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = ListPartsInput;
    type Output = ListPartsOutput;

    fn demands(input: &ListPartsInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_object(facts, "s3:ListMultipartUploadParts", &input.bucket, &input.key).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListPartsInput) -> Result<ListPartsOutput, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let upload = multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        let limit = limit("max-parts", input.max_parts)?;
        let marker = input.part_number_marker.unwrap_or(0);
        let from = part_key(marker);
        let mut rows = call.page(&PARTS, &[input.bucket.as_str(), &input.key, &input.upload_id], Some(&[&from]), limit + 1, false)?;
        let is_truncated = rows.len() > limit && limit > 0;
        rows.truncate(limit);
        let parts: Vec<PartEntry> = rows
            .into_iter()
            .map(|(key, part)| PartEntry {
                part_number: key[3].parse().unwrap_or(0),
                last_modified: IsoTime(part.modified),
                etag: quoted(&part.etag),
                size: part.length,
                checksums: part.checksums,
            })
            .collect();
        Ok(ListPartsOutput {
            bucket: input.bucket,
            key: input.key,
            upload_id: input.upload_id,
            part_number_marker: marker,
            next_part_number_marker: parts.last().map(|p| p.part_number),
            max_parts: limit,
            is_truncated,
            parts,
            initiator: owner::caller(&upload.initiator),
            owner: owner::of(bucket.account),
            storage_class: "STANDARD",
            checksum_algorithm: upload.checksum_algorithm,
            checksum_type: upload.checksum_type,
        })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a", "UploadId": "$1/UploadId"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:CreateMultipartUpload", json!({"Bucket": "example-bucket", "Key": "a"}))
    }
}
