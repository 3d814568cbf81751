use crate::{
    GetObjectTaggingInput, S3, access, examples, objects,
    operations::put_object_tagging::{PutObjectTaggingOutput, tagged},
    read::{self, MAY_LIST},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Takes all tags from an object or a version.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html>
pub struct DeleteObjectTagging;

impl Operation for DeleteObjectTagging {
    type Service = S3;
    const NAME: &'static str = "DeleteObjectTagging";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = GetObjectTaggingInput;
    type Output = PutObjectTaggingOutput;

    fn demands(input: &GetObjectTaggingInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let actions = ["s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"];
        read::target(facts, actions, &input.bucket, &input.key, input.version_id.as_ref()).map(|on| on.demands(|demand| demand))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetObjectTaggingInput) -> Result<PutObjectTaggingOutput, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let may_list = call.probe(MAY_LIST);
        let mut placed = tagged(call, &input.bucket, &input.key, input.version_id.as_deref(), may_list)?;
        if let Some(object) = &mut placed.version.object {
            object.tags.clear();
        }
        objects::rewrite(call, &input.bucket, &input.key, &placed)?;
        Ok(PutObjectTaggingOutput { version_id: objects::told_id(&bucket, &placed.version.id) })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a", "Tagging": "stage=test"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("of a version", examples::with_version(examples::object(json!({"VersionId": "$2/VersionId"})))),
            ("of what is not there", examples::with_bucket(examples::object(json!({}))).fails("NoSuchKey")),
        ]
    }
}
