use super::properties::{gone_is_fine, text};
use crate::{CreateAccessKey, DeleteAccessKey, UpdateAccessKey};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// An access key of a user. Its secret is the attribute `SecretAccessKey`; another `Serial` makes another key.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-accesskey.html>
pub struct AccessKey;

static PROPERTIES: [Property; 3] =
    [Property::optional("Serial").replaces(), Property::optional("Status"), Property::required("UserName").replaces()];

fn switch(context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
    let status = properties.get("Status").filter(|v| !v.is_null()).cloned().unwrap_or(json!("Active"));
    let input = json!({"AccessKeyId": id, "Status": status, "UserName": text(properties, "UserName")?});
    context.call_with::<UpdateAccessKey>(input).map(|_| ())
}

impl ResourceType for AccessKey {
    fn name(&self) -> &'static str {
        "AWS::IAM::AccessKey"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["SecretAccessKey"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let made = context.call_with::<CreateAccessKey>(json!({"UserName": text(properties, "UserName")?}))?.access_key;
        if properties.get("Status").is_some_and(|status| status != "Active") {
            switch(context, &made.access_key_id, properties)?;
        }
        Ok(Physical::new(&made.access_key_id).attribute("SecretAccessKey", made.secret_access_key.expose().as_str()))
    }

    /// The secret cannot be read again: CloudFormation keeps the attribute that it has.
    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        switch(context, id, new)?;
        Ok(Physical::new(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        let input = json!({"AccessKeyId": id, "UserName": text(properties, "UserName")?});
        gone_is_fine(context.call_with::<DeleteAccessKey>(input))
    }
}
