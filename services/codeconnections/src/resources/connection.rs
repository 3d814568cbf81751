use crate::{CreateConnection, DeleteConnection, GetConnection, TagResource, UntagResource, prefix::Prefix};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};
use std::marker::PhantomData;

/// `AWS::CodeConnections::Connection` and `AWS::CodeStarConnections::Connection`: `Ref` gives the ARN.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codeconnections-connection.html>
pub(crate) struct Connection<P>(PhantomData<fn() -> P>);

static PROPERTIES: [Property; 4] = [
    Property::required("ConnectionName").replaces(),
    Property::optional("HostArn").replaces(),
    Property::optional("ProviderType").replaces(),
    Property::optional("Tags").list(),
];

impl<P: Prefix> Connection<P> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
    fn physical(context: &mut ResourceContext<'_>, arn: &str) -> Result<Physical, Error> {
        let found = context.call_with::<GetConnection<P>>(json!({"ConnectionArn": arn}))?.connection;
        Ok(Physical::new(arn)
            .attribute("ConnectionArn", arn)
            .attribute("ConnectionStatus", found.connection_status)
            .attribute("OwnerAccountId", context.account.as_str()))
    }
}

impl<P: Prefix> ResourceType for Connection<P> {
    fn name(&self) -> &'static str {
        let now = "AWS::CodeConnections::Connection";
        if P::NAME == "codeconnections" { now } else { "AWS::CodeStarConnections::Connection" }
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["ConnectionArn", "ConnectionStatus", "OwnerAccountId"]
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let made = context.call_with::<CreateConnection<P>>(json!({
            "ConnectionName": properties.get("ConnectionName"),
            "HostArn": properties.get("HostArn"),
            "ProviderType": properties.get("ProviderType"),
            "Tags": ResourceTags::of(properties)?.list("Key", "Value"),
        }))?;
        Self::physical(context, made.connection_arn.as_str())
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let (gone, set) = ResourceTags::change(old, new)?;
        if !gone.is_empty() {
            context.call_with::<UntagResource<P>>(json!({"ResourceArn": id, "TagKeys": gone}))?;
        }
        if !set.is_empty() {
            context.call_with::<TagResource<P>>(json!({"ResourceArn": id, "Tags": set.list("Key", "Value")}))?;
        }
        Self::physical(context, id)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        match context.call_with::<DeleteConnection<P>>(json!({"ConnectionArn": id})) {
            Err(error) if error.code != "ResourceNotFoundException" => Err(error),
            _ => Ok(()),
        }
    }
}
