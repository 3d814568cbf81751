use super::pipeline::small_initials;
use crate::{
    DeleteWebhook, DeleteWebhookInput, DeregisterWebhookWithThirdParty, DeregisterWebhookWithThirdPartyInput, PutWebhook,
    RegisterWebhookWithThirdParty, RegisterWebhookWithThirdPartyInput,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// `AWS::CodePipeline::Webhook`.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-webhook.html>
pub(crate) struct Webhook;

const MAX_NAME: usize = 100;

fn registers(properties: &Value) -> bool {
    let asked = &properties["RegisterWithThirdParty"];
    asked.as_bool().unwrap_or_else(|| asked.as_str() == Some("true"))
}

fn put(context: &mut ResourceContext<'_>, name: &str, properties: &Value) -> Result<Physical, Error> {
    // Its members are written alike in templates and in calls.
    let configuration = properties.get("AuthenticationConfiguration").cloned().unwrap_or_else(|| json!({}));
    let webhook = json!({
        "name": name,
        "targetPipeline": properties["TargetPipeline"],
        "targetAction": properties["TargetAction"],
        "filters": small_initials(properties["Filters"].clone()),
        "authentication": properties["Authentication"],
        "authenticationConfiguration": configuration,
    });
    let made = context.call_with::<PutWebhook>(json!({"webhook": webhook}))?;
    Ok(Physical::new(name).attribute("Url", made.webhook.url))
}

fn register(context: &mut ResourceContext<'_>, name: &str) -> Result<(), Error> {
    context.call::<RegisterWebhookWithThirdParty>(RegisterWebhookWithThirdPartyInput { webhook_name: name.into() }).map(drop)
}

fn delete(context: &mut ResourceContext<'_>, name: &str) -> Result<(), Error> {
    context.call::<DeleteWebhook>(DeleteWebhookInput { name: name.into() }).map(drop)
}

impl ResourceType for Webhook {
    fn name(&self) -> &'static str {
        "AWS::CodePipeline::Webhook"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::required("Authentication"),
            Property::required("AuthenticationConfiguration").structure(),
            Property::required("Filters").list(),
            Property::optional("Name").replaces(),
            Property::optional("RegisterWithThirdParty"),
            Property::required("TargetAction"),
            Property::required("TargetPipeline"),
            // As on AWS it chooses nothing: the pipeline's present version is started.
            Property::optional("TargetPipelineVersion"),
        ];
        PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Url"]
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = properties["Name"].as_str().map_or_else(|| context.generated_name(MAX_NAME), str::to_string);
        let made = put(context, &name, properties)?;
        if registers(properties)
            && let Err(why) = register(context, &name)
        {
            delete(context, &name)?;
            return Err(why);
        }
        Ok(made)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        if registers(new) && !registers(old) {
            register(context, id)?;
        } else if registers(old) && !registers(new) {
            context.call::<DeregisterWebhookWithThirdParty>(DeregisterWebhookWithThirdPartyInput { webhook_name: id.into() })?;
        }
        put(context, id, new)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        delete(context, id)
    }
}
