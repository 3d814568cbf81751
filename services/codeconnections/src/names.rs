//! Connections and hosts as callers name them: by their ARNs.

use crate::{
    CodeConnections, CodeStarConnections,
    error::{constraint, invalid_arn, no_connection, no_host},
    prefix::{Prefix, Under, action, is_name, under},
    state::{ConnectionRow, HostRow},
    tags::Tag,
};
use base::{AccountId, Arn};
use gate::{Demand, Error, ResourceFacts, Scope, Service, View};

/// Providers of git hosts, in AWS's words.
const PROVIDERS: [&str; 6] = ["Bitbucket", "GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged", "AzureDevOps"];

/// Checks the name of a provider.
pub(crate) fn check_provider(text: &str) -> Result<(), Error> {
    if PROVIDERS.contains(&text) {
        return Ok(());
    }
    Err(constraint(text, "providerType", &format!("satisfy enum value set: [{}]", PROVIDERS.join(", "))))
}

/// Checks a name.
pub(crate) fn check_name(text: &str, member: &str, longest: usize) -> Result<(), Error> {
    if (1..=longest).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(constraint(text, member, &format!("have length between 1 and {longest}")))
}

/// Whether it is where a host is reached by SSH: `ssh://USER@HOST[:PORT][/PATH]`.
fn is_ssh(text: &str) -> bool {
    let Some((user, rest)) = text.strip_prefix("ssh://").and_then(|rest| rest.split_once('@')) else { return false };
    let plain = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let authority = rest.split('/').next().unwrap_or_default();
    let named = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric());
    let at = authority.starts_with('[') || named(authority);
    text.len() <= 512 && named(user) && plain(user, "._-") && at && plain(authority, ".-:[]") && plain(rest, "._-:[]/~")
}

/// Checks where a host is reached: by TLS or SSH, unless it is on this machine.
pub(crate) fn check_endpoint(text: &str) -> Result<(), Error> {
    if is_ssh(text) {
        return Ok(());
    }
    let plain = text.strip_prefix("http://");
    let rest = text.strip_prefix("https://").or(plain).unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let local = ["127.0.0.1", "localhost", "[::1]"];
    let here = local.iter().any(|name| authority.strip_prefix(name).is_some_and(|port| port.is_empty() || port.starts_with(':')));
    let odd = |c: char| c.is_whitespace() || c.is_control() || "@?#\\".contains(c);
    if !authority.is_empty() && text.len() <= 512 && !rest.contains(odd) && (plain.is_none() || here) {
        return Ok(());
    }
    Err(constraint(
        text,
        "providerEndpoint",
        "be the URL of a host, such as https://git.example or ssh://git@git.example; http is for this machine alone",
    ))
}

/// Whether a connection goes to a host.
pub(crate) fn connected<P: Prefix>(scope: &mut Scope<'_, P>, host: &HostRow) -> Result<bool, Error> {
    for service in [CodeConnections::NAME, CodeStarConnections::NAME] {
        if under(scope, service, Connected(host))? {
            return Ok(true);
        }
    }
    Ok(false)
}

struct Connected<'a>(&'a HostRow);
impl Under<Result<bool, Error>> for Connected<'_> {
    fn run<P: Prefix>(self, scope: &mut Scope<'_, P>) -> Result<bool, Error> {
        let rows = scope.scan(P::connections(), &[self.0.account.as_str(), self.0.arn.region()])?;
        Ok(rows.into_iter().any(|(_, row)| row.host.as_ref() == Some(&self.0.arn)))
    }
}

/// What an ARN is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Connection,
    Host,
}

/// A connection or a host, by its ARN.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) kind: Kind,
    pub(crate) arn: Arn,
    account: AccountId,
    id: String,
}

impl Named {
    fn of(arn: &Arn) -> Option<Self> {
        let (kind, id) = match (arn.resource_of("connection"), arn.resource_of("host")) {
            (Some(id), _) => (Kind::Connection, id),
            (None, Some(id)) => (Kind::Host, id),
            (None, None) => return None,
        };
        Some(Self { kind, arn: arn.clone(), account: arn.account()?, id: id.into() })
    }
    /// Reads an ARN of either kind.
    pub(crate) fn any(text: &str, member: &str) -> Result<Self, Error> {
        let arn = text.parse::<Arn>().ok().filter(|arn| is_name(arn.service()));
        arn.as_ref().and_then(Self::of).ok_or_else(|| invalid_arn(text, member))
    }
    /// Reads an ARN of this kind.
    pub(crate) fn read(text: &str, kind: Kind, member: &str) -> Result<Self, Error> {
        let named = Self::any(text, member)?;
        if named.kind == kind { Ok(named) } else { Err(invalid_arn(text, member)) }
    }
    /// The right to an action on it.
    pub(crate) fn demand(&self, operation: &str) -> Demand {
        Demand::new(action(self.arn.service(), operation), self.arn.clone())
    }
    pub(crate) fn key(&self) -> [&str; 3] {
        [self.account.as_str(), self.arn.region(), &self.id]
    }
    /// The connection, after the call was allowed.
    pub(crate) fn connection<P: Prefix>(&self, scope: &mut Scope<'_, P>) -> Result<ConnectionRow, Error> {
        under(scope, self.arn.service(), FindConnection(self))?.ok_or_else(|| no_connection(self.arn.as_str()).status(P::NOT_FOUND))
    }
    /// The host, after the call was allowed.
    pub(crate) fn host<P: Prefix>(&self, scope: &mut Scope<'_, P>) -> Result<HostRow, Error> {
        under(scope, self.arn.service(), FindHost(self))?.ok_or_else(|| no_host(self.arn.as_str()).status(P::NOT_FOUND))
    }
    pub(crate) fn put_connection<P: Prefix>(&self, scope: &mut Scope<'_, P>, row: Option<ConnectionRow>) -> Result<(), Error> {
        under(scope, self.arn.service(), PutConnection(self, row))
    }
    pub(crate) fn put_host<P: Prefix>(&self, scope: &mut Scope<'_, P>, row: Option<HostRow>) -> Result<(), Error> {
        under(scope, self.arn.service(), PutHost(self, row))
    }
    /// Its tags.
    pub(crate) fn tags<P: Prefix>(&self, scope: &mut Scope<'_, P>) -> Result<Vec<Tag>, Error> {
        match self.kind {
            Kind::Connection => Ok(self.connection(scope)?.tags),
            Kind::Host => Ok(self.host(scope)?.tags),
        }
    }
    pub(crate) fn put_tags<P: Prefix>(&self, scope: &mut Scope<'_, P>, tags: Vec<Tag>) -> Result<(), Error> {
        match self.kind {
            Kind::Connection => {
                let row = ConnectionRow { tags, ..self.connection(scope)? };
                self.put_connection(scope, Some(row))
            }
            Kind::Host => {
                let row = HostRow { tags, ..self.host(scope)? };
                self.put_host(scope, Some(row))
            }
        }
    }
}

struct FindConnection<'a>(&'a Named);
impl Under<Result<Option<ConnectionRow>, Error>> for FindConnection<'_> {
    fn run<P: Prefix>(self, scope: &mut Scope<'_, P>) -> Result<Option<ConnectionRow>, Error> {
        scope.get(P::connections(), &self.0.key())
    }
}

struct FindHost<'a>(&'a Named);
impl Under<Result<Option<HostRow>, Error>> for FindHost<'_> {
    fn run<P: Prefix>(self, scope: &mut Scope<'_, P>) -> Result<Option<HostRow>, Error> {
        scope.get(P::hosts(), &self.0.key())
    }
}

struct PutConnection<'a>(&'a Named, Option<ConnectionRow>);
impl Under<Result<(), Error>> for PutConnection<'_> {
    fn run<P: Prefix>(self, scope: &mut Scope<'_, P>) -> Result<(), Error> {
        match &self.1 {
            Some(row) => scope.put(P::connections(), &self.0.key(), row),
            None => {
                scope.delete(P::connections(), &self.0.key());
                Ok(())
            }
        }
    }
}

struct PutHost<'a>(&'a Named, Option<HostRow>);
impl Under<Result<(), Error>> for PutHost<'_> {
    fn run<P: Prefix>(self, scope: &mut Scope<'_, P>) -> Result<(), Error> {
        match &self.1 {
            Some(row) => scope.put(P::hosts(), &self.0.key(), row),
            None => {
                scope.delete(P::hosts(), &self.0.key());
                Ok(())
            }
        }
    }
}

/// What the gate asks of connections and hosts under one of the names.
pub(crate) fn facts<P: Prefix>(view: &mut View<'_, P>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(named) = Named::of(arn) else { return Ok(None) };
    let (account, tags) = match named.kind {
        Kind::Connection => match view.get(P::connections(), &named.key())? {
            Some(row) => (row.account, row.tags),
            None => return Ok(None),
        },
        Kind::Host => match view.get(P::hosts(), &named.key())? {
            Some(row) => (row.account, row.tags),
            None => return Ok(None),
        },
    };
    let tags = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let policy = (named.kind == Kind::Connection).then(|| crate::webhook::policy(P::NAME));
    Ok(Some(ResourceFacts { tags, policy, ..ResourceFacts::owned_by(account) }))
}

#[cfg(test)]
mod tests {
    use super::check_endpoint;

    #[test]
    fn tokens_go_by_tls_or_stay_on_this_machine() {
        let good = [
            "https://git.example",
            "https://git.example:8443/base",
            "http://127.0.0.1:3000",
            "http://localhost",
            "http://[::1]:80/x",
            "ssh://git@git.example",
            "ssh://git@[::1]:2222/srv/git",
        ];
        for good in good {
            assert!(check_endpoint(good).is_ok(), "{good}");
        }
        let wrong = [
            "",
            "git.example",
            "http://git.example",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "https://",
            "https://a b",
            "https://user:secret@git.example",
            "ssh://git.example",
            "ssh://git@",
            "ssh://git@-oProxyCommand=x",
            "ssh://-l@git.example",
            "ssh://git@a@b",
            "ssh://git@git.example/$(x)",
            "file:///etc",
            "https://git.example/?x=1",
            "https:///x",
        ];
        for wrong in wrong {
            assert!(check_endpoint(wrong).is_err(), "{wrong}");
        }
    }
}
