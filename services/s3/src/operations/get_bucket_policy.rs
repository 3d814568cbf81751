use crate::{BucketInput, S3, access, error};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The bucket's policy.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html>
pub struct GetBucketPolicy;

/// The policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketPolicyOutput {
    /// The JSON text.
    pub policy: String,
}

impl Operation for GetBucketPolicy {
    type Service = S3;
    const NAME: &'static str = "GetBucketPolicy";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketPolicyOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketPolicy", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketPolicyOutput, Error> {
        let bucket = access::open_as_owner(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let kept = bucket.policy.ok_or_else(|| error::no_such_policy(&input.bucket))?;
        Ok(GetBucketPolicyOutput { policy: call.ids_to_principals(&kept) })
    }

    fn example() -> Example {
        let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::example-bucket"}}"#;
        Example::of(json!({"Bucket": "example-bucket"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutBucketPolicy", json!({"Bucket": "example-bucket", "Policy": policy}))
    }
}
