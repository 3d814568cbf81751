use crate::{BucketInput, S3, access, bucket_policy, examples};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Whether the bucket's policy makes it public, by the rule that the public access block follows too.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>
pub struct GetBucketPolicyStatus;

/// Whether it is public.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyStatus {
    /// By its policy.
    pub is_public: bool,
}

/// The status.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketPolicyStatusOutput {
    /// Of the policy.
    pub policy_status: PolicyStatus,
}

impl Operation for GetBucketPolicyStatus {
    type Service = S3;
    const NAME: &'static str = "GetBucketPolicyStatus";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketPolicyStatusOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketPolicyStatus", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketPolicyStatusOutput, Error> {
        let bucket = access::open_named(call, &input)?;
        let text = bucket.policy.ok_or_else(|| crate::error::no_such_policy(&bucket.name))?;
        let is_public = bucket_policy::kept(&text)?.is_public();
        Ok(GetBucketPolicyStatusOutput { policy_status: PolicyStatus { is_public } })
    }

    fn example() -> Example {
        let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::example-bucket/*"}}"#;
        examples::with_bucket(json!({"Bucket": "example-bucket"}))
            .after("s3:PutBucketPolicy", json!({"Bucket": "example-bucket", "Policy": policy}))
    }
}
