use super::properties::{change_tags, gone_is_fine, text, texts};
use crate::{CloseAccount, CreateAccount, DescribeAccount, DescribeCreateAccountStatus, ListParents, MoveAccount};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// An account. Deleting it closes the account for good, as on AWS: `DeletionPolicy: Retain` keeps it.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-account.html>
pub struct Account;

static PROPERTIES: [Property; 5] = [
    Property::required("AccountName"),
    Property::required("Email"),
    Property::optional("ParentIds").list(),
    Property::optional("RoleName"),
    Property::optional("Tags").list(),
];

fn physical(context: &mut ResourceContext<'_>, id: &str) -> Result<Physical, Error> {
    let account = context.call_with::<DescribeAccount>(json!({"AccountId": id}))?.account;
    let joined = serde_json::to_value(account.joined_timestamp).map_err(Error::internal)?;
    Ok(Physical::new(id)
        .attribute("AccountId", id)
        .attribute("Arn", account.arn.as_str())
        .attribute("JoinedMethod", account.joined_method)
        .attribute("JoinedTimestamp", joined)
        .attribute("Status", account.status))
}

/// Brings the account to its parent, if the template names one.
fn place(context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
    let parents = texts(properties, "ParentIds")?;
    let Some(wanted) = parents.first() else { return Ok(()) };
    if parents.len() > 1 {
        return Err(Error::new("ValidationError", "Properties validation failed: #/ParentIds: an account has one parent"));
    }
    let now = context.call_with::<ListParents>(json!({"ChildId": id}))?.parents;
    let Some(source) = now.into_iter().map(|parent| parent.id).find(|parent| parent != wanted) else { return Ok(()) };
    context.call_with::<MoveAccount>(json!({"AccountId": id, "SourceParentId": source, "DestinationParentId": wanted}))?;
    Ok(())
}

impl ResourceType for Account {
    fn name(&self) -> &'static str {
        "AWS::Organizations::Account"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["AccountId", "Arn", "JoinedMethod", "JoinedTimestamp", "Status"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let input = json!({
            "AccountName": text(properties, "AccountName")?,
            "Email": text(properties, "Email")?,
            "RoleName": properties.get("RoleName").cloned(),
            "Tags": ResourceTags::of(properties)?.list("Key", "Value"),
        });
        let request = context.call_with::<CreateAccount>(input)?.create_account_status.id;
        let status = context.call_with::<DescribeCreateAccountStatus>(json!({"CreateAccountRequestId": request}))?.create_account_status;
        let Some(id) = status.account_id else {
            let why = status.failure_reason.unwrap_or_default();
            return Err(Error::new("GeneralServiceException", format!("The account was not created: {why}")));
        };
        place(context, id.as_str(), properties)?;
        physical(context, id.as_str())
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        if let Some(fixed) = ["AccountName", "Email", "RoleName"].into_iter().find(|name| old.get(*name) != new.get(*name)) {
            return Err(Error::new("NotUpdatable", format!("{fixed} of an account cannot be changed after the account was created")));
        }
        change_tags(context, id, old, new)?;
        place(context, id, new)?;
        physical(context, id)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        match context.call_with::<CloseAccount>(json!({"AccountId": id})) {
            Err(error) if error.code == "AccountAlreadyClosedException" => Ok(()),
            closed => gone_is_fine(closed, "AccountNotFoundException"),
        }
    }
}
