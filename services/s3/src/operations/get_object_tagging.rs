use crate::{
    S3, access, examples, objects,
    operations::put_object_tagging::tagged,
    read::{self, MAY_LIST},
    tags::Tag,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An object's tags.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html>
pub struct GetObjectTagging;

/// Which object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectTaggingInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// An old version.
    pub version_id: Option<String>,
}

/// The tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectTaggingOutput {
    /// In versioned buckets.
    pub version_id: Option<String>,
    /// The tags; there may be none.
    pub tag_set: Vec<Tag>,
}

impl Operation for GetObjectTagging {
    type Service = S3;
    const NAME: &'static str = "GetObjectTagging";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = GetObjectTaggingInput;
    type Output = GetObjectTaggingOutput;

    fn demands(input: &GetObjectTaggingInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let actions = ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"];
        read::target(facts, actions, &input.bucket, &input.key, input.version_id.as_ref()).map(|on| on.demands(|demand| demand))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetObjectTaggingInput) -> Result<GetObjectTaggingOutput, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let may_list = call.probe(MAY_LIST);
        let placed = tagged(call, &input.bucket, &input.key, input.version_id.as_deref(), may_list)?;
        let tag_set = placed.version.object.map(|o| o.tags).unwrap_or_default();
        Ok(GetObjectTaggingOutput { version_id: objects::told_id(&bucket, &placed.version.id), tag_set })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("of what is not there", examples::with_bucket(examples::object(json!({}))).fails("NoSuchKey"))]
    }
}
