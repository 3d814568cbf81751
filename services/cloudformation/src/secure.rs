//! Where encrypted parameters of Systems Manager may be referred to.

use crate::changes::finding;
use template::{Diagnostic, DynamicReference, Located, LocatedValue, ResourcePlan, dynamic_references};

/// The properties that keep what they are given to themselves, by AWS's list.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html>
const PLACES: [&str; 11] = [
    "AWS::DirectoryService::MicrosoftAD/Properties/Password",
    "AWS::DirectoryService::SimpleAD/Properties/Password",
    "AWS::ElastiCache::ReplicationGroup/Properties/AuthToken",
    "AWS::IAM::User/Properties/LoginProfile/Password",
    "AWS::KinesisFirehose::DeliveryStream/Properties/RedshiftDestinationConfiguration/Password",
    "AWS::OpsWorks::App/Properties/AppSource/Password",
    "AWS::OpsWorks::Stack/Properties/CustomCookbooksSource/Password",
    "AWS::OpsWorks::Stack/Properties/RdsDbInstances/DbPassword",
    "AWS::RDS::DBCluster/Properties/MasterUserPassword",
    "AWS::RDS::DBInstance/Properties/MasterUserPassword",
    "AWS::Redshift::Cluster/Properties/MasterUserPassword",
];

fn collect(value: &Located, path: &mut String, found: &mut Vec<String>) {
    match &value.value {
        // As on AWS, what stands in a list is called by the list.
        LocatedValue::List(items) => items.iter().for_each(|item| {
            let mut inner = String::new();
            let before = found.len();
            collect(item, &mut inner, found);
            found[before..].iter_mut().for_each(|place| place.clone_from(path));
        }),
        LocatedValue::Map(members) => members.iter().for_each(|(name, member)| {
            let length = path.len();
            path.push('/');
            path.push_str(name);
            collect(member, path, found);
            path.truncate(length);
        }),
        LocatedValue::String(text) => {
            let secure = |found: &Option<DynamicReference>| matches!(found, Some(DynamicReference::SsmSecure { .. }));
            found.extend(dynamic_references(text).iter().filter(|(_, reference)| secure(reference)).map(|_| path.clone()));
        }
        LocatedValue::Null | LocatedValue::Bool(_) | LocatedValue::Number(_) => {}
    }
}

/// The references to encrypted parameters where AWS takes none.
pub(crate) fn misplaced(resource: &ResourcePlan, properties: &Located) -> Option<Diagnostic> {
    let mut found = Vec::new();
    collect(properties, &mut format!("{}/Properties", resource.resource_type), &mut found);
    found.retain(|place| !PLACES.contains(&place.as_str()));
    let message = format!("SSM Secure reference is not supported in: [{}]", found.join(","));
    let help = "use {{resolve:secretsmanager:...}}, which every property takes";
    (!found.is_empty()).then(|| finding(&resource.span, message, Some(help.into())))
}
