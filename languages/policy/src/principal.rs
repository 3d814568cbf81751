//! Who calls, and whom a resource policy names.

use crate::{
    Options,
    options::{Asks, Point},
};
use serde::Serialize;

/// The caller of a request. `id` is the unique id (AIDA..., AROA...); empty where unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// An account's root user.
    Root {
        /// The account.
        account: &'a str,
    },
    /// An IAM user.
    User {
        /// The user's ARN.
        arn: &'a str,
        /// AIDA...
        id: &'a str,
    },
    /// A session of a role.
    Role {
        /// The role's ARN, with its path.
        role_arn: &'a str,
        /// AROA...
        role_id: &'a str,
        /// The session's assumed-role ARN.
        session_arn: &'a str,
        /// The role is linked to a service: organization policies do not limit it.
        linked: bool,
    },
    /// A session of sts:GetFederationToken.
    FederatedUser {
        /// The session's federated-user ARN.
        arn: &'a str,
        /// The user who made the session.
        user_arn: &'a str,
        /// That user's unique id.
        id: &'a str,
    },
    /// A caller of AssumeRoleWithWebIdentity or AssumeRoleWithSAML.
    WebIdentity {
        /// The provider as trust policies name it: its ARN, or the host of a built-in one.
        provider: &'a str,
    },
    /// A service that calls as itself.
    Service {
        /// Its principal: `codepipeline.amazonaws.com`.
        name: &'a str,
    },
    /// An unsigned request.
    Anonymous,
}

impl Principal<'_> {
    /// The ARN or name that AWS's messages show.
    pub fn text(&self) -> String {
        match self {
            Self::Root { account } => format!("arn:aws:iam::{account}:root"),
            Self::User { arn, .. } | Self::FederatedUser { arn, .. } => (*arn).to_owned(),
            Self::Role { session_arn, .. } => (*session_arn).to_owned(),
            Self::WebIdentity { provider } => (*provider).to_owned(),
            Self::Service { name } => (*name).to_owned(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }
}

/// What a principal of a policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PrincipalKind {
    /// An account, user, role, session or unique id.
    #[serde(rename = "AWS")]
    Aws,
    /// A service's principal.
    Service,
    /// An identity provider.
    Federated,
    /// S3's canonical user id.
    CanonicalUser,
}

/// One principal as a policy writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PrincipalRef<'a> {
    /// Its kind.
    pub kind: PrincipalKind,
    /// Its text; `*` is everyone.
    pub text: &'a str,
    /// The statement's index.
    pub statement: usize,
    /// Named by NotPrincipal.
    pub negated: bool,
}

/// How closely a statement names the caller. A later one stands for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// By its account: rights come from its own policies.
    Account,
    /// By its role or, for a federated session, its user: boundary and session policies limit it.
    Role,
    /// Itself, or everyone.
    Direct,
}

#[derive(Debug, Default)]
pub(crate) struct Principals {
    pub everyone: bool,
    pub names: Vec<Name>,
}

#[derive(Debug)]
pub(crate) struct Name {
    pub kind: PrincipalKind,
    pub text: Box<str>,
    /// The account, where the text is an account id or an account's root ARN.
    account: Option<Box<str>>,
}

impl Name {
    pub fn parse(kind: PrincipalKind, text: &str) -> Result<Self, String> {
        let account = match kind {
            PrincipalKind::Aws => account_of(text)?,
            _ if text.is_empty() => return Err("Invalid principal in policy: it is empty".to_owned()),
            _ => None,
        };
        Ok(Self { kind, text: text.into(), account: account.map(Into::into) })
    }

    fn closeness(&self, principal: &Principal<'_>, account: Option<&str>) -> Option<Closeness> {
        let text = &*self.text;
        if self.account.is_some() {
            return (self.kind == PrincipalKind::Aws && self.account.as_deref() == account).then_some(Closeness::Account);
        }
        let named = |name: &str| !name.is_empty() && name == text;
        let (own, behind) = match (self.kind, principal) {
            (PrincipalKind::Aws, Principal::User { arn, id }) => (named(arn) || named(id), false),
            (PrincipalKind::Aws, Principal::Role { role_arn, role_id, session_arn, .. }) => {
                (named(session_arn), named(role_arn) || named(role_id))
            }
            (PrincipalKind::Aws, Principal::FederatedUser { arn, user_arn, id }) => (named(arn), named(user_arn) || named(id)),
            (PrincipalKind::Service, Principal::Service { name })
            | (PrincipalKind::Federated, Principal::WebIdentity { provider: name }) => (named(name), false),
            _ => (false, false),
        };
        if own { Some(Closeness::Direct) } else { behind.then_some(Closeness::Role) }
    }
}

impl Principals {
    /// How closely `Principal` names the caller, if it does.
    pub fn closeness(&self, principal: &Principal<'_>, account: Option<&str>, asks: &Asks<'_>) -> Option<Closeness> {
        if self.everyone && Self::everyone_is(principal, asks) {
            return Some(Closeness::Direct);
        }
        self.names.iter().filter_map(|name| name.closeness(principal, account)).max()
    }

    /// `NotPrincipal` spares a caller only if it lists all that the caller is: session, role and account.
    pub fn lists_all_of(&self, principal: &Principal<'_>, account: Option<&str>, asks: &Asks<'_>) -> bool {
        if self.everyone && Self::everyone_is(principal, asks) {
            return true;
        }
        let lists = |wanted| self.names.iter().any(|name| name.closeness(principal, account) == Some(wanted));
        let by_itself = lists(Closeness::Direct);
        match principal {
            Principal::Root { .. } => lists(Closeness::Account),
            Principal::User { .. } => by_itself && lists(Closeness::Account),
            Principal::Role { .. } | Principal::FederatedUser { .. } => by_itself && lists(Closeness::Role) && lists(Closeness::Account),
            Principal::WebIdentity { .. } | Principal::Service { .. } => by_itself,
            Principal::Anonymous => false,
        }
    }

    fn everyone_is(principal: &Principal<'_>, asks: &Asks<'_>) -> bool {
        !matches!(principal, Principal::Service { .. })
            || asks.ask(Point::EveryoneIncludesServices, |o: &Options| o.everyone_includes_services)
    }

    /// For explanations.
    pub fn text(&self) -> String {
        let everyone = self.everyone.then_some("*");
        everyone.into_iter().chain(self.names.iter().map(|name| &*name.text)).collect::<Vec<_>>().join(", ")
    }
}

/// Checks the form of an AWS principal; gives the account if it stands for a whole one.
fn account_of(text: &str) -> Result<Option<&str>, String> {
    let is_account = |part: &str| part.len() == 12 && part.bytes().all(|b| b.is_ascii_digit());
    let is_id = |text: &str| {
        (text.starts_with("AIDA") || text.starts_with("AROA")) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    if is_account(text) {
        return Ok(Some(text));
    }
    if is_id(text) {
        return Ok(None);
    }
    let wrong = |hint: &str| Err(format!("Invalid principal in policy: \"AWS\":\"{text}\"; {hint}"));
    if text.contains(['*', '?']) {
        return wrong("wildcards are not allowed; use \"*\" with a condition on aws:PrincipalArn");
    }
    let Some([_, service, region, account, rest]) = crate::resource::arn_parts(text) else {
        return wrong("expected \"*\", an account id, or the ARN of an account's root, a user, a role or a session");
    };
    // CloudFront's origin access identities are users of an account called "cloudfront".
    let account_is_legal = is_account(account) || account == "cloudfront";
    let long = |prefix: &str, slashes: usize| {
        rest.strip_prefix(prefix).is_some_and(|name| !name.is_empty() && !name.ends_with('/') && name.matches('/').count() >= slashes)
    };
    let legal = match service {
        "iam" => rest == "root" || long("user/", 0) || long("role/", 0),
        "sts" => long("assumed-role/", 1) || long("federated-user/", 0),
        _ => false,
    };
    if !legal || !account_is_legal || !region.is_empty() {
        return wrong("expected the ARN of an account's root, a user, a role, an assumed-role session or a federated user");
    }
    Ok((rest == "root").then_some(account))
}
