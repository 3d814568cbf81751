//! What all sessions are made of: credentials, session policies, and their size.

use crate::{
    Sts,
    error::{constraint, invalid},
    members::PolicyDescriptor,
};
use base::{AccountId, Arn, IsoTime, Secret};
use gate::{Error, Identity, Scope, Session, SessionPolicy, Temporary};
use policy::{Policy, PolicyKind};
use serde::Serialize;
use std::time::Duration;

/// Temporary credentials.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Credentials {
    /// `ASIA…`.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret<String>,
    /// The session, sealed.
    pub session_token: Secret<String>,
    /// When the session ends.
    pub expiration: IsoTime,
}

/// Who a role's session is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumedRoleUser {
    assumed_role_id: String,
    arn: Arn,
}

impl AssumedRoleUser {
    pub(crate) fn of(session: &Session) -> Self {
        Self { assumed_role_id: format!("{}:{}", session.role_id, session.name), arn: session.arn() }
    }
}

/// New credentials of an account, which live for `seconds`.
pub(crate) fn temporary(scope: &Scope<'_, Sts>, account: AccountId, seconds: u64) -> Temporary {
    let issued = scope.now();
    Temporary {
        issued,
        expires: issued.plus(Duration::from_secs(seconds)),
        access_key_id: base::access_key_id_of(scope.entropy(), "ASIA", account),
        secret_access_key: base::secret_access_key(scope.entropy()),
    }
}

/// The credentials as answers show them.
pub(crate) fn credentials(scope: &Scope<'_, Sts>, session: &Identity) -> Result<Credentials, Error> {
    let temporary = session.temporary().ok_or_else(|| Error::internal("a session without credentials"))?;
    Ok(Credentials {
        access_key_id: temporary.access_key_id.clone(),
        secret_access_key: temporary.secret_access_key.clone(),
        session_token: scope.session_token(session)?,
        expiration: IsoTime(temporary.expires),
    })
}

const LONGEST_POLICY: usize = 2048;

fn check_policy(text: &str) -> Result<(), Error> {
    let length = text.chars().count();
    if length == 0 || length > LONGEST_POLICY {
        let rule = format!("Member must have length between 1 and {LONGEST_POLICY}");
        return Err(constraint("policy", format_args!("{length} characters"), rule));
    }
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
    if !text.chars().all(legal) {
        return Err(constraint("policy", text, "Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"));
    }
    match Policy::parse(text, PolicyKind::Session) {
        Ok(_) => Ok(()),
        Err(e) => Err(Error::new("MalformedPolicyDocument", e.to_string())),
    }
}

/// The session policies of a session of `account`: AWS's managed policies or the account's own, and a text.
pub(crate) fn policies(
    scope: &mut Scope<'_, Sts>,
    account: AccountId,
    inline: Option<String>,
    managed: Vec<PolicyDescriptor>,
) -> Result<Option<Vec<SessionPolicy>>, Error> {
    if inline.is_none() && managed.is_empty() {
        return Ok(None);
    }
    let mut policies = Vec::with_capacity(managed.len() + 1);
    if let Some(text) = inline {
        check_policy(&text)?;
        policies.push(SessionPolicy::Inline(text));
    }
    for PolicyDescriptor { arn } in managed {
        // AWS's own have no account.
        let foreign = arn.account().is_some_and(|owner| owner != account);
        if foreign || scope.managed_policy(&arn)?.is_none() {
            return Err(invalid(format!(
                "Policy {arn} does not exist or is not attachable: session policies belong to account {account}."
            )));
        }
        policies.push(SessionPolicy::Managed(arn));
    }
    Ok(Some(policies))
}

/// The room for session policies and tags, in bytes. How AWS packs them is not documented; here they are counted as they are.
const PACKED: usize = 4096;

/// How much of the room for policies and tags is taken, in percent. None: there are none.
pub(crate) fn packed_size(policies: Option<&[SessionPolicy]>, tags: &[(String, String)]) -> Result<Option<usize>, Error> {
    let policy = |policy: &SessionPolicy| match policy {
        SessionPolicy::Inline(text) => policy::quota_length(text),
        SessionPolicy::Managed(arn) => arn.as_str().len(),
    };
    let bytes = policies.unwrap_or_default().iter().map(policy).sum::<usize>() + tags.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>();
    let percent = (bytes * 100).div_ceil(PACKED);
    if percent > 100 {
        return Err(Error::new(
            "PackedPolicyTooLarge",
            format!("Packed policy consumes {percent}% of allotted space, please use smaller policy."),
        ));
    }
    Ok((bytes > 0).then_some(percent))
}

/// The seconds of a role's session: within the role's limit, and within an hour in a chain of roles.
pub(crate) fn of_role(asked: Option<u64>, chained: bool, longest: u64) -> Result<u64, Error> {
    let limit = if chained { longest.min(LONGEST_CHAINED) } else { longest };
    let Some(seconds) = asked else { return Ok(DEFAULT.min(limit)) };
    if chained && seconds > LONGEST_CHAINED {
        return Err(invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"));
    }
    if seconds > longest {
        return Err(invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
    }
    Ok(seconds)
}

const DEFAULT: u64 = 3600;
const LONGEST_CHAINED: u64 = 3600;
/// The longest session that any role allows.
pub(crate) const LONGEST: u64 = 43_200;

/// The name of a role, without its path.
pub(crate) fn role_name(role: &Arn) -> String {
    role.resource().rsplit('/').next().unwrap_or_default().to_string()
}

/// The examples' role: whom its trust policy lets in, and `sts:` what.
pub(crate) fn example_role(trust: &str) -> gate::Example {
    gate::Example::of(serde_json::Value::Null)
        .after("iam:CreateRole", serde_json::json!({"RoleName": "Example", "AssumeRolePolicyDocument": trust}))
}
