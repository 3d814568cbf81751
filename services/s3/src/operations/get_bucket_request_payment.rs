use crate::{BucketInput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Who pays for requests: the bucket's owner.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html>
pub struct GetBucketRequestPayment;

/// Who pays.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketRequestPaymentOutput {
    /// `BucketOwner`.
    pub payer: &'static str,
}

impl Operation for GetBucketRequestPayment {
    type Service = S3;
    const NAME: &'static str = "GetBucketRequestPayment";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketRequestPaymentOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketRequestPayment", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketRequestPaymentOutput, Error> {
        access::open_named(call, &input).map(|_| GetBucketRequestPaymentOutput { payer: "BucketOwner" })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
