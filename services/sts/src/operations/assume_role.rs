use crate::{
    Sts,
    error::{denied, invalid_parameter},
    members::{
        NAME, PolicyDescriptor, ProvidedContext, Tag, borrowed, check_duration, check_policy_arns, check_tags, check_transitive,
        check_word, of_session, pairs, same_key,
    },
    session::{self, AssumedRoleUser, Credentials},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Identity, Operation, Session, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A session of a role, if the role's trust policy and, where needed, the caller's own policies allow it.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub struct AssumeRole;

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
    /// Managed policies as session policies.
    #[serde(default)]
    pub policy_arns: Vec<PolicyDescriptor>,
    /// Who is behind the session; cannot be changed later.
    pub source_identity: Option<String>,
    /// Session tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The tags that go on to the next role.
    #[serde(default)]
    pub transitive_tag_keys: Vec<String>,
    /// An MFA device: refused, not ignored.
    pub serial_number: Option<String>,
    /// Its code: refused, not ignored.
    pub token_code: Option<base::Secret<String>>,
    /// Contexts of other services: refused, not ignored.
    #[serde(default)]
    pub provided_contexts: Vec<ProvidedContext>,
}

/// The session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleOutput {
    /// What signs as the session.
    pub credentials: Credentials,
    assumed_role_user: AssumedRoleUser,
    packed_policy_size: Option<usize>,
    source_identity: Option<String>,
}

/// The transitive tags of the calling session: they go on, whatever the call asks for.
fn inherited(previous: Option<&Session>) -> Vec<(String, String)> {
    let transitive = |session: &Session, key: &str| session.transitive.iter().any(|own| same_key(own, key));
    previous.map(|p| p.tags.iter().filter(|(key, _)| transitive(p, key)).cloned().collect()).unwrap_or_default()
}

fn check(input: &AssumeRoleInput, inherited: &[(String, String)]) -> Result<(), Error> {
    check_word("roleSessionName", &input.role_session_name, (2, 64), NAME)?;
    if let Some(id) = &input.external_id {
        check_word("externalId", id, (2, 1224), "+=,.@:/-")?;
    }
    if let Some(identity) = &input.source_identity {
        check_word("sourceIdentity", identity, (2, 64), NAME)?;
    }
    check_duration(input.duration_seconds, session::LONGEST)?;
    check_policy_arns(&input.policy_arns)?;
    let tags = pairs(&input.tags);
    check_tags(borrowed(&tags))?;
    check_transitive(&input.transitive_tag_keys, &tags)?;
    if tags.iter().any(|(key, _)| inherited.iter().any(|(own, _)| same_key(own, key))) {
        return Err(invalid_parameter(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
        ));
    }
    Ok(())
}

/// What is left out of AWS's operation, by name.
fn check_known(input: &AssumeRoleInput) -> Result<(), Error> {
    let given = [
        ("SerialNumber", input.serial_number.is_some()),
        ("TokenCode", input.token_code.is_some()),
        ("ProvidedContexts", !input.provided_contexts.is_empty()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((member, _)) => Err(Error::not_implemented(&format!("sts:AssumeRole with {member}"))),
        None => Ok(()),
    }
}

impl Operation for AssumeRole {
    type Service = Sts;
    const NAME: &'static str = "AssumeRole";
    const READ_ONLY: bool = true;
    type Input = AssumeRoleInput;
    type Output = AssumeRoleOutput;

    /// The tags and the source identity that a chain hands on are asked for anew at each role: as on AWS, a role that may not be
    /// given them cannot be assumed.
    fn demands(input: &AssumeRoleInput, facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        let previous = facts.caller().session();
        let kept = inherited(previous);
        check(input, &kept)?;
        let identity = input.source_identity.as_ref().or(previous.and_then(|p| p.source_identity.as_ref()));
        let mut transitive = input.transitive_tag_keys.clone();
        transitive.extend(kept.iter().map(|(key, _)| key.clone()));
        let demand = |action: &'static str| {
            let tags = borrowed(&kept).chain(input.tags.iter().map(|t| (t.key.as_str(), t.value.as_str())));
            let demand = Demand::new(action, input.role_arn.clone())
                .with("sts:RoleSessionName", &input.role_session_name)
                .with_some("sts:ExternalId", input.external_id.as_ref())
                .with_some("sts:DurationSeconds", input.duration_seconds.map(|d| d.to_string()));
            of_session(demand, tags, &transitive, identity)
        };
        let mut demands = Demands::from(demand("sts:AssumeRole"));
        if !(input.tags.is_empty() && kept.is_empty()) {
            demands = demands.and(demand("sts:TagSession"));
        }
        if identity.is_some() {
            demands = demands.and(demand("sts:SetSourceIdentity"));
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: AssumeRoleInput) -> Result<AssumeRoleOutput, Error> {
        check_known(&input)?;
        let gone = || Error::internal(format_args!("{} was allowed and is gone", input.role_arn));
        let role = call.role(&input.role_arn)?.ok_or_else(gone)?;
        let account = input.role_arn.account().ok_or_else(gone)?;
        let previous = call.caller().session().cloned();
        let before = previous.as_ref().and_then(|p| p.source_identity.clone());
        if let (Some(given), Some(before)) = (&input.source_identity, &before)
            && given != before
        {
            return Err(denied(format!("The source identity '{before}' of the calling session cannot be changed")));
        }
        let seconds = session::of_role(input.duration_seconds, previous.is_some(), role.max_session_seconds)?;
        let mut tags = inherited(previous.as_ref());
        let mut transitive: Vec<String> = tags.iter().map(|(key, _)| key.clone()).collect();
        tags.extend(pairs(&input.tags));
        transitive.extend(input.transitive_tag_keys);
        let policies = session::policies(call, account, input.policy, input.policy_arns)?;
        let packed_policy_size = session::packed_size(policies.as_deref(), &tags)?;
        let session = Session {
            account,
            role_name: session::role_name(&input.role_arn),
            role_id: role.id,
            role_arn: input.role_arn,
            name: input.role_session_name,
            policies,
            tags,
            transitive,
            source_identity: input.source_identity.or(before),
            provider: None,
            credentials: session::temporary(call, account, seconds),
        };
        let (assumed_role_user, source_identity) = (AssumedRoleUser::of(&session), session.source_identity.clone());
        let credentials = session::credentials(call, &Identity::Role(Box::new(session)))?;
        Ok(AssumeRoleOutput { credentials, assumed_role_user, packed_policy_size, source_identity })
    }

    fn example() -> Example {
        let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"]}}"#;
        let input = json!({
            "RoleArn": "$0/Role/Arn",
            "RoleSessionName": "example",
            "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}],
            "SourceIdentity": "somebody",
            "Tags": [{"Key": "team", "Value": "a"}],
            "TransitiveTagKeys": ["team"],
        });
        Example { input, ..session::example_role(trust) }
    }
}
