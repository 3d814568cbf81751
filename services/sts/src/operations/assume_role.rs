use crate::Sts;
use base::{Arn, IsoTime, Secret};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Session, View};
use policy::{Policy, PolicyKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// A session of a role, if the role's trust policy and, where needed, the caller's own policies allow it.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub struct AssumeRole;

/// A session tag.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    key: String,
    value: String,
}

/// What to assume, and the session's limits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleInput {
    /// The role.
    pub role_arn: Arn,
    /// The session's name.
    pub role_session_name: String,
    /// Seconds; 3600 if not given.
    pub duration_seconds: Option<u64>,
    /// What the trust policy may ask for.
    pub external_id: Option<String>,
    /// A session policy.
    pub policy: Option<String>,
    /// Managed policies as session policies: refused, not ignored.
    #[serde(default)]
    pub policy_arns: Vec<serde_json::Value>,
    /// Who is behind the session; cannot be changed later.
    pub source_identity: Option<String>,
    /// Session tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The tags that go on to the next role.
    #[serde(default)]
    pub transitive_tag_keys: Vec<String>,
}

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

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser {
    assumed_role_id: String,
    arn: Arn,
}

/// The session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleOutput {
    /// What signs as the session.
    pub credentials: Credentials,
    assumed_role_user: AssumedRoleUser,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
}

/// Seconds: the shortest session, the default, and the longest of a chained one.
const SHORTEST: u64 = 900;
const DEFAULT: u64 = 3600;
const LONGEST_CHAINED: u64 = 3600;
const MAX_SESSION_POLICY: usize = 2048;
const MAX_TAGS: usize = 50;

fn invalid(message: String) -> Error {
    Error::new("ValidationError", message)
}

fn session_word(member: &str, text: &str, longest: usize) -> Result<(), Error> {
    let fits = (2..=longest).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
    if fits {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{text}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]* and have 2 to {longest} characters"
    )))
}

/// Tags of this session: those of the chain that are transitive, and the new ones. A transitive tag cannot be set again.
fn chained_tags(input: &AssumeRoleInput, previous: Option<&Session>) -> Result<Vec<(String, String)>, Error> {
    let mut tags: Vec<(String, String)> = previous
        .map(|p| p.tags.iter().filter(|(key, _)| p.transitive.iter().any(|t| t.eq_ignore_ascii_case(key))).cloned().collect())
        .unwrap_or_default();
    for tag in &input.tags {
        if tags.iter().any(|(key, _)| key.eq_ignore_ascii_case(&tag.key)) {
            return Err(Error::new(
                "InvalidParameterValue",
                format!("The tag key '{}' was set by the session before as a transitive tag and cannot be set again", tag.key),
            ));
        }
        tags.push((tag.key.clone(), tag.value.clone()));
    }
    Ok(tags)
}

fn duration(asked: Option<u64>, chained: bool, longest: u64) -> Result<u64, Error> {
    let seconds = asked.unwrap_or(DEFAULT.min(longest));
    if chained && seconds > LONGEST_CHAINED {
        return Err(invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining".into()));
    }
    if seconds < SHORTEST {
        return Err(invalid(format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to {SHORTEST}"
        )));
    }
    if seconds > longest {
        return Err(invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".into()));
    }
    Ok(seconds)
}

fn check_session_policy(text: &str) -> Result<(), Error> {
    if text.len() > MAX_SESSION_POLICY {
        return Err(Error::new(
            "PackedPolicyTooLarge",
            format!("The session policy has {} characters; at most {MAX_SESSION_POLICY} are allowed", text.len()),
        ));
    }
    match Policy::parse(text, PolicyKind::Session) {
        Ok(_) => Ok(()),
        Err(e) => Err(Error::new("MalformedPolicyDocument", e.to_string())),
    }
}

impl Operation for AssumeRole {
    type Service = Sts;
    const NAME: &'static str = "AssumeRole";
    const READ_ONLY: bool = true;
    type Input = AssumeRoleInput;
    type Output = AssumeRoleOutput;

    fn demands(input: &AssumeRoleInput, _facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        session_word("roleSessionName", &input.role_session_name, 64)?;
        if input.tags.len() > MAX_TAGS {
            return Err(invalid(format!("{} session tags were passed; at most {MAX_TAGS} are allowed", input.tags.len())));
        }
        let tagged = |demand: Demand| {
            let pairs = input.tags.iter().map(|t| (t.key.as_str(), t.value.as_str()));
            let demand = demand
                .with("sts:RoleSessionName", &input.role_session_name)
                .with_some("sts:ExternalId", input.external_id.as_ref())
                .with_some("sts:SourceIdentity", input.source_identity.as_ref())
                .with_some("sts:DurationSeconds", input.duration_seconds.map(|d| d.to_string()))
                .with_tags(pairs);
            if input.transitive_tag_keys.is_empty() {
                demand
            } else {
                demand.with("sts:TransitiveTagKeys", input.transitive_tag_keys.clone())
            }
        };
        let mut demands = Demands::from(tagged(Demand::new("sts:AssumeRole", input.role_arn.clone())));
        if !input.tags.is_empty() {
            demands = demands.and(tagged(Demand::new("sts:TagSession", input.role_arn.clone())));
        }
        if let Some(identity) = &input.source_identity {
            session_word("sourceIdentity", identity, 64)?;
            demands = demands.and(tagged(Demand::new("sts:SetSourceIdentity", input.role_arn.clone())));
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: AssumeRoleInput) -> Result<AssumeRoleOutput, Error> {
        if !input.policy_arns.is_empty() {
            return Err(Error::not_implemented("sts:AssumeRole with PolicyArns"));
        }
        input.policy.as_deref().map_or(Ok(()), check_session_policy)?;
        let gone = || Error::internal(format_args!("{} was allowed and is gone", input.role_arn));
        let role = call.role(&input.role_arn)?.ok_or_else(gone)?;
        let account = input.role_arn.account().ok_or_else(gone)?;
        let previous = call.caller().session().cloned();
        if let (Some(given), Some(before)) = (&input.source_identity, previous.as_ref().and_then(|p| p.source_identity.as_ref()))
            && given != before
        {
            return Err(Error::access_denied(
                gate::Protocol::Query,
                format!("The source identity '{before}' of the calling session cannot be changed"),
            ));
        }
        let seconds = duration(input.duration_seconds, previous.is_some(), role.max_session_seconds)?;
        let tags = chained_tags(&input, previous.as_ref())?;
        let mut transitive = previous.as_ref().map(|p| p.transitive.clone()).unwrap_or_default();
        transitive.extend(input.transitive_tag_keys);
        let now = call.now();
        let session = Session {
            account,
            role_name: input.role_arn.resource().rsplit('/').next().unwrap_or_default().to_string(),
            role_id: role.id,
            role_arn: input.role_arn,
            name: input.role_session_name,
            policies: input.policy.map(|p| vec![p]),
            tags,
            transitive,
            source_identity: input.source_identity.or(previous.and_then(|p| p.source_identity)),
            issued: now,
            expires: now.plus(Duration::from_secs(seconds)),
            access_key_id: base::access_key_id(call.entropy(), "ASIA"),
            secret_access_key: base::secret_access_key(call.entropy()),
        };
        Ok(AssumeRoleOutput {
            credentials: Credentials {
                access_key_id: session.access_key_id.clone(),
                secret_access_key: session.secret_access_key.clone(),
                session_token: call.session_token(&session)?,
                expiration: IsoTime(session.expires),
            },
            assumed_role_user: AssumedRoleUser { assumed_role_id: format!("{}:{}", session.role_id, session.name), arn: session.arn() },
            source_identity: session.source_identity,
        })
    }

    fn example() -> Example {
        let trust =
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}"#;
        Example::of(json!({"RoleArn": "$0/Role/Arn", "RoleSessionName": "example"}))
            .after("iam:CreateRole", json!({"RoleName": "Example", "AssumeRolePolicyDocument": trust}))
    }
}
