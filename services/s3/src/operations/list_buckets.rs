use crate::{
    S3, error,
    listing::{of_token, token},
    owner::{self, Owner},
    state::{BUCKETS, OWNED, Rows},
};
use base::IsoTime;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The caller's account's buckets, by name.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>
pub struct ListBuckets;

/// Which page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListBucketsInput {
    /// At most 10,000.
    pub max_buckets: Option<usize>,
    /// Where the page before ended.
    pub continuation_token: Option<String>,
    /// Names that begin so.
    pub prefix: Option<String>,
    /// Buckets in this region.
    pub bucket_region: Option<String>,
}

/// A bucket.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketEntry {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub creation_date: IsoTime,
    /// Its region.
    pub bucket_region: String,
}

/// A page of buckets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListBucketsOutput {
    /// The account.
    pub owner: Owner,
    /// The buckets.
    pub buckets: Vec<BucketEntry>,
    /// There are more.
    pub continuation_token: Option<String>,
    /// As asked.
    pub prefix: Option<String>,
}

const MOST: usize = 10_000;

impl Operation for ListBuckets {
    type Service = S3;
    const NAME: &'static str = "ListBuckets";
    const READ_ONLY: bool = true;
    type Input = ListBucketsInput;
    type Output = ListBucketsOutput;

    fn demands(_input: &ListBucketsInput, _facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        Ok(Demand::any("s3:ListAllMyBuckets").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListBucketsInput) -> Result<ListBucketsOutput, Error> {
        let limit = input.max_buckets.unwrap_or(MOST);
        if !(1..=MOST).contains(&limit) {
            return Err(error::invalid_argument("max-buckets", format!("Argument max-buckets must be an integer between 1 and {MOST}")));
        }
        let account = call.account()?;
        let after = input.continuation_token.as_deref().map(of_token).transpose()?;
        let after: Option<Vec<&str>> = after.as_ref().map(|a| vec![a.as_str()]);
        let mut output =
            ListBucketsOutput { owner: owner::of(account), buckets: Vec::new(), continuation_token: None, prefix: input.prefix };
        for (mut parts, ()) in call.page(&OWNED, account.as_str(), after.as_deref(), usize::MAX, false)? {
            let name = parts.swap_remove(1);
            if output.prefix.as_ref().is_some_and(|prefix| !name.starts_with(prefix.as_str())) {
                continue;
            }
            let Some(bucket) = call.row(&BUCKETS, [&name])? else { continue };
            if input.bucket_region.as_ref().is_some_and(|region| *region != bucket.region) {
                continue;
            }
            if output.buckets.len() == limit {
                output.continuation_token = output.buckets.last().map(|b| token(&b.name));
                break;
            }
            output.buckets.push(BucketEntry { name, creation_date: IsoTime(bucket.created), bucket_region: bucket.region });
        }
        Ok(output)
    }

    fn example() -> Example {
        Example::of(json!({})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
