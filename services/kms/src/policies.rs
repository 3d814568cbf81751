//! Key policies: checked when they are written, kept with unique ids.

use crate::{
    Kms,
    error::{limit_exceeded, malformed_policy},
};
use base::AccountId;
use gate::{Caller, Error, Identity, Scope};
use policy::{Context, Fault, Named, Options, Policies, Policy, PolicyKind, Principal, PrincipalKind, Request, Verdict};

/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const LONGEST: usize = 32 * 1024;
/// What a request may hold.
const LONGEST_TEXT: usize = 128 * 1024;

/// A policy for the examples' account.
pub(crate) const EXAMPLE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"}}"#;

/// The policy of a key that was made without one: the account's own policies decide.
pub(crate) fn default_policy(account: AccountId) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Id":"key-default-1","Statement":[{{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
    )
}

/// Checks a policy for the key `key_arn`; gives it as it is kept. Unless `bypass`, the caller must be able to change it again.
pub(crate) fn checked(scope: &mut Scope<'_, Kms>, key_arn: &str, document: &str, bypass: bool) -> Result<String, Error> {
    if document.is_empty() || document.len() > LONGEST_TEXT || !document.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')) {
        return Err(Error::validation(format!(
            "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length between 1 and {LONGEST_TEXT}, and satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
        )));
    }
    if document.len() > LONGEST {
        return Err(limit_exceeded(format!("The key policy has {} bytes; at most {LONGEST} are allowed.", document.len())));
    }
    let parsed = parse(document)?;
    // An id stays behind in a policy when its principal is deleted; it cannot be written again.
    let ids = parsed
        .principals()
        .into_iter()
        .filter(|p| p.kind == PrincipalKind::Aws && ["AIDA", "AROA"].iter().any(|id| p.text.starts_with(id)));
    for id in ids.map(|p| p.text.to_owned()).collect::<Vec<_>>() {
        if scope.unique_id(&id)?.is_none() {
            return Err(invalid_principals());
        }
    }
    let kept = with_ids(scope, document)?;
    if !bypass && !keeps_control(scope.caller(), key_arn, &parse(&kept)?) {
        return Err(malformed_policy("The new key policy will not allow you to update the key policy in the future."));
    }
    Ok(kept)
}

fn invalid_principals() -> Error {
    malformed_policy("Policy contains a statement with one or more invalid principals.")
}

fn with_ids(scope: &mut Scope<'_, Kms>, document: &str) -> Result<String, Error> {
    scope.principals_to_ids(document).map_err(|failure| match failure {
        Ok(_) => invalid_principals(),
        Err(error) => error,
    })
}

/// A policy that was checked when it was written, as it is kept.
pub(crate) fn kept(scope: &mut Scope<'_, Kms>, document: &str) -> Result<String, Error> {
    parse(document)?;
    with_ids(scope, document)
}

fn parse(document: &str) -> Result<Policy, Error> {
    Policy::parse(document, PolicyKind::Key).map_err(|e| {
        malformed_policy(if e.fault == Fault::Principal {
            format!("Policy contains a statement with one or more invalid principals. {e}")
        } else {
            e.to_string()
        })
    })
}

/// Whether the caller could put another policy, if its own policies let it.
fn keeps_control(caller: &Caller, key_arn: &str, new: &Policy) -> bool {
    let Some(account) = caller.account() else { return false };
    let Ok(own) = Policy::parse(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:PutKeyPolicy","Resource":"*"}}"#,
        PolicyKind::Identity,
    ) else {
        return false;
    };
    let name = caller.name();
    let mut context = Context::new();
    context.set("kms:CallerAccount", account.as_str()).set("aws:PrincipalAccount", account.as_str());
    let principal = match caller.identity() {
        Identity::Root { .. } => {
            context.set("aws:PrincipalArn", &*name);
            Principal::Root { account: account.as_str() }
        }
        Identity::User { arn, id, .. } => {
            context.set("aws:PrincipalArn", arn.as_str());
            Principal::User { arn: arn.as_str(), id }
        }
        Identity::Role(session) => {
            context.set("aws:PrincipalArn", session.role_arn.as_str());
            Principal::Role { role_arn: session.role_arn.as_str(), role_id: &session.role_id, session_arn: &name, linked: false }
        }
        Identity::Federated(session) => {
            context.set("aws:PrincipalArn", &*name);
            Principal::FederatedUser { arn: &name, user_arn: session.user_arn.as_str(), id: &session.user_id }
        }
        Identity::Service { name, .. } => Principal::Service { name },
        Identity::WebIdentity(_) | Identity::Anonymous => return false,
    };
    let request = Request {
        principal,
        principal_account: Some(account.as_str()),
        action: "kms:PutKeyPolicy",
        resource: key_arn,
        resource_account: account.as_str(),
        context: &context,
    };
    let identity = [Named { name: "the caller's own policies", policy: &own }];
    let policies =
        Policies { identity: &identity, resource: Some(Named { name: "the new key policy", policy: new }), ..Policies::default() };
    policy::decide(&request, &policies, &Options::default()).verdict == Verdict::Allow
}
