use crate::{
    S3, access, error, examples,
    objects::{self, Placed},
    read::{self, MAY_LIST},
    tags::{self, Tagging},
    write::with_object_tags,
};
use gate::{Authorized, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets an object's tags, all of them.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html>
pub struct PutObjectTagging;

/// Which object, and its tags.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectTaggingInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// An old version.
    pub version_id: Option<String>,
    /// The tags.
    pub tagging: Tagging,
}

/// The version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectTaggingOutput {
    /// In versioned buckets.
    pub version_id: Option<String>,
}

/// The version whose tags are meant.
pub(crate) fn tagged(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, version: Option<&str>, may_list: bool) -> Result<Placed, Error> {
    match objects::place(scope, bucket, key, version)? {
        Some(placed) if placed.version.object.is_some() => Ok(placed),
        _ if !may_list => Err(access::may_not_know(scope.caller(), bucket)),
        Some(_) => Err(error::method_not_allowed("The specified method is not allowed against this resource: it is a delete marker.")),
        None => Err(version.map_or_else(|| error::no_such_key(key), |id| error::no_such_version(key, id))),
    }
}

impl Operation for PutObjectTagging {
    type Service = S3;
    const NAME: &'static str = "PutObjectTagging";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = PutObjectTaggingInput;
    type Output = PutObjectTaggingOutput;

    fn demands(input: &PutObjectTaggingInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let actions = ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"];
        let on = read::target(facts, actions, &input.bucket, &input.key, input.version_id.as_ref())?;
        Ok(on.demands(|demand| with_object_tags(demand, &input.tagging.tag_set)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutObjectTaggingInput) -> Result<PutObjectTaggingOutput, Error> {
        tags::check(&input.tagging.tag_set, tags::MOST_OF_OBJECT)?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let may_list = call.probe(MAY_LIST);
        let mut placed = tagged(call, &input.bucket, &input.key, input.version_id.as_deref(), may_list)?;
        if let Some(object) = &mut placed.version.object {
            object.tags = input.tagging.tag_set;
        }
        objects::rewrite(call, &input.bucket, &input.key, &placed)?;
        Ok(PutObjectTaggingOutput { version_id: objects::told_id(&bucket, &placed.version.id) })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a", "Tagging": {"TagSet": [{"Key": "stage", "Value": "test"}]}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![(
            "of what is not there",
            examples::with_bucket(examples::object(json!({"Tagging": {"TagSet": [{"Key": "stage", "Value": "test"}]}}))).fails("NoSuchKey"),
        )]
    }
}
