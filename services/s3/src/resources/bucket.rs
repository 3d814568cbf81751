use super::configured::configure;
use crate::{BucketInput, CreateBucket, CreateBucketConfiguration, CreateBucketInput, DeleteBucket};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// A bucket. What is not done here (logging, replication, CORS, websites, inventories, other storage classes and more) is
/// not among its properties, so a template that asks for it is refused.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>
pub(crate) struct Bucket;

fn physical(context: &ResourceContext<'_>, name: &str) -> Physical {
    let region = context.region.as_str();
    // Older regions have a dash where newer ones have a dot.
    let dashed = ["us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"];
    let separator = if dashed.contains(&region) { '-' } else { '.' };
    Physical::new(name)
        .attribute("Arn", format!("arn:aws:s3:::{name}"))
        .attribute("DomainName", format!("{name}.s3.amazonaws.com"))
        .attribute("DualStackDomainName", format!("{name}.s3.dualstack.{region}.amazonaws.com"))
        .attribute("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com"))
        .attribute("WebsiteURL", format!("http://{name}.s3-website{separator}{region}.amazonaws.com"))
}

fn is_true(properties: &Value, name: &str) -> bool {
    match properties.get(name) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

impl ResourceType for Bucket {
    fn name(&self) -> &'static str {
        "AWS::S3::Bucket"
    }
    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::optional("AccessControl"),
                Property::optional("BucketEncryption").structure(),
                Property::optional("BucketName").replaces(),
                Property::optional("LifecycleConfiguration").structure(),
                Property::optional("NotificationConfiguration").structure(),
                Property::optional("ObjectLockConfiguration").structure(),
                Property::optional("ObjectLockEnabled").replaces(),
                Property::optional("OwnershipControls").structure(),
                Property::optional("PublicAccessBlockConfiguration").structure(),
                Property::optional("Tags").list(),
                Property::optional("VersioningConfiguration").structure(),
            ]
        }
    }
    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"]
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
            object_lock_enabled_for_bucket: is_true(properties, "ObjectLockEnabled").then_some(true),
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
