use crate::{Acl, S3, access, error, examples};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Sets the bucket's ACL, where its ownership controls leave ACLs on: to `private`, which gives its owner alone rights.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html>
pub struct PutBucketAcl;

/// Which bucket, and its ACL.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketAclInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// `private`.
    #[serde(flatten)]
    pub acl: Acl,
    /// Refused.
    pub access_control_policy: Option<Value>,
}

impl Operation for PutBucketAcl {
    type Service = S3;
    const NAME: &'static str = "PutBucketAcl";
    const READ_ONLY: bool = false;
    type Input = PutBucketAclInput;
    type Output = ();

    fn demands(input: &PutBucketAclInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let demand = access::on_bucket(facts, "s3:PutBucketAcl", &input.bucket)?;
        Ok(demand.with_some("s3:x-amz-acl", input.acl.acl.as_ref()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutBucketAclInput) -> Result<(), Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        if bucket.is_enforced() {
            return Err(error::acl_not_supported());
        }
        match (input.acl.canned("s3:PutBucketAcl")?, input.access_control_policy) {
            (Some("private"), None) => Ok(()),
            (Some(canned), None) => Err(Error::not_implemented(&format!("s3:PutBucketAcl with the ACL {canned}"))),
            (None, Some(_)) => Err(Error::not_implemented("s3:PutBucketAcl with AccessControlPolicy")),
            _ => Err(error::invalid_request("Your request must have either an ACL header or an AccessControlPolicy")),
        }
    }

    fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket", "ACL": "private"}))
            .after("s3:DeleteBucketOwnershipControls", json!({"Bucket": "example-bucket"}))
    }
}
