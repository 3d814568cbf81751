use crate::{
    S3, access,
    listing::{self, Walk, limit},
    operations::list_objects_v2::{CommonPrefix, prefixes},
    owner::{self, Owner},
    state::UPLOADS,
};
use base::IsoTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The uploads that are under way, by key and then by time.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>
pub struct ListMultipartUploads;

/// Which page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListMultipartUploadsInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// Keys that begin so.
    pub prefix: Option<String>,
    /// Keys that are the same up to it are rolled up.
    pub delimiter: Option<String>,
    /// At most 1000.
    pub max_uploads: Option<i64>,
    /// Behind this key; with `UploadIdMarker` behind that upload of it.
    pub key_marker: Option<String>,
    /// An upload of `KeyMarker`.
    pub upload_id_marker: Option<String>,
    /// `url`.
    pub encoding_type: Option<String>,
}

/// An upload.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UploadEntry {
    /// Its id.
    pub upload_id: String,
    /// Its key.
    pub key: String,
    /// When it began.
    pub initiated: IsoTime,
    /// `STANDARD`.
    pub storage_class: &'static str,
    /// Whose the object will be.
    pub owner: Owner,
    /// Who began it.
    pub initiator: Owner,
    /// As at the beginning.
    pub checksum_algorithm: Option<String>,
    /// As at the beginning.
    pub checksum_type: Option<String>,
}

/// A page of uploads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListMultipartUploadsOutput {
    /// The bucket.
    pub bucket: String,
    /// As asked.
    pub key_marker: String,
    /// As asked.
    pub upload_id_marker: String,
    /// Where the next page begins.
    pub next_key_marker: Option<String>,
    /// Where the next page begins.
    pub next_upload_id_marker: Option<String>,
    /// As asked.
    pub prefix: String,
    /// As asked.
    pub delimiter: Option<String>,
    /// As asked.
    pub max_uploads: usize,
    /// As asked.
    pub encoding_type: Option<String>,
    /// Whether there are more.
    pub is_truncated: bool,
    /// The uploads.
    pub uploads: Vec<UploadEntry>,
    /// The keys that were rolled up.
    pub common_prefixes: Vec<CommonPrefix>,
}

impl Operation for ListMultipartUploads {
    type Service = S3;
    const NAME: &'static str = "ListMultipartUploads";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = ListMultipartUploadsInput;
    type Output = ListMultipartUploadsOutput;

    fn demands(input: &ListMultipartUploadsInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:ListBucketMultipartUploads", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListMultipartUploadsInput) -> Result<ListMultipartUploadsOutput, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let limit = limit("max-uploads", input.max_uploads)?;
        let (key_marker, upload_id_marker) = (input.key_marker.unwrap_or_default(), input.upload_id_marker.unwrap_or_default());
        let prefix = input.prefix.unwrap_or_default();
        let after = match (key_marker.is_empty(), upload_id_marker.is_empty()) {
            // Without a key the upload's id means nothing, as on AWS.
            (true, _) => None,
            (false, true) => Some(vec![key_marker.clone()]),
            (false, false) => Some(vec![key_marker.clone(), upload_id_marker.clone()]),
        };
        let page =
            Walk { bucket: &bucket.name, prefix: &prefix, delimiter: input.delimiter.as_deref(), after, limit }.page(call, &UPLOADS)?;
        let owner = owner::of(bucket.account);
        let mut next = page.next.clone().unwrap_or_default().into_iter();
        let uploads = page.rows.into_iter().map(|(mut parts, upload)| UploadEntry {
            upload_id: parts.swap_remove(1),
            key: parts.swap_remove(0),
            initiated: IsoTime(upload.initiated),
            storage_class: "STANDARD",
            owner: owner.clone(),
            initiator: owner::caller(&upload.initiator),
            checksum_algorithm: upload.checksum_algorithm,
            checksum_type: upload.checksum_type,
        });
        Ok(ListMultipartUploadsOutput {
            bucket: input.bucket,
            key_marker,
            upload_id_marker,
            next_key_marker: next.next(),
            next_upload_id_marker: next.next(),
            prefix,
            delimiter: input.delimiter,
            max_uploads: limit,
            encoding_type: listing::encoding(input.encoding_type)?,
            is_truncated: page.next.is_some(),
            uploads: uploads.collect(),
            common_prefixes: prefixes(page.prefixes),
        })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
