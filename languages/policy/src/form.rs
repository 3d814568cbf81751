//! How actions and resources are written: AWS's checks when a policy is stored, in its own words.

use crate::PolicyKind;

/// An action: `*`, or `vendor:Name` with wildcards in the name.
pub(crate) fn check_action(text: &str) -> Result<(), String> {
    let Some((vendor, name)) = text.split_once(':') else {
        return if text == "*" { Ok(()) } else { Err("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".into()) };
    };
    if name.contains(':') {
        return Err("Actions/Condition can contain only one colon.".into());
    }
    let legal = !vendor.is_empty() && vendor.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    if legal || text == "*:*" { Ok(()) } else { Err(format!("Vendor {vendor} is not valid")) }
}

const PARTITIONS: [&str; 9] = ["*", "aws", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-us-gov"];

/// A resource of a policy that IAM itself keeps: `*`, or an ARN with wildcards. Other services check their own.
pub(crate) fn check_resource(text: &str, kind: PolicyKind) -> Result<(), String> {
    if text == "*" {
        return Ok(());
    }
    let Some(body) = text.strip_prefix("arn:") else {
        return Err(format!("Resource {text} must be in ARN format or \"*\"."));
    };
    if !kind.is_kept_by_iam() {
        return Ok(());
    }
    let mut parts = body.splitn(5, ':');
    let partition = parts.next().unwrap_or_default();
    let wild = |part: &str| part.contains(['*', '?']);
    // Whether the parts before the last have a case is one of the engine's options.
    if !wild(partition) && !PARTITIONS.iter().any(|known| known.eq_ignore_ascii_case(partition)) {
        let mut next = || parts.next().unwrap_or("*");
        let [service, region, account, rest] = [next(), next(), next(), next()];
        return Err(format!(
            "Partition \"{partition}\" is not valid for resource \"arn:{partition}:{service}:{region}:{account}:{rest}\"."
        ));
    }
    match parts.next() {
        Some(service) if !service.is_empty() && !wild(service) => Ok(()),
        _ => Err("Resource vendor must be fully qualified and cannot contain regexes.".into()),
    }
}
