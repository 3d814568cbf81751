use crate::{
    Acl, S3, access, error, examples,
    operations::put_object_tagging::tagged,
    read::{self, MAY_LIST},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Refused once it was allowed: in buckets that enforce their owner, as all are, objects have no ACL of their own.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html>
pub struct PutObjectAcl;

/// Which object, and whose rights.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectAclInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// An old version.
    pub version_id: Option<String>,
    /// The rights, as a document.
    pub access_control_policy: Option<Value>,
    /// The rights.
    #[serde(flatten)]
    pub acl: Acl,
}

impl Operation for PutObjectAcl {
    type Service = S3;
    const NAME: &'static str = "PutObjectAcl";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = PutObjectAclInput;
    type Output = ();

    fn demands(input: &PutObjectAclInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let actions = ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"];
        let on = read::target(facts, actions, &input.bucket, &input.key, input.version_id.as_ref())?;
        Ok(on.demands(|demand| input.acl.on(demand)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutObjectAclInput) -> Result<(), Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let may_list = call.probe(MAY_LIST);
        tagged(call, &input.bucket, &input.key, input.version_id.as_deref(), may_list)?;
        match bucket.is_enforced() {
            true => Err(error::acl_not_supported()),
            false => Err(Error::not_implemented("s3:PutObjectAcl in a bucket whose ACLs are on")),
        }
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a", "ACL": "private"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))
            .fails("AccessControlListNotSupported")
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("of what is not there", examples::with_bucket(examples::object(json!({"ACL": "private"}))).fails("NoSuchKey"))]
    }
}
