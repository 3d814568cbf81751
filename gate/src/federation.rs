//! Web identities: who shows the token of an OpenID Connect issuer in place of a signature.
//! Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use crate::{
    Caller, Error, Identity, IdentityProvider, Operation, WebIdentity,
    core::{Core, Frame},
};
use base::{Arn, Secret};
use policy::ContextValue;
use serde_json::Value;
use wire::jwt::{Token, TokenError};

/// The token that an operation takes in its input, and the role for which it is shown. Not believed yet.
pub struct WebIdentityToken<'a> {
    /// The token.
    pub token: &'a Secret<String>,
    /// The role: the provider is one of its account.
    pub role: &'a Arn,
}

/// How far an issuer's clock may be ahead of ours, in seconds.
const SKEW: f64 = 300.0;

/// Claims of some issuers that AWS offers as condition keys, beside those of all.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
const MORE_CLAIMS: [(&str, &[&str]); 1] = [(
    "token.actions.githubusercontent.com",
    &["actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository", "repository_id", "workflow"],
)];

const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// The call's frame with the caller whom its token proves. Of a token that proves nothing the error is told, and nobody calls.
pub(crate) fn shown<Op: Operation>(core: &mut Core, frame: Frame, input: &Op::Input) -> (Frame, Result<(), Error>) {
    let Some(proof) = Op::web_identity(input) else { return (frame, Ok(())) };
    let nobody = Frame { caller: Caller::new(Identity::Anonymous), ..frame };
    match verified(core, &nobody, &proof) {
        Ok(identity) => (Frame { caller: Caller::new(Identity::WebIdentity(Box::new(identity))), ..nobody }, Ok(())),
        Err(error) => (nobody, Err(error)),
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new("InvalidIdentityToken", message)
}

fn required<'t>(token: &'t Token<'_>, name: &str) -> Result<&'t Value, Error> {
    token.claim(name).ok_or_else(|| invalid(format!("Missing a required claim: {name}")))
}

fn text<'t>(value: &'t Value, name: &str, longest: usize) -> Result<&'t str, Error> {
    let found = value.as_str().filter(|text| !text.is_empty() && text.chars().count() <= longest);
    found.ok_or_else(|| invalid(format!("The claim {name} is not a text of 1 to {longest} characters")))
}

fn seconds(value: &Value, name: &str) -> Result<f64, Error> {
    value.as_f64().ok_or_else(|| invalid(format!("The claim {name} is not a number of seconds")))
}

fn verified(core: &mut Core, frame: &Frame, proof: &WebIdentityToken<'_>) -> Result<WebIdentity, Error> {
    let token = Token::read(proof.token.expose()).map_err(|e| invalid(e.to_string()))?;
    let issuer_url = text(required(&token, "iss")?, "iss", 255)?;
    let issuer = issuer_url.strip_prefix("https://").ok_or_else(|| invalid("The issuer of the token is no https URL"))?;
    let account = proof.role.account().ok_or_else(|| Error::new("ValidationError", format!("{} is invalid", proof.role)))?;
    let gate = core.gate.clone();
    let found = match &gate.0.registry.identity_providers {
        Some(lookup) => lookup(core, frame, account, issuer)?,
        None => None,
    };
    let provider = found.ok_or_else(|| invalid(format!("No OpenIDConnect provider found in your account for {issuer_url}")))?;
    check_times(core, &token)?;
    let (audience, asked) = audience(&token, &provider)?;
    verify(core, frame, &token, issuer, &provider)?;
    let subject = text(required(&token, "sub")?, "sub", 255)?.to_string();
    let (tags, transitive) = tags(&token)?;
    let source = token.claim(SOURCE_IDENTITY).map(|value| text(value, SOURCE_IDENTITY, 64).map(str::to_string)).transpose()?;
    let keys = keys(&token, issuer, &subject, &audience, asked);
    Ok(WebIdentity { account, provider: provider.arn, subject, audience, keys, tags, transitive, source_identity: source })
}

fn check_times(core: &Core, token: &Token<'_>) -> Result<(), Error> {
    let now = core.now.seconds() as f64;
    let expires = seconds(required(token, "exp")?, "exp")?;
    if now >= expires {
        return Err(Error::new(
            "ExpiredTokenException",
            format!("Token expired: current date/time {now:.0} must be before the expiration date/time {expires:.0}"),
        ));
    }
    for (name, value) in [("iat", Some(required(token, "iat")?)), ("nbf", token.claim("nbf"))] {
        if let Some(value) = value
            && seconds(value, name)? > now + SKEW
        {
            return Err(invalid(format!("The token is not valid yet: its {name} lies ahead of {now:.0}")));
        }
    }
    Ok(())
}

/// Whom the token was made for, by the condition key `aud`, and all that its own `aud` names. Where the issuer names an
/// authorized party, that is the audience; the provider must know it.
fn audience(token: &Token<'_>, provider: &IdentityProvider) -> Result<(String, Vec<String>), Error> {
    let asked: Vec<String> = match required(token, "aud")? {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).map(str::to_string).collect(),
        _ => Vec::new(),
    };
    let known = |audience: &&String| provider.client_ids.iter().any(|id| id == *audience);
    let audience = match token.claim("azp") {
        Some(party) => Some(text(party, "azp", 255)?.to_string()).filter(|party| known(&party)),
        None => asked.iter().find(known).cloned(),
    };
    Ok((audience.ok_or_else(|| invalid("Incorrect token audience"))?, asked))
}

fn verify(core: &mut Core, frame: &Frame, token: &Token<'_>, issuer: &str, provider: &IdentityProvider) -> Result<(), Error> {
    match token.verify(&provider.keys) {
        Ok(()) => Ok(()),
        Err(TokenError::UnknownKey) => {
            let gate = core.gate.clone();
            let fetching = match &gate.0.registry.issuer_keys_wanted {
                Some(want) => want(core, frame, issuer)?,
                None => false,
            };
            if fetching {
                let why = provider.failure.as_ref().map(|why| format!(" The last attempt failed: {why}.")).unwrap_or_default();
                return Err(Error::new(
                    "IDPCommunicationError",
                    format!("The keys of https://{issuer} are being fetched. Try again in a few seconds.{why}"),
                ));
            }
            let why = provider.failure.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            Err(invalid(format!(
                "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements{why}"
            )))
        }
        Err(error) => Err(invalid(error.to_string())),
    }
}

/// Texts, numbers and lists of texts become values of condition keys; other claims do not.
fn value(claim: &Value) -> Option<ContextValue> {
    match claim {
        Value::String(text) => Some(ContextValue::One(text.clone())),
        Value::Number(_) | Value::Bool(_) => Some(ContextValue::One(claim.to_string())),
        Value::Array(items) => Some(ContextValue::Many(items.iter().filter_map(Value::as_str).map(str::to_string).collect())),
        _ => None,
    }
}

fn keys(token: &Token<'_>, issuer: &str, subject: &str, audience: &str, asked: Vec<String>) -> Vec<(String, ContextValue)> {
    let one_or_many = |mut values: Vec<String>| match values.len() {
        1 => ContextValue::One(values.remove(0)),
        _ => ContextValue::Many(values),
    };
    let mut keys = vec![
        (format!("{issuer}:aud"), ContextValue::One(audience.into())),
        (format!("{issuer}:oaud"), one_or_many(asked)),
        (format!("{issuer}:sub"), ContextValue::One(subject.into())),
    ];
    if let Some(methods) = token.claim("amr").and_then(value) {
        let methods = match methods {
            ContextValue::One(method) => vec![method],
            ContextValue::Many(methods) => methods,
        };
        keys.push((format!("{issuer}:amr"), ContextValue::Many(methods)));
    }
    let more = MORE_CLAIMS.iter().filter(|(of, _)| *of == issuer).flat_map(|(_, names)| *names);
    keys.extend(more.filter_map(|name| Some((format!("{issuer}:{name}"), value(token.claim(name)?)?))));
    keys
}

type Tags = (Vec<(String, String)>, Vec<String>);

/// Session tags, in one claim or flattened into several.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp>
fn tags(token: &Token<'_>) -> Result<Tags, Error> {
    let wrong =
        || invalid(format!("The claim {TAGS} is not of the form {{\"principal_tags\": {{KEY: [VALUE]}}, \"transitive_tag_keys\": [KEY]}}"));
    let single = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Array(items) if items.len() == 1 => items[0].as_str().map(str::to_string).ok_or_else(wrong),
        _ => Err(wrong()),
    };
    let list = |value: &Value| match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_string).ok_or_else(wrong)).collect(),
        _ => Err(wrong()),
    };
    let mut found: Tags = Default::default();
    if let Some(claim) = token.claim(TAGS) {
        let members = claim.as_object().ok_or_else(wrong)?;
        for (key, value) in members.get("principal_tags").map(|tags| tags.as_object().ok_or_else(wrong)).transpose()?.into_iter().flatten()
        {
            found.0.push((key.clone(), single(value)?));
        }
        if let Some(keys) = members.get("transitive_tag_keys") {
            found.1.extend(list(keys)?);
        }
    }
    for (name, value) in token.claims() {
        match name.strip_prefix(TAGS).and_then(|rest| rest.strip_prefix('/')) {
            Some("transitive_tag_keys") => found.1.extend(list(value)?),
            Some(rest) => {
                if let Some(key) = rest.strip_prefix("principal_tags/") {
                    found.0.push((key.to_string(), single(value)?));
                }
            }
            None => {}
        }
    }
    Ok(found)
}
