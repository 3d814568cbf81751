use crate::{S3, access, error, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets who owns objects. Where it is not the bucket's owner, objects of other accounts are refused: there are no ACLs.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html>
pub struct PutBucketOwnershipControls;

/// The one rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipRule {
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
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

/// All objects belong to the bucket's owner, and ACLs are off: AWS's default.
pub(crate) const ENFORCED: &str = "BucketOwnerEnforced";
/// Objects that give the bucket's owner all rights belong to it.
pub(crate) const PREFERRED: &str = "BucketOwnerPreferred";
/// Objects belong to who writes them.
pub(crate) const WRITER: &str = "ObjectWriter";

pub(crate) fn check_ownership(ownership: &str) -> Result<(), Error> {
    match ownership {
        ENFORCED | PREFERRED | WRITER => Ok(()),
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
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let [rule] = &input.ownership_controls.rules[..] else { return Err(error::malformed_xml()) };
        check_ownership(&rule.object_ownership)?;
        bucket.ownership = Some(rule.object_ownership.clone());
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
