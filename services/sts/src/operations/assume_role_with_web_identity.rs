use crate::{
    Sts,
    error::denied,
    example::{EXAMPLE_AUDIENCE, EXAMPLE_ISSUER, EXAMPLE_TOKEN},
    members::{NAME, PolicyDescriptor, borrowed, check_duration, check_policy_arns, check_tags, check_transitive, check_word, of_session},
    session::{self, AssumedRoleUser, Credentials},
};
use base::{Arn, Secret};
use gate::{Authorized, CalledBy, Demand, Demands, Error, Example, Identity, Operation, Session, View, WebIdentity, WebIdentityToken};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A session of a role for somebody whom an OpenID Connect provider vouches for. The gate verifies the token; the role's trust
/// policy decides.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
pub struct AssumeRoleWithWebIdentity;

/// What to assume, and the token.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_arn: Arn,
    role_session_name: String,
    web_identity_token: Secret<String>,
    /// The domain of an OAuth 2.0 provider without OpenID Connect: refused, not ignored.
    provider_id: Option<String>,
    policy: Option<String>,
    #[serde(default)]
    policy_arns: Vec<PolicyDescriptor>,
    duration_seconds: Option<u64>,
}

/// The session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
    subject_from_web_identity_token: String,
    assumed_role_user: AssumedRoleUser,
    packed_policy_size: Option<usize>,
    provider: Arn,
    audience: String,
    source_identity: Option<String>,
}

/// Who the token says calls: the gate has verified it.
fn identity(caller: &gate::Caller) -> Result<&WebIdentity, Error> {
    match caller.identity() {
        Identity::WebIdentity(identity) => Ok(identity),
        _ => Err(denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")),
    }
}

impl Operation for AssumeRoleWithWebIdentity {
    type Service = Sts;
    const NAME: &'static str = "AssumeRoleWithWebIdentity";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn web_identity(input: &Input) -> Option<WebIdentityToken<'_>> {
        Some(WebIdentityToken { token: &input.web_identity_token, role: &input.role_arn })
    }

    fn demands(input: &Input, facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        let who = identity(facts.caller())?;
        check_word("roleSessionName", &input.role_session_name, (2, 64), NAME)?;
        check_duration(input.duration_seconds, session::LONGEST)?;
        check_policy_arns(&input.policy_arns)?;
        check_tags(borrowed(&who.tags))?;
        check_transitive(&who.transitive, &who.tags)?;
        if let Some(source) = &who.source_identity {
            check_word("sourceIdentity", source, (2, 64), NAME)?;
        }
        let demand = |action: &'static str| {
            let demand = Demand::new(action, input.role_arn.clone())
                .with("sts:RoleSessionName", &input.role_session_name)
                .with_some("sts:DurationSeconds", input.duration_seconds.map(|d| d.to_string()));
            of_session(demand, borrowed(&who.tags), &who.transitive, who.source_identity.as_ref())
        };
        let mut demands = Demands::from(demand("sts:AssumeRoleWithWebIdentity"));
        if !who.tags.is_empty() {
            demands = demands.and(demand("sts:TagSession"));
        }
        if who.source_identity.is_some() {
            demands = demands.and(demand("sts:SetSourceIdentity"));
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if input.provider_id.is_some() {
            return Err(Error::not_implemented("sts:AssumeRoleWithWebIdentity with ProviderId"));
        }
        let who = identity(call.caller())?.clone();
        let gone = || Error::internal(format_args!("{} was allowed and is gone", input.role_arn));
        let role = call.role(&input.role_arn)?.ok_or_else(gone)?;
        let seconds = session::of_role(input.duration_seconds, false, role.max_session_seconds)?;
        let policies = session::policies(call, who.account, input.policy, input.policy_arns)?;
        let packed_policy_size = session::packed_size(policies.as_deref(), &who.tags)?;
        let session = Session {
            account: who.account,
            role_name: session::role_name(&input.role_arn),
            role_id: role.id,
            role_arn: input.role_arn,
            name: input.role_session_name,
            policies,
            tags: who.tags,
            transitive: who.transitive,
            source_identity: who.source_identity.clone(),
            provider: Some(who.provider.clone()),
            credentials: session::temporary(call, who.account, seconds),
        };
        let assumed_role_user = AssumedRoleUser::of(&session);
        Ok(Output {
            credentials: session::credentials(call, &Identity::Role(Box::new(session)))?,
            subject_from_web_identity_token: who.subject,
            assumed_role_user,
            packed_policy_size,
            provider: who.provider,
            audience: who.audience,
            source_identity: who.source_identity,
        })
    }

    fn example() -> Example {
        let issuer = EXAMPLE_ISSUER.trim_start_matches("https://");
        let trust = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": format!("arn:aws:iam::111111111111:oidc-provider/{issuer}")},
            "Action": ["sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity", "sts:TagSession"],
            "Condition": {"StringEquals": {format!("{issuer}:aud"): EXAMPLE_AUDIENCE, format!("{issuer}:sub"): "repo:example/delivery:ref:refs/heads/main"}},
        }});
        let input = json!({"RoleArn": "$0/Role/Arn", "RoleSessionName": "example", "WebIdentityToken": EXAMPLE_TOKEN});
        let example = session::example_role(&trust.to_string())
            .after("iam:CreateOpenIDConnectProvider", json!({"Url": EXAMPLE_ISSUER, "ClientIDList": [EXAMPLE_AUDIENCE]}))
            .by(CalledBy::Nobody);
        Example { input, ..example }
    }
}
