use crate::{S3, access, bucket_policy, error, names::bucket_arn, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets the bucket's policy, after all checks that S3 makes of one.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>
pub struct PutBucketPolicy;

/// Which bucket, and its policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketPolicyInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The JSON text.
    pub policy: String,
}

impl Operation for PutBucketPolicy {
    type Service = S3;
    const NAME: &'static str = "PutBucketPolicy";
    const READ_ONLY: bool = false;
    type Input = PutBucketPolicyInput;
    type Output = ();

    fn demands(input: &PutBucketPolicyInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketPolicy", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutBucketPolicyInput) -> Result<(), Error> {
        let mut bucket = access::open_as_owner(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let policy = bucket_policy::check(&input.policy, &bucket.name)?;
        if policy.is_public() && bucket.public_access.is_some_and(|p| p.block_public_policy) {
            return Err(error::access_denied(format!(
                "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
                call.caller().name(),
                bucket_arn(&bucket.name)
            )));
        }
        let kept = call.principals_to_ids(&input.policy).map_err(|failure| match failure {
            Ok(principal) => error::malformed_policy(format!("Invalid principal in policy: there is no {principal}")),
            Err(error) => error,
        })?;
        bucket.policy = Some(kept);
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::example-bucket","arn:aws:s3:::example-bucket/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}}"#;
        Example::of(json!({"Bucket": "example-bucket", "Policy": policy})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
