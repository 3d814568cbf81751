use base::{AccountId, Arn, Secret, Timestamp};
use policy::ContextValue;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// Who makes a call. Made by the gate alone: from verified credentials, by `sts:AssumeRole`, or on behalf of another caller.
#[derive(Clone)]
pub struct Caller(pub(crate) Arc<CallerInner>);

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CallerInner {
    pub(crate) identity: Identity,
    /// The services through which the call came, first to last (forward access sessions).
    pub(crate) via: Vec<String>,
    /// Its name and its `userIdentity` in records, made once: most callers call again.
    #[serde(skip)]
    name: OnceLock<String>,
    #[serde(skip)]
    recorded: OnceLock<Vec<u8>>,
    /// The caller through the service that called for it first, made once: S3 asks KMS again and again.
    #[serde(skip)]
    forwarded: OnceLock<(String, Caller)>,
}

impl CallerInner {
    fn new(identity: Identity, via: Vec<String>) -> Self {
        Self { identity, via, name: OnceLock::new(), recorded: OnceLock::new(), forwarded: OnceLock::new() }
    }
}

/// The kinds of principals.
#[derive(Clone, Serialize, Deserialize)]
pub enum Identity {
    /// An account's root user.
    Root {
        /// The account.
        account: AccountId,
    },
    /// An IAM user, with a long-lived access key or the temporary one of `sts:GetSessionToken`.
    User {
        /// The user's account.
        account: AccountId,
        /// `arn:aws:iam::…:user/…`.
        arn: Arn,
        /// The unique id (`AIDA…`).
        id: String,
        /// The user's name.
        name: String,
        /// The access key that signed.
        access_key_id: String,
        /// The session, where it signed with temporary credentials.
        temporary: Option<Box<Temporary>>,
    },
    /// A role's session.
    Role(Box<Session>),
    /// A session of `sts:GetFederationToken`: somebody else, with the rights of an IAM user, limited by its session policies.
    Federated(Box<FederatedSession>),
    /// Somebody whom an OpenID Connect provider vouches for: assumes a role, and does nothing else.
    WebIdentity(Box<WebIdentity>),
    /// An AWS service under its own name.
    Service {
        /// Such as `codepipeline.amazonaws.com`.
        name: String,
        /// The resource for which it acts, where the service sends it.
        source_arn: Option<Arn>,
        /// The account of that resource.
        source_account: Option<AccountId>,
        /// The account whose work it does: where the call is recorded.
        account: AccountId,
    },
    /// Nobody: a request without credentials.
    Anonymous,
}

impl Identity {
    /// The temporary credentials of a session.
    pub fn temporary(&self) -> Option<&Temporary> {
        match self {
            Self::User { temporary, .. } => temporary.as_deref(),
            Self::Role(s) => Some(&s.credentials),
            Self::Federated(s) => Some(&s.credentials),
            Self::Root { .. } | Self::WebIdentity(_) | Self::Service { .. } | Self::Anonymous => None,
        }
    }
}

/// Temporary credentials.
#[derive(Clone, Serialize, Deserialize)]
pub struct Temporary {
    /// When they were made.
    pub issued: Timestamp,
    /// When they end.
    pub expires: Timestamp,
    /// `ASIA…`.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret<String>,
}

/// A policy that limits a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionPolicy {
    /// Given as text.
    Inline(String),
    /// A managed policy, by its ARN. What counts is its document at the time of each call, as on AWS: who narrows the policy
    /// narrows the sessions that are out, and a token stays small. One that is gone allows nothing.
    Managed(Arn),
}

/// A session that `sts:AssumeRole` or its like made. Sealed in the session token; never a permission, only an identity and its
/// limits.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// The role's account.
    pub account: AccountId,
    /// `arn:aws:iam::…:role/path/Name`.
    pub role_arn: Arn,
    /// The role's unique id (`AROA…`): a role deleted and made again is another one.
    pub role_id: String,
    /// The role's name, without its path.
    pub role_name: String,
    /// The session's name.
    pub name: String,
    /// Session policies. None: no session policy was passed.
    pub policies: Option<Vec<SessionPolicy>>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The keys of the tags that go on to the next role.
    pub transitive: Vec<String>,
    /// `sts:SourceIdentity`.
    pub source_identity: Option<String>,
    /// The OpenID Connect provider that vouched for who made the session.
    #[serde(default)]
    pub provider: Option<Arn>,
    /// What signs as the session.
    pub credentials: Temporary,
}

impl Session {
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    pub fn arn(&self) -> Arn {
        Arn::global("sts", self.account, &format!("assumed-role/{}/{}", self.role_name, self.name))
    }
}

/// A session of `sts:GetFederationToken`.
#[derive(Clone, Serialize, Deserialize)]
pub struct FederatedSession {
    /// The user's account.
    pub account: AccountId,
    /// The ARN of the user who made the session.
    pub user_arn: Arn,
    /// That user's unique id (`AIDA…`): deleted and made again it is another one.
    pub user_id: String,
    /// That user's name.
    pub user_name: String,
    /// The session's name.
    pub name: String,
    /// Session policies. None: none was passed, so that the user's rights count for nothing.
    pub policies: Option<Vec<SessionPolicy>>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// What signs as the session.
    pub credentials: Temporary,
}

impl FederatedSession {
    /// `arn:aws:sts::ACCOUNT:federated-user/NAME`.
    pub fn arn(&self) -> Arn {
        Arn::global("sts", self.account, &format!("federated-user/{}", self.name))
    }
    /// `ACCOUNT:NAME`.
    pub fn id(&self) -> String {
        format!("{}:{}", self.account, self.name)
    }
}

/// What a verified token of an OpenID Connect issuer says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebIdentity {
    /// The account whose provider vouches: the role's.
    pub account: AccountId,
    /// `arn:aws:iam::…:oidc-provider/HOST/PATH`.
    pub provider: Arn,
    /// Who it is for the issuer.
    pub subject: String,
    /// Whom the token was made for.
    pub audience: String,
    /// The condition keys of the issuer, `HOST/PATH:sub` and its like.
    pub keys: Vec<(String, ContextValue)>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The keys of the tags that go on to the next role.
    pub transitive: Vec<String>,
    /// The source identity that the issuer sets.
    pub source_identity: Option<String>,
}

/// A caller as which a service may make calls inside: on behalf of its caller, as itself, or as a role it assumed.
#[derive(Clone, Debug)]
pub struct Actor(pub(crate) Caller);

impl Actor {
    /// Who acts.
    pub fn caller(&self) -> &Caller {
        &self.0
    }
}

/// A caller kept for later steps of long work: an identity, sealed so that no other crate can make one.
#[derive(Clone, Serialize, Deserialize, Debug, PartialEq, Eq)]
pub struct StoredCaller(pub(crate) String);

impl Caller {
    pub(crate) fn new(identity: Identity) -> Self {
        Self(Arc::new(CallerInner::new(identity, Vec::new())))
    }
    /// The principal.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }
    /// The account in which the call counts and is recorded; None for anonymous ones.
    pub fn account(&self) -> Option<AccountId> {
        match self.identity() {
            Identity::Root { account } | Identity::User { account, .. } | Identity::Service { account, .. } => Some(*account),
            Identity::Role(s) => Some(s.account),
            Identity::Federated(s) => Some(s.account),
            Identity::WebIdentity(w) => Some(w.account),
            Identity::Anonymous => None,
        }
    }
    /// The ARN or service name by which messages call the principal.
    pub fn name(&self) -> String {
        self.named().to_string()
    }
    pub(crate) fn named(&self) -> &str {
        self.0.name.get_or_init(|| match self.identity() {
            Identity::Root { account } => format!("arn:aws:iam::{account}:root"),
            Identity::User { arn, .. } => arn.to_string(),
            Identity::Role(s) => s.arn().to_string(),
            Identity::Federated(s) => s.arn().to_string(),
            Identity::WebIdentity(_) => self.user_id(),
            Identity::Service { name, .. } => name.clone(),
            Identity::Anonymous => "anonymous".into(),
        })
    }
    /// `userIdentity` of the caller's records, as JSON.
    pub(crate) fn recorded(&self) -> &[u8] {
        self.0.recorded.get_or_init(|| crate::record::user_identity(self).to_string().into_bytes())
    }
    /// `UserId` of `sts:GetCallerIdentity`, `aws:userid` of conditions.
    pub fn user_id(&self) -> String {
        match self.identity() {
            Identity::Root { account } => account.to_string(),
            Identity::User { id, .. } => id.clone(),
            Identity::Role(s) => format!("{}:{}", s.role_id, s.name),
            Identity::Federated(s) => s.id(),
            Identity::WebIdentity(w) => format!("{}:{}:{}", w.provider, w.audience, w.subject),
            Identity::Service { name, .. } => name.clone(),
            Identity::Anonymous => "anonymous".into(),
        }
    }
    /// The services through which the call came, first to last.
    pub fn via(&self) -> &[String] {
        &self.0.via
    }
    /// The role session, if the caller is one.
    pub fn session(&self) -> Option<&Session> {
        match self.identity() {
            Identity::Role(s) => Some(s),
            _ => None,
        }
    }
    /// The policies that limit the session, if there are any.
    pub(crate) fn session_policies(&self) -> Option<&[SessionPolicy]> {
        match self.identity() {
            Identity::Role(s) => s.policies.as_deref(),
            Identity::Federated(s) => s.policies.as_deref(),
            _ => None,
        }
    }
    pub(crate) fn forwarded(&self, service: &str) -> Self {
        let made = || {
            let mut via = self.0.via.clone();
            via.push(service.into());
            Self(Arc::new(CallerInner::new(self.0.identity.clone(), via)))
        };
        let (first, caller) = self.0.forwarded.get_or_init(|| (service.to_string(), made()));
        if first == service { caller.clone() } else { made() }
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({}", self.name())?;
        for service in self.via() {
            write!(f, " via {service}")?;
        }
        f.write_str(")")
    }
}
