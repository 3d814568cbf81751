use crate::{
    PublicAccessBlock, S3,
    content::Acl,
    encryption::DefaultEncryption,
    lock::BucketLock,
    names::{bucket_arn, check_bucket},
    objects,
    operations::put_bucket_ownership_controls::{ENFORCED, check_ownership},
    state::{BUCKETS, Bucket, OWNED, Rows, Versioning},
};
use base::Region;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Makes a bucket with AWS's defaults: AES256, all public access blocked, ACLs off. A bucket that is the caller's
/// already is refused in every region, so that nobody adopts one unawares.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
pub struct CreateBucket;

/// Where a bucket is to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateBucketConfiguration {
    /// The region; nothing for `us-east-1`.
    pub location_constraint: Option<String>,
    /// Directory buckets: refused.
    pub location: Option<Value>,
    /// Directory buckets: refused.
    pub bucket: Option<Value>,
    /// Refused: set them by PutBucketTagging.
    #[serde(default)]
    pub tags: Vec<Value>,
}

/// The bucket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateBucketInput {
    /// Its name, among all accounts' buckets.
    pub bucket: String,
    /// Its region.
    pub create_bucket_configuration: Option<CreateBucketConfiguration>,
    /// Turns object lock on, and versions with it.
    pub object_lock_enabled_for_bucket: Option<bool>,
    /// `BucketOwnerEnforced`, if nothing else is asked for.
    pub object_ownership: Option<String>,
    /// Refused.
    pub bucket_namespace: Option<String>,
    /// `private`.
    #[serde(flatten)]
    pub acl: Acl,
}

/// The bucket.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateBucketOutput {
    /// Its path.
    pub location: String,
    /// Its ARN.
    pub bucket_arn: String,
}

fn check_supported(input: &CreateBucketInput) -> Result<(), Error> {
    let refuse = |member: &str| Err(Error::not_implemented(&format!("s3:CreateBucket with {member}")));
    let place = input.create_bucket_configuration.as_ref();
    if input.bucket_namespace.is_some() {
        return refuse("BucketNamespace");
    }
    if place.is_some_and(|p| p.location.is_some() || p.bucket.is_some()) {
        return refuse("a directory bucket's CreateBucketConfiguration");
    }
    if place.is_some_and(|p| !p.tags.is_empty()) {
        return refuse("CreateBucketConfiguration.Tags");
    }
    input.object_ownership.as_deref().map_or(Ok(()), check_ownership)?;
    match (input.object_ownership.as_deref(), input.acl.canned("s3:CreateBucket")?) {
        (_, None | Some("private")) => Ok(()),
        (None | Some(ENFORCED), Some(_)) => Err(Error::new(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )),
        (Some(_), Some(canned)) => Err(Error::not_implemented(&format!("s3:CreateBucket with the ACL {canned}"))),
    }
}

/// The region of the new bucket. What is signed for `us-east-1` may ask for any: it is the region of S3's global endpoint.
fn placed(asked: Option<&str>, region: &Region) -> Result<Region, Error> {
    let refuse = |what: &str| {
        Err(Error::new(
            "IllegalLocationConstraintException",
            format!(
                "The {what} location constraint is incompatible for the region specific endpoint this request was sent to: it is {region}."
            ),
        ))
    };
    match (asked, region.as_str()) {
        (None, "us-east-1") => Ok(region.clone()),
        (None, _) => refuse("unspecified"),
        (Some("us-east-1"), "us-east-1") => {
            Err(Error::new("InvalidLocationConstraint", "The specified location-constraint is not valid: leave it out for us-east-1"))
        }
        (Some(asked), here) if asked == here => Ok(region.clone()),
        (Some(asked), _) if !Region::exists(asked) => {
            Err(Error::new("InvalidLocationConstraint", "The specified location-constraint is not valid")
                .member("LocationConstraint", asked))
        }
        (Some(asked), "us-east-1") => Ok(Region::new(asked)),
        (Some(asked), _) => refuse(asked),
    }
}

impl CreateBucketInput {
    fn place(&self) -> Option<&str> {
        self.create_bucket_configuration.as_ref()?.location_constraint.as_deref().filter(|l| !l.is_empty())
    }
}

impl Operation for CreateBucket {
    type Service = S3;
    const NAME: &'static str = "CreateBucket";
    const READ_ONLY: bool = false;
    type Input = CreateBucketInput;
    type Output = CreateBucketOutput;

    fn demands(input: &CreateBucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        check_bucket(&input.bucket)?;
        let account = facts.account()?;
        // Names are public on AWS as well. Another account's bucket is no resource to decide on here.
        if facts.row(&BUCKETS, [&input.bucket])?.is_some_and(|b| b.account != account) {
            let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
            return Err(Error::new("BucketAlreadyExists", message).status(409).member("BucketName", input.bucket.as_str()));
        }
        let demand = Demand::new("s3:CreateBucket", bucket_arn(&input.bucket))
            .with("s3:ResourceAccount", account.as_str())
            .with_some("s3:LocationConstraint", input.place())
            .with_some("s3:x-amz-acl", input.acl.acl.as_ref())
            .with_some("s3:x-amz-object-ownership", input.object_ownership.as_ref());
        let mut more = Vec::new();
        if input.object_ownership.is_some() {
            more.push("s3:PutBucketOwnershipControls");
        }
        if input.object_lock_enabled_for_bucket == Some(true) {
            more.extend(["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]);
        }
        let more =
            more.into_iter().map(|action| Demand::new(action, bucket_arn(&input.bucket)).with("s3:ResourceAccount", account.as_str()));
        Ok(Demands::all([demand].into_iter().chain(more)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateBucketInput) -> Result<CreateBucketOutput, Error> {
        check_supported(&input)?;
        let region = placed(input.place(), call.region())?;
        let account = call.account()?;
        let name = input.bucket;
        if call.row(&BUCKETS, [&name])?.is_some() {
            let message = "Your previous request to create the named bucket succeeded and you already own it.";
            return Err(Error::new("BucketAlreadyOwnedByYou", message).status(409).member("BucketName", name));
        }
        let locked = input.object_lock_enabled_for_bucket == Some(true);
        let bucket = Bucket {
            account,
            region: region.to_string(),
            created: call.now(),
            versioning: if locked { Versioning::Enabled } else { Versioning::Never },
            encryption: DefaultEncryption::AES256,
            public_access: Some(PublicAccessBlock::ALL),
            tags: Vec::new(),
            policy: None,
            ownership: Some(input.object_ownership.unwrap_or_else(|| ENFORCED.into())),
            lock: locked.then(BucketLock::default),
            lifecycle: false,
            event_bridge: false,
            name,
        };
        objects::put_bucket(call, &bucket)?;
        call.put(&OWNED, &[account.as_str(), &bucket.name], &())?;
        Ok(CreateBucketOutput { location: format!("/{}", bucket.name), bucket_arn: bucket_arn(&bucket.name).to_string() })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("with object lock", Example::of(json!({"Bucket": "example-bucket", "ObjectLockEnabledForBucket": true}))),
            ("with an ownership", Example::of(json!({"Bucket": "example-bucket", "ObjectOwnership": "BucketOwnerEnforced"}))),
        ]
    }
}
