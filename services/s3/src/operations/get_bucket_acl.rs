use crate::{
    BucketInput, S3, access,
    owner::{self, Owner},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The bucket's ACL: its owner has full control, and nobody else has any by it.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html>
pub struct GetBucketAcl;

/// Who has a right.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Grantee {
    #[serde(flatten)]
    owner: Owner,
    r#type: &'static str,
}

/// A right.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Grant {
    grantee: Grantee,
    permission: &'static str,
}

/// The ACL.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketAclOutput {
    /// The bucket's owner.
    pub owner: Owner,
    grants: [Grant; 1],
}

impl GetBucketAclOutput {
    /// Full control of the owner.
    pub(crate) fn of(owner: Owner) -> Self {
        let grant = Grant { grantee: Grantee { owner: owner.clone(), r#type: "CanonicalUser" }, permission: "FULL_CONTROL" };
        Self { owner, grants: [grant] }
    }
}

impl Operation for GetBucketAcl {
    type Service = S3;
    const NAME: &'static str = "GetBucketAcl";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketAclOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketAcl", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketAclOutput, Error> {
        access::open_named(call, &input).map(|bucket| GetBucketAclOutput::of(owner::of(bucket.account)))
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
