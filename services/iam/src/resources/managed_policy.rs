use super::properties::{gone_is_fine, input, required_document, texts};
use crate::{
    AttachRolePolicy, AttachUserPolicy, CreatePolicy, CreatePolicyVersion, DeletePolicy, DeletePolicyVersion, DetachRolePolicy,
    DetachUserPolicy, GetPolicy, ListPolicyVersions,
};
use gate::{Error, Operation, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// A managed policy, attached to roles and users.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html>
pub struct ManagedPolicy;

static PROPERTIES: [Property; 6] = [
    Property::optional("Description").replaces(),
    Property::optional("ManagedPolicyName").replaces(),
    Property::optional("Path").replaces(),
    Property::required("PolicyDocument"),
    Property::optional("Roles"),
    Property::optional("Users"),
];

/// Versions that a policy may have at one time.
const MOST_VERSIONS: usize = 5;

fn physical(answer: &<GetPolicy as Operation>::Output) -> Result<Physical, Error> {
    let policy = serde_json::to_value(answer).map_err(Error::internal)?;
    let member = |name: &str| policy["Policy"][name].clone();
    let arn = member("Arn");
    let named = [
        ("PolicyArn", "Arn"),
        ("PolicyId", "PolicyId"),
        ("DefaultVersionId", "DefaultVersionId"),
        ("CreateDate", "CreateDate"),
        ("UpdateDate", "UpdateDate"),
    ];
    let physical = Physical::new(arn.as_str().unwrap_or_default());
    Ok(named.iter().fold(physical, |physical, (attribute, name)| physical.attribute(attribute, member(name))))
}

/// Brings the attachments from `old` to `new`.
fn attach(context: &mut ResourceContext<'_>, arn: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (had, has) = (texts(old, "Roles")?, texts(new, "Roles")?);
    for role in has.iter().filter(|role| !had.contains(role)) {
        context.call_with::<AttachRolePolicy>(json!({"RoleName": role, "PolicyArn": arn}))?;
    }
    for role in had.iter().filter(|role| !has.contains(role)) {
        gone_is_fine(context.call_with::<DetachRolePolicy>(json!({"RoleName": role, "PolicyArn": arn})))?;
    }
    let (had, has) = (texts(old, "Users")?, texts(new, "Users")?);
    for user in has.iter().filter(|user| !had.contains(user)) {
        context.call_with::<AttachUserPolicy>(json!({"UserName": user, "PolicyArn": arn}))?;
    }
    for user in had.iter().filter(|user| !has.contains(user)) {
        gone_is_fine(context.call_with::<DetachUserPolicy>(json!({"UserName": user, "PolicyArn": arn})))?;
    }
    Ok(())
}

/// The ids of the versions that are not in force, newest first, and how many there are in all.
fn idle_versions(context: &mut ResourceContext<'_>, arn: &str) -> Result<(Vec<String>, usize), Error> {
    let answer = context.call_with::<ListPolicyVersions>(json!({"PolicyArn": arn}))?;
    let all = answer.versions.len();
    Ok((answer.versions.into_iter().filter(|v| !v.is_default_version).map(|v| v.version_id).collect(), all))
}

impl ResourceType for ManagedPolicy {
    fn name(&self) -> &'static str {
        "AWS::IAM::ManagedPolicy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = properties.get("ManagedPolicyName").and_then(Value::as_str).map_or_else(|| context.generated_name(128), str::to_owned);
        let more = json!({"PolicyName": name, "PolicyDocument": required_document(properties, "PolicyDocument")?});
        let made = context.call_with::<CreatePolicy>(input(properties, &["Path", "Description"], more))?;
        let arn = made.policy.arn.to_string();
        attach(context, &arn, &Value::Null, properties)?;
        physical(&context.call_with::<GetPolicy>(json!({"PolicyArn": arn}))?)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        if old.get("PolicyDocument") != new.get("PolicyDocument") {
            let (idle, all) = idle_versions(context, id)?;
            if all >= MOST_VERSIONS
                && let Some(oldest) = idle.last()
            {
                context.call_with::<DeletePolicyVersion>(json!({"PolicyArn": id, "VersionId": oldest}))?;
            }
            let document = required_document(new, "PolicyDocument")?;
            context.call_with::<CreatePolicyVersion>(json!({"PolicyArn": id, "PolicyDocument": document, "SetAsDefault": true}))?;
        }
        attach(context, id, old, new)?;
        physical(&context.call_with::<GetPolicy>(json!({"PolicyArn": id}))?)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        attach(context, id, properties, &Value::Null)?;
        let idle = match idle_versions(context, id) {
            Ok((idle, _)) => idle,
            Err(error) if error.code == "NoSuchEntity" => return Ok(()),
            Err(error) => return Err(error),
        };
        for version in idle {
            context.call_with::<DeletePolicyVersion>(json!({"PolicyArn": id, "VersionId": version}))?;
        }
        gone_is_fine(context.call_with::<DeletePolicy>(json!({"PolicyArn": id})))
    }
}
