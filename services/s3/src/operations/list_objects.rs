use crate::{
    S3, access,
    listing::{self, Walk, limit},
    operations::list_objects_v2::{CommonPrefix, ObjectEntry, demand, entries},
    owner,
    state::CURRENT,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The bucket's objects, in the older form.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>
pub struct ListObjects;

/// Which page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectsInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// Keys that begin so.
    pub prefix: Option<String>,
    /// Keys that are the same up to it are rolled up.
    pub delimiter: Option<String>,
    /// At most 1000.
    pub max_keys: Option<i64>,
    /// Keys behind this one.
    pub marker: Option<String>,
    /// `url`.
    pub encoding_type: Option<String>,
}

/// A page of objects.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectsOutput {
    /// The bucket.
    pub name: String,
    /// As asked.
    pub prefix: String,
    /// As asked.
    pub marker: String,
    /// As asked.
    pub delimiter: Option<String>,
    /// As asked.
    pub max_keys: usize,
    /// As asked.
    pub encoding_type: Option<String>,
    /// Whether there are more.
    pub is_truncated: bool,
    /// Where the next page begins; with a delimiter alone, as on AWS.
    pub next_marker: Option<String>,
    /// The objects.
    pub contents: Vec<ObjectEntry>,
    /// The keys that were rolled up.
    pub common_prefixes: Vec<CommonPrefix>,
}

impl Operation for ListObjects {
    type Service = S3;
    const NAME: &'static str = "ListObjects";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = ListObjectsInput;
    type Output = ListObjectsOutput;

    fn demands(input: &ListObjectsInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        demand(facts, "s3:ListBucket", &input.bucket, input.prefix.as_ref(), input.delimiter.as_ref(), input.max_keys).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListObjectsInput) -> Result<ListObjectsOutput, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let limit = limit("max-keys", input.max_keys)?;
        let (prefix, marker) = (input.prefix.unwrap_or_default(), input.marker.unwrap_or_default());
        let after = (!marker.is_empty()).then(|| vec![marker.clone()]);
        let page =
            Walk { bucket: &bucket.name, prefix: &prefix, delimiter: input.delimiter.as_deref(), after, limit }.page(call, &CURRENT)?;
        let next = page.next.as_ref().map(|next| next[0].clone());
        let (contents, common_prefixes) = entries(page, Some(&owner::of(bucket.account)));
        Ok(ListObjectsOutput {
            name: input.bucket,
            prefix,
            marker,
            max_keys: limit,
            encoding_type: listing::encoding(input.encoding_type)?,
            is_truncated: next.is_some(),
            next_marker: next.filter(|_| input.delimiter.is_some()),
            delimiter: input.delimiter,
            contents,
            common_prefixes,
        })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
