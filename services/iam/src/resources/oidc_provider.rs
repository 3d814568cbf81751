use super::properties::{gone_is_fine, input, text, texts};
use crate::{
    AddClientIDToOpenIDConnectProvider, CreateOpenIDConnectProvider, DeleteOpenIDConnectProvider, RemoveClientIDFromOpenIDConnectProvider,
    TagOpenIDConnectProvider, UntagOpenIDConnectProvider, UpdateOpenIDConnectProviderThumbprint,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// An OpenID Connect provider.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html>
pub struct OIDCProvider;

static PROPERTIES: [Property; 4] = [
    Property::optional("ClientIdList").list(),
    Property::optional("Tags").list(),
    Property::optional("ThumbprintList").list(),
    Property::optional("Url").replaces(),
];

fn physical(arn: &str) -> Physical {
    Physical::new(arn).attribute("Arn", arn)
}

impl ResourceType for OIDCProvider {
    fn name(&self) -> &'static str {
        "AWS::IAM::OIDCProvider"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let more = json!({
            "Url": text(properties, "Url")?,
            "ClientIDList": texts(properties, "ClientIdList")?,
            "Tags": ResourceTags::of(properties)?.list("Key", "Value"),
        });
        let made = context.call_with::<CreateOpenIDConnectProvider>(input(properties, &["ThumbprintList"], more))?;
        Ok(physical(made.open_id_connect_provider_arn.as_str()))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let (had, has) = (texts(old, "ClientIdList")?, texts(new, "ClientIdList")?);
        for client in has.iter().filter(|client| !had.contains(client)) {
            context.call_with::<AddClientIDToOpenIDConnectProvider>(json!({"OpenIDConnectProviderArn": id, "ClientID": client}))?;
        }
        for client in had.iter().filter(|client| !has.contains(client)) {
            context.call_with::<RemoveClientIDFromOpenIDConnectProvider>(json!({"OpenIDConnectProviderArn": id, "ClientID": client}))?;
        }
        let prints = texts(new, "ThumbprintList")?;
        if prints != texts(old, "ThumbprintList")? {
            let input = json!({"OpenIDConnectProviderArn": id, "ThumbprintList": prints});
            context.call_with::<UpdateOpenIDConnectProviderThumbprint>(input)?;
        }
        let (gone, set) = ResourceTags::change(old, new)?;
        if !gone.is_empty() {
            context.call_with::<UntagOpenIDConnectProvider>(json!({"OpenIDConnectProviderArn": id, "TagKeys": gone}))?;
        }
        if !set.is_empty() {
            let input = json!({"OpenIDConnectProviderArn": id, "Tags": set.list("Key", "Value")});
            context.call_with::<TagOpenIDConnectProvider>(input)?;
        }
        Ok(physical(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        gone_is_fine(context.call_with::<DeleteOpenIDConnectProvider>(json!({"OpenIDConnectProviderArn": id})))
    }
}
