use crate::{
    GetBucketAclOutput, GetObjectTaggingInput, S3, access, examples,
    operations::put_object_tagging::tagged,
    owner,
    read::{self, MAY_LIST},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An object's ACL: the bucket's owner has full control, and nobody else has any by it.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html>
pub struct GetObjectAcl;

impl Operation for GetObjectAcl {
    type Service = S3;
    const NAME: &'static str = "GetObjectAcl";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = GetObjectTaggingInput;
    type Output = GetBucketAclOutput;

    fn demands(input: &GetObjectTaggingInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let actions = ["s3:GetObjectAcl", "s3:GetObjectVersionAcl"];
        read::target(facts, actions, &input.bucket, &input.key, input.version_id.as_ref()).map(|on| on.demands(|demand| demand))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetObjectTaggingInput) -> Result<GetBucketAclOutput, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let may_list = call.probe(MAY_LIST);
        tagged(call, &input.bucket, &input.key, input.version_id.as_deref(), may_list)?;
        Ok(GetBucketAclOutput::of(owner::of(bucket.account)))
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("of a version", examples::with_version(examples::object(json!({"VersionId": "$2/VersionId"})))),
            ("of what is not there", examples::with_bucket(examples::object(json!({}))).fails("NoSuchKey")),
        ]
    }
}
