use super::{
    holders::{Groups, change_policies},
    properties::{gone_is_fine, input, member, path},
};
use crate::{CreateGroup, DeleteGroup, GetGroup, UpdateGroup};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// A group with its policies.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html>
pub struct Group;

static PROPERTIES: [Property; 4] = [
    Property::optional("GroupName").replaces(),
    Property::optional("ManagedPolicyArns").list(),
    Property::optional("Path"),
    Property::optional("Policies").list(),
];

fn physical(context: &mut ResourceContext<'_>, name: &str) -> Result<Physical, Error> {
    let arn = member(&context.call_with::<GetGroup>(json!({"GroupName": name}))?, "/Group/Arn")?;
    Ok(Physical::new(name).attribute("Arn", arn))
}

impl ResourceType for Group {
    fn name(&self) -> &'static str {
        "AWS::IAM::Group"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = properties.get("GroupName").and_then(Value::as_str).map_or_else(|| context.generated_name(128), str::to_owned);
        context.call_with::<CreateGroup>(input(properties, &["Path"], json!({"GroupName": name})))?;
        change_policies::<Groups>(context, &name, &Value::Null, properties)?;
        physical(context, &name)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        if old.get("Path") != new.get("Path") {
            context.call_with::<UpdateGroup>(json!({"GroupName": id, "NewPath": path(new)}))?;
        }
        change_policies::<Groups>(context, id, old, new)?;
        physical(context, id)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        change_policies::<Groups>(context, id, properties, &Value::Null)?;
        gone_is_fine(context.call_with::<DeleteGroup>(json!({"GroupName": id})))
    }
}
