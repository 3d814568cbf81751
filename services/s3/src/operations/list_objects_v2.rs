use crate::{
    S3, access, examples,
    listing::{self, Page, Walk, limit, of_token, token},
    names::quoted,
    owner::{self, Owner},
    state::{CURRENT, Summary},
};
use base::IsoTime;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The bucket's objects, by key in the order of UTF-8 bytes.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>
pub struct ListObjectsV2;

/// Which page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectsV2Input {
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
    /// Where the page before ended.
    pub continuation_token: Option<String>,
    /// Keys behind this one.
    pub start_after: Option<String>,
    /// Whether to tell the owner.
    pub fetch_owner: Option<bool>,
    /// `url`.
    pub encoding_type: Option<String>,
}

/// An object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectEntry {
    /// Its key.
    pub key: String,
    /// When it was written.
    pub last_modified: IsoTime,
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// The algorithm of its checksum, if it has one.
    pub checksum_algorithm: Vec<String>,
    /// How the checksum was made.
    pub checksum_type: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Whose it is, if asked for.
    pub owner: Option<Owner>,
    /// `STANDARD`.
    pub storage_class: &'static str,
}

/// Keys that were rolled up.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CommonPrefix {
    /// Up to the delimiter.
    pub prefix: String,
}

/// A page of objects.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectsV2Output {
    /// The bucket.
    pub name: String,
    /// As asked.
    pub prefix: String,
    /// As asked.
    pub delimiter: Option<String>,
    /// As asked.
    pub max_keys: usize,
    /// As asked.
    pub encoding_type: Option<String>,
    /// As asked.
    pub start_after: Option<String>,
    /// As asked.
    pub continuation_token: Option<String>,
    /// Objects and rolled up keys of this page.
    pub key_count: usize,
    /// Whether there are more.
    pub is_truncated: bool,
    /// Where the next page begins.
    pub next_continuation_token: Option<String>,
    /// The objects.
    pub contents: Vec<ObjectEntry>,
    /// The keys that were rolled up.
    pub common_prefixes: Vec<CommonPrefix>,
}

/// The demand of a list, with what the request asks for.
pub(crate) fn demand(
    facts: &mut View<'_, S3>,
    action: &'static str,
    bucket: &str,
    prefix: Option<&String>,
    delimiter: Option<&String>,
    max_keys: Option<i64>,
) -> Result<Demand, Error> {
    Ok(access::on_bucket(facts, action, bucket)?
        .with_some("s3:prefix", prefix)
        .with_some("s3:delimiter", delimiter)
        .with_some("s3:max-keys", max_keys.map(|n| n.to_string())))
}

/// A page of objects as answers show it.
pub(crate) fn entries(page: Page<Summary>, owner: Option<&Owner>) -> (Vec<ObjectEntry>, Vec<CommonPrefix>) {
    let entry = |(mut parts, summary): (Vec<String>, Summary)| ObjectEntry {
        key: parts.swap_remove(0),
        last_modified: IsoTime(summary.modified),
        etag: quoted(&summary.etag),
        checksum_algorithm: summary.checksum_algorithm.into_iter().collect(),
        checksum_type: summary.checksum_type,
        size: summary.size,
        owner: owner.cloned(),
        storage_class: "STANDARD",
    };
    (page.rows.into_iter().map(entry).collect(), prefixes(page.prefixes))
}

pub(crate) fn prefixes(prefixes: Vec<String>) -> Vec<CommonPrefix> {
    prefixes.into_iter().map(|prefix| CommonPrefix { prefix }).collect()
}

impl Operation for ListObjectsV2 {
    type Service = S3;
    const NAME: &'static str = "ListObjectsV2";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = ListObjectsV2Input;
    type Output = ListObjectsV2Output;

    fn demands(input: &ListObjectsV2Input, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        demand(facts, "s3:ListBucket", &input.bucket, input.prefix.as_ref(), input.delimiter.as_ref(), input.max_keys).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListObjectsV2Input) -> Result<ListObjectsV2Output, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let limit = limit("max-keys", input.max_keys)?;
        let prefix = input.prefix.unwrap_or_default();
        let after = match &input.continuation_token {
            Some(token) => Some(of_token(token)?),
            None => input.start_after.clone().filter(|s| !s.is_empty()),
        };
        let walk =
            Walk { bucket: &bucket.name, prefix: &prefix, delimiter: input.delimiter.as_deref(), after: after.map(|a| vec![a]), limit };
        let page = walk.page(call, &CURRENT)?;
        let next = page.next.as_ref().map(|next| token(&next[0]));
        let owner = (input.fetch_owner == Some(true)).then(|| owner::of(bucket.account));
        let (contents, common_prefixes) = entries(page, owner.as_ref());
        Ok(ListObjectsV2Output {
            name: input.bucket,
            prefix,
            delimiter: input.delimiter,
            max_keys: limit,
            encoding_type: listing::encoding(input.encoding_type)?,
            start_after: input.start_after,
            continuation_token: input.continuation_token,
            key_count: contents.len() + common_prefixes.len(),
            is_truncated: next.is_some(),
            next_continuation_token: next,
            contents,
            common_prefixes,
        })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("with a prefix", examples::with_bucket(json!({"Bucket": "example-bucket", "Prefix": "a/", "Delimiter": "/", "MaxKeys": 10})))]
    }
}
