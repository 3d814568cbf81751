use super::properties::{gone_is_fine, text, texts};
use crate::{AddUserToGroup, RemoveUserFromGroup};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// Users that are put into a group.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-usertogroupaddition.html>
pub struct UserToGroupAddition;

static PROPERTIES: [Property; 2] = [Property::required("GroupName"), Property::required("Users").list()];

/// Brings the group's users from `old` to `new`, which may name another group.
fn change(context: &mut ResourceContext<'_>, old: &Value, new: &Value) -> Result<(), Error> {
    let same_group = old.get("GroupName") == new.get("GroupName");
    let (had, has) = (texts(old, "Users")?, texts(new, "Users")?);
    for user in has.iter().filter(|user| !same_group || !had.contains(user)) {
        context.call_with::<AddUserToGroup>(json!({"GroupName": text(new, "GroupName")?, "UserName": user}))?;
    }
    for user in had.iter().filter(|user| !same_group || !has.contains(user)) {
        gone_is_fine(context.call_with::<RemoveUserFromGroup>(json!({"GroupName": text(old, "GroupName")?, "UserName": user})))?;
    }
    Ok(())
}

impl ResourceType for UserToGroupAddition {
    fn name(&self) -> &'static str {
        "AWS::IAM::UserToGroupAddition"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        change(context, &Value::Null, properties)?;
        Ok(Physical::new(context.generated_name(128)))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        change(context, old, new)?;
        Ok(Physical::new(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        change(context, properties, &Value::Null)
    }
}
