//! Policy documents: checked when they are written, percent-encoded when they are shown.

use crate::{
    Iam,
    error::{limit_exceeded, malformed},
};
use gate::{Error, Scope};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::{Policy, PolicyKind, PrincipalKind, quota_length};

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
    Policy::parse(document, kind).map_err(|e| malformed(format!("Syntax errors in policy: {e}")))
}

/// An inline policy.
pub(crate) fn check_inline(document: &str) -> Result<(), Error> {
    parse(document, PolicyKind::Identity).map(|_| ())
}

/// A version of a managed policy.
pub(crate) fn check_managed(document: &str) -> Result<(), Error> {
    check_inline(document)?;
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
