use crate::{S3, access, error};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets who owns objects. `BucketOwnerEnforced`, AWS's default, is all there is.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html>
pub struct PutBucketOwnershipControls;

/// The one rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipRule {
    /// `BucketOwnerEnforced`.
    pub object_ownership: String,
}

/// Exactly one rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipControls {
    /// The rules.
    #[serde(default)]
    pub rules: Vec<OwnershipRule>,
}

/// The ownership that all buckets have: all objects belong to the bucket's owner, and ACLs are off.
pub(crate) const ENFORCED: &str = "BucketOwnerEnforced";

/// Refuses every other ownership: it would bring ACLs back.
pub(crate) fn check_ownership(ownership: &str) -> Result<(), Error> {
    match ownership {
        ENFORCED => Ok(()),
        "BucketOwnerPreferred" | "ObjectWriter" => {
            Err(Error::not_implemented(&format!("s3 with ObjectOwnership {ownership}, which needs ACLs,")))
        }
        _ => Err(error::malformed_xml()),
    }
}

/// Which bucket, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketOwnershipControlsInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// What to set.
    pub ownership_controls: OwnershipControls,
}

impl Operation for PutBucketOwnershipControls {
    type Service = S3;
    const NAME: &'static str = "PutBucketOwnershipControls";
    const READ_ONLY: bool = false;
    type Input = PutBucketOwnershipControlsInput;
    type Output = ();

    fn demands(input: &PutBucketOwnershipControlsInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketOwnershipControls", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutBucketOwnershipControlsInput) -> Result<(), Error> {
        access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        match &input.ownership_controls.rules[..] {
            [rule] => check_ownership(&rule.object_ownership),
            _ => Err(error::malformed_xml()),
        }
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
