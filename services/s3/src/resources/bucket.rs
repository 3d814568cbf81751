use crate::{
    BucketInput, CreateBucket, CreateBucketConfiguration, CreateBucketInput, DeleteBucket, DeleteBucketEncryption, DeleteBucketTagging,
    PublicAccessBlock, PutBucketEncryption, PutBucketOwnershipControls, PutBucketTagging, PutBucketVersioning, PutPublicAccessBlock,
    PutPublicAccessBlockInput,
};
use gate::{Error, Operation, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// A bucket. What is not enforced here (lifecycle rules, notifications, replication and more) is not among its
/// properties, so a template that asks for it is refused.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucket.html>
pub(crate) struct Bucket;

/// Sets what the template says of a bucket that is there; at an update, only what changed.
fn configure(context: &mut ResourceContext<'_>, bucket: &str, old: Option<&Value>, new: &Value) -> Result<(), Error> {
    let changed = |name: &str| new.get(name) != old.and_then(|o| o.get(name));
    let alone = || BucketInput { bucket: bucket.into(), expected_bucket_owner: None };
    if changed("BucketEncryption") {
        match new.get("BucketEncryption") {
            Some(encryption) => {
                put::<PutBucketEncryption>(context, bucket, "ServerSideEncryptionConfiguration", encryption_of(encryption)?)?
            }
            None => context.call::<DeleteBucketEncryption>(alone())?,
        }
    }
    if changed("VersioningConfiguration") {
        let status = new.pointer("/VersioningConfiguration/Status").cloned().unwrap_or(json!("Suspended"));
        put::<PutBucketVersioning>(context, bucket, "VersioningConfiguration", json!({"Status": status}))?;
    }
    if changed("PublicAccessBlockConfiguration") {
        match new.get("PublicAccessBlockConfiguration") {
            Some(block) => put::<PutPublicAccessBlock>(context, bucket, "PublicAccessBlockConfiguration", block.clone())?,
            // Taken out of the template: as in a new bucket.
            None => context.call::<PutPublicAccessBlock>(PutPublicAccessBlockInput {
                bucket: bucket.into(),
                expected_bucket_owner: None,
                public_access_block_configuration: PublicAccessBlock::ALL,
            })?,
        }
    }
    if let Some(ownership) = new.get("OwnershipControls").filter(|_| changed("OwnershipControls")) {
        put::<PutBucketOwnershipControls>(context, bucket, "OwnershipControls", ownership.clone())?;
    }
    if changed("Tags") || old.is_none() {
        match tags_of(context, new) {
            tags if !tags.is_empty() => put::<PutBucketTagging>(context, bucket, "Tagging", json!({"TagSet": tags}))?,
            _ if old.is_some() => context.call::<DeleteBucketTagging>(alone())?,
            _ => {}
        }
    }
    Ok(())
}

fn put<Op: Operation<Output = ()>>(context: &mut ResourceContext<'_>, bucket: &str, member: &str, value: Value) -> Result<(), Error> {
    context.call_with::<Op>(json!({"Bucket": bucket, member: value}))
}

/// The template's tags, and those of the stack that it does not override.
fn tags_of(context: &ResourceContext<'_>, properties: &Value) -> Vec<Value> {
    let mut tags: Vec<Value> = properties.get("Tags").and_then(Value::as_array).cloned().unwrap_or_default();
    for (key, value) in &context.tags {
        if !tags.iter().any(|tag| tag["Key"] == json!(key)) {
            tags.push(json!({"Key": key, "Value": value}));
        }
    }
    tags
}

/// CloudFormation has other names than the API here.
fn encryption_of(property: &Value) -> Result<Value, Error> {
    let rules = property
        .get("ServerSideEncryptionConfiguration")
        .and_then(Value::as_array)
        .ok_or_else(|| super::missing("BucketEncryption.ServerSideEncryptionConfiguration"))?;
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| json!({"ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault"), "BucketKeyEnabled": rule.get("BucketKeyEnabled")}))
        .collect();
    Ok(json!({"Rules": rules}))
}

fn physical(context: &ResourceContext<'_>, name: &str) -> Physical {
    let region = context.region.as_str();
    Physical::new(name)
        .attribute("Arn", format!("arn:aws:s3:::{name}"))
        .attribute("DomainName", format!("{name}.s3.amazonaws.com"))
        .attribute("DualStackDomainName", format!("{name}.s3.dualstack.{region}.amazonaws.com"))
        .attribute("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com"))
}

impl ResourceType for Bucket {
    fn name(&self) -> &'static str {
        "AWS::S3::Bucket"
    }
    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::optional("BucketEncryption"),
                Property::optional("BucketName").replaces(),
                Property::optional("OwnershipControls"),
                Property::optional("PublicAccessBlockConfiguration"),
                Property::optional("Tags"),
                Property::optional("VersioningConfiguration"),
            ]
        }
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = match properties.get("BucketName") {
            Some(_) => super::text(properties, "BucketName")?,
            None => context.generated_name(63).to_lowercase(),
        };
        let region = context.region.to_string();
        let place = (region != "us-east-1").then(|| CreateBucketConfiguration { location_constraint: Some(region), ..Default::default() });
        context.call::<CreateBucket>(CreateBucketInput {
            bucket: name.clone(),
            create_bucket_configuration: place,
            ..Default::default()
        })?;
        configure(context, &name, None, properties)?;
        Ok(physical(context, &name))
    }
    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        configure(context, id, Some(old), new)?;
        Ok(physical(context, id))
    }
    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        let gone = context.call::<DeleteBucket>(BucketInput { bucket: id.into(), expected_bucket_owner: None });
        gone.or_else(|e| if e.code == "NoSuchBucket" { Ok(()) } else { Err(e) })
    }
}
