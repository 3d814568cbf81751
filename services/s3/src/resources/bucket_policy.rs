use crate::{BucketInput, DeleteBucketPolicy, PutBucketPolicy, PutBucketPolicyInput};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// A bucket's policy.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucketpolicy.html>
pub(crate) struct BucketPolicy;

fn put(context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
    let bucket = super::text(properties, "Bucket")?;
    let policy = match properties.get("PolicyDocument") {
        Some(Value::String(text)) => text.clone(),
        Some(document) => document.to_string(),
        None => return Err(super::missing("PolicyDocument")),
    };
    context.call::<PutBucketPolicy>(PutBucketPolicyInput { bucket: bucket.clone(), expected_bucket_owner: None, policy })?;
    Ok(Physical::new(bucket))
}

impl ResourceType for BucketPolicy {
    fn name(&self) -> &'static str {
        "AWS::S3::BucketPolicy"
    }
    fn properties(&self) -> &'static [Property] {
        const { &[Property::required("Bucket").replaces(), Property::required("PolicyDocument").document()] }
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        put(context, properties)
    }
    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        put(context, new)
    }
    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        let gone = context.call::<DeleteBucketPolicy>(BucketInput { bucket: id.into(), expected_bucket_owner: None });
        gone.or_else(|e| if e.code == "NoSuchBucket" { Ok(()) } else { Err(e) })
    }
}
