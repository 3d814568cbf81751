//! What S3 checks of a bucket policy beyond its grammar.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html>

use crate::error::malformed_policy;
use gate::Error;
use policy::{Fault, Policy, PolicyKind, StatementView};

/// Bytes.
const MAX_POLICY: usize = 20 * 1024;

/// Actions on buckets.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html> (2026-09)
const ON_BUCKET: &[&str] = &[
    "CreateBucket",
    "CreateBucketMetadataTableConfiguration",
    "DeleteBucket",
    "DeleteBucketMetadataTableConfiguration",
    "DeleteBucketPolicy",
    "DeleteBucketWebsite",
    "GetAccelerateConfiguration",
    "GetAnalyticsConfiguration",
    "GetBucketAbac",
    "GetBucketAcl",
    "GetBucketCORS",
    "GetBucketLocation",
    "GetBucketLogging",
    "GetBucketMetadataTableConfiguration",
    "GetBucketNotification",
    "GetBucketObjectLockConfiguration",
    "GetBucketOwnershipControls",
    "GetBucketPolicy",
    "GetBucketPolicyStatus",
    "GetBucketPublicAccessBlock",
    "GetBucketRequestPayment",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetBucketWebsite",
    "GetEncryptionConfiguration",
    "GetIntelligentTieringConfiguration",
    "GetInventoryConfiguration",
    "GetLifecycleConfiguration",
    "GetMetricsConfiguration",
    "GetReplicationConfiguration",
    "ListBucket",
    "ListBucketMultipartUploads",
    "ListBucketVersions",
    "ListTagsForResource",
    "PutAccelerateConfiguration",
    "PutAnalyticsConfiguration",
    "PutBucketAbac",
    "PutBucketAcl",
    "PutBucketCORS",
    "PutBucketLogging",
    "PutBucketNotification",
    "PutBucketObjectLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketRequestPayment",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutBucketWebsite",
    "PutEncryptionConfiguration",
    "PutIntelligentTieringConfiguration",
    "PutInventoryConfiguration",
    "PutLifecycleConfiguration",
    "PutMetricsConfiguration",
    "PutReplicationConfiguration",
    "TagResource",
    "UntagResource",
];

/// Actions on objects.
const ON_OBJECT: &[&str] = &[
    "AbortMultipartUpload",
    "BypassGovernanceRetention",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjectVersion",
    "DeleteObjectVersionTagging",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "GetObjectTorrent",
    "GetObjectVersion",
    "GetObjectVersionAcl",
    "GetObjectVersionAttributes",
    "GetObjectVersionForReplication",
    "GetObjectVersionTagging",
    "GetObjectVersionTorrent",
    "InitiateReplication",
    "ListMultipartUploadParts",
    "ObjectOwnerOverrideToBucketOwner",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "PutObjectVersionAcl",
    "PutObjectVersionTagging",
    "ReplicateDelete",
    "ReplicateObject",
    "ReplicateTags",
    "RestoreObject",
    "UpdateObjectEncryption",
];

#[derive(Clone, Copy, Default)]
struct Kinds {
    bucket: bool,
    object: bool,
}

impl Kinds {
    fn meet(self, other: Self) -> bool {
        (self.bucket && other.bucket) || (self.object && other.object)
    }
}

/// `*` and `?`, without regard to case.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || c.eq_ignore_ascii_case(&text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

fn kinds_of_action(action: &str) -> Option<Kinds> {
    if action == "*" {
        return Some(Kinds { bucket: true, object: true });
    }
    let (service, name) = action.split_once(':')?;
    let any = |list: &[&str]| service.eq_ignore_ascii_case("s3") && list.iter().any(|known| glob(name, known));
    let kinds = Kinds { bucket: any(ON_BUCKET), object: any(ON_OBJECT) };
    (kinds.bucket || kinds.object).then_some(kinds)
}

fn kinds_of_resource(resource: &str, bucket: &str) -> Option<Kinds> {
    if resource == "*" {
        return Some(Kinds { bucket: true, object: true });
    }
    let mut parts = resource.splitn(6, ':');
    let named = parts.next() == Some("arn")
        && parts.next().is_some()
        && parts.next() == Some("s3")
        && parts.next() == Some("")
        && parts.next() == Some("");
    let name = parts.next().filter(|_| named)?;
    match name.split_once('/') {
        Some((of, _)) => glob(of, bucket).then_some(Kinds { bucket: false, object: true }),
        None => glob(name, bucket).then_some(Kinds { bucket: true, object: name.ends_with('*') }),
    }
}

fn check_statement(statement: &StatementView<'_>, bucket: &str) -> Result<(), Error> {
    let mut reached = Kinds::default();
    for resource in statement.resources.iter().flatten() {
        let kinds = kinds_of_resource(resource, bucket).ok_or_else(|| {
            malformed_policy(format!("Policy has invalid resource: '{resource}' is neither the bucket '{bucket}' nor objects in it"))
        })?;
        reached = Kinds { bucket: reached.bucket || kinds.bucket, object: reached.object || kinds.object };
    }
    for action in &statement.actions {
        let kinds = kinds_of_action(action).ok_or_else(|| malformed_policy(format!("Policy has invalid action: '{action}'")))?;
        let can_meet = statement.not_action || statement.not_resource || kinds.meet(reached);
        if !can_meet {
            return Err(malformed_policy(format!(
                "Action does not apply to any resource(s) in statement: '{action}', line {}",
                statement.line
            )));
        }
    }
    Ok(())
}

/// What S3 says first, where the parser's own words are not S3's.
fn words(fault: Fault) -> &'static str {
    match fault {
        Fault::Json => "Policies must be valid JSON and the first byte must be '{'. ",
        Fault::Missing("Statement") => "Could not parse the policy: Statement is empty! ",
        Fault::Action => "Policy has invalid action. ",
        Fault::Resource => "Policy has invalid resource. ",
        Fault::Syntax => "Invalid policy syntax. ",
        _ => "",
    }
}

/// Checks a policy for `bucket`. Its principals are checked by the gate.
pub(crate) fn check(text: &str, bucket: &str) -> Result<Policy, Error> {
    if text.len() > MAX_POLICY {
        return Err(Error::new("PolicyTooLarge", format!("The policy has {} bytes; a bucket policy has at most {MAX_POLICY}", text.len())));
    }
    let parsed = Policy::parse(text, PolicyKind::Resource).map_err(|e| malformed_policy(format!("{}{e}", words(e.fault))))?;
    for index in 0..parsed.statements() {
        if let Some(statement) = parsed.statement(index) {
            check_statement(&statement, bucket)?;
        }
    }
    Ok(parsed)
}

/// A policy that was checked before, with the ids of its principals.
pub(crate) fn kept(text: &str) -> Result<Policy, Error> {
    Policy::parse(text, PolicyKind::Resource).map_err(|e| Error::internal(format_args!("a kept bucket policy is not readable: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(action: &str, resource: &str) -> Result<(), String> {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"{resource}"}}}}"#
        );
        check(&text, "my-bucket").map(|_| ()).map_err(|e| e.message)
    }

    #[test]
    fn actions_meet_their_resources() {
        for (action, resource) in [
            ("s3:GetObject", "arn:aws:s3:::my-bucket/*"),
            ("s3:*", "arn:aws:s3:::my-bucket"),
            ("s3:Get*", "arn:aws:s3:::my-bucket/*"),
            ("S3:listbucket", "arn:aws:s3:::my-*"),
            ("s3:GetObject", "arn:aws:s3:::my-bucket*"),
        ] {
            assert_eq!(verdict(action, resource), Ok(()), "{action} {resource}");
        }
        for (action, resource, wrong) in [
            ("s3:ListBucket", "arn:aws:s3:::my-bucket/*", "Action does not apply"),
            ("s3:GetObject", "arn:aws:s3:::my-bucket", "Action does not apply"),
            ("s3:GetObjekt", "arn:aws:s3:::my-bucket/*", "Policy has invalid action"),
            ("kms:Decrypt", "arn:aws:s3:::my-bucket/*", "Policy has invalid action"),
            ("s3:GetObject", "arn:aws:s3:::other/*", "Policy has invalid resource"),
        ] {
            let message = verdict(action, resource).unwrap_err();
            assert!(message.starts_with(wrong), "{action} {resource}: {message}");
        }
    }
}
