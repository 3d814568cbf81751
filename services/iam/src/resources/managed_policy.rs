use super::{
    holders::{Groups, Roles, Users, change_attachments},
    properties::{gone_is_fine, input, required_document},
};
use crate::{
    CreatePolicy, CreatePolicyVersion, DeletePolicy, DeletePolicyVersion, GetPolicy, ListPolicyVersions,
    operations::create_policy_version::MOST_VERSIONS,
};
use gate::{Error, Operation, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// A managed policy, attached to groups, roles and users.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html>
pub struct ManagedPolicy;

static PROPERTIES: [Property; 7] = [
    Property::optional("Description").replaces(),
    Property::optional("Groups").list(),
    Property::optional("ManagedPolicyName").replaces(),
    Property::optional("Path").replaces(),
    Property::required("PolicyDocument").document(),
    Property::optional("Roles").list(),
    Property::optional("Users").list(),
];

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
    change_attachments::<Groups>(context, arn, old, new)?;
    change_attachments::<Roles>(context, arn, old, new)?;
    change_attachments::<Users>(context, arn, old, new)
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

    fn attributes(&self) -> &'static [&'static str] {
        &["CreateDate", "DefaultVersionId", "PolicyArn", "PolicyId", "UpdateDate"]
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
