//! Policy documents: checked when they are written, percent-encoded when they are shown.

use crate::{
    Iam,
    error::{limit_exceeded, malformed},
};
use gate::{Error, Scope};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::{Fault, Policy, PolicyError, PolicyKind, PrincipalKind, quota_length};

/// Characters without white space.
pub(crate) const MANAGED: usize = 6144;
pub(crate) const TRUST: usize = 2048;

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A document as IAM's answers show it.
pub(crate) fn shown(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

fn parse(document: &str, kind: PolicyKind) -> Result<Policy, Error> {
    Policy::parse(document, kind).map_err(|e| malformed(worded(&e)))
}

/// What the last part of an IAM ARN begins with.
const IAM_PATHS: [&str; 17] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
    "assumed-role/",
    "delegation-request/",
    "role-template/",
    "root",
];

/// What of S3 has a region.
const S3_REGIONAL: [&str; 4] = ["accesspoint", "job/", "storage-lens", "access-grants"];

/// IAM knows the forms of its own ARNs and of S3's.
fn check_resource(text: &str) -> Result<(), String> {
    let mut parts = text.splitn(6, ':').skip(2);
    let mut next = || parts.next().unwrap_or("*");
    let [service, region, _, rest] = [next(), next(), next(), next()];
    let wild = |part: &str| part.contains(['*', '?']);
    let regional = !region.is_empty() && !wild(region);
    // Up to the first slash, a wildcard may stand for any of them.
    let begins_with = |list: &[&str]| wild(rest.split('/').next().unwrap_or_default()) || list.iter().any(|start| rest.starts_with(start));
    match service {
        "iam" if regional => Err(format!("IAM resource {text} cannot contain region information.")),
        "iam" if !begins_with(&IAM_PATHS) => {
            Err(format!("IAM resource path must either be \"*\" or start with {}.", IAM_PATHS[..13].join(", ")))
        }
        "s3" if regional && !begins_with(&S3_REGIONAL) => Err(format!("Resource {text} can not contain region information.")),
        _ => Ok(()),
    }
}

fn identity(document: &str) -> Result<Policy, Error> {
    let policy = parse(document, PolicyKind::Identity)?;
    for statement in (0..policy.statements()).filter_map(|n| policy.statement(n)) {
        for text in statement.resources.iter().flatten().filter(|text| **text != "*") {
            check_resource(text).map_err(|words| malformed(format!("{words} (line {}, column {})", statement.line, statement.column)))?;
        }
    }
    Ok(policy)
}

/// What IAM says, and then what and where it is: IAM itself does not tell.
fn worded(e: &PolicyError) -> String {
    let words = match e.fault {
        Fault::Json | Fault::Syntax | Fault::Condition | Fault::Missing("Statement" | "Effect") => "Syntax errors in policy.",
        Fault::Missing("Action") => "Policy statement must contain actions.",
        Fault::Missing("Resource") => "Policy statement must contain resources.",
        Fault::Prohibited("Principal") => "Policy document should not specify a principal.",
        Fault::DuplicateSid => "Statement IDs (SID) in a single policy must be unique.",
        Fault::Sid => "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*.",
        // These messages are IAM's own.
        Fault::Missing(_) | Fault::Prohibited(_) | Fault::Action | Fault::Resource | Fault::Principal => {
            let place = if e.path.is_empty() { String::new() } else { format!("{}, ", e.path) };
            return format!("{} ({place}line {}, column {})", e.message, e.line, e.column);
        }
    };
    format!("{words} {e}")
}

/// An inline policy.
pub(crate) fn check_inline(document: &str) -> Result<(), Error> {
    identity(document).map(|_| ())
}

/// A version of a managed policy.
pub(crate) fn check_managed(document: &str) -> Result<(), Error> {
    if !identity(document)?.is_current() {
        return Err(malformed("Policy document must be version 2012-10-17 or greater. Write \"Version\": \"2012-10-17\"."));
    }
    if quota_length(document) > MANAGED {
        return Err(limit_exceeded(format!("Cannot exceed quota for PolicySize: {MANAGED}")));
    }
    Ok(())
}

/// A trust policy, as it is kept: with the unique ids of its users and roles.
pub(crate) fn kept_trust(scope: &mut Scope<'_, Iam>, document: &str) -> Result<String, Error> {
    let trust = parse(document, PolicyKind::Trust)?;
    if quota_length(document) > TRUST {
        return Err(limit_exceeded(format!("Cannot exceed quota for ACLSizePerRole: {TRUST}")));
    }
    let unknown = |principal: &str| malformed(format!("Invalid principal in policy: \"AWS\":\"{principal}\""));
    // An id stays behind in a policy when its principal is deleted; it cannot be written again.
    let ids =
        trust.principals().into_iter().filter(|p| p.kind == PrincipalKind::Aws && ["AIDA", "AROA"].iter().any(|id| p.text.starts_with(id)));
    for id in ids.map(|p| p.text.to_owned()).collect::<Vec<_>>() {
        if scope.unique_id(&id)?.is_none() {
            return Err(unknown(&id));
        }
    }
    scope.principals_to_ids(document).map_err(|failure| match failure {
        Ok(principal) => unknown(&principal),
        Err(error) => error,
    })
}
