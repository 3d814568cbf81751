//! The way to git hosts: who is asked in the name of a URL, and the addresses that no project leads the server to.

use crate::egress::is_public;
use gate::Gate;
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    str::FromStr,
};

/// A host that is asked instead of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StandIn {
    from: String,
    to: String,
}

impl FromStr for StandIn {
    type Err = String;

    /// `https://github.com=https://git.example/mirror`; the same on both sides allows a host of a private network.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("'{}' is no pair of hosts: FROM=TO is expected, such as https://github.com=https://git.example", text.escape_debug())
        };
        let (from, to) = text.split_once('=').ok_or_else(wrong)?;
        let plain = |url: &str| url.len() <= 512 && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "@?#\\".contains(c));
        let host = from.strip_prefix("https://").filter(|host| !host.is_empty() && !host.contains('/')).ok_or_else(wrong)?;
        let there = ["https://", "http://"]
            .iter()
            .find_map(|scheme| to.strip_prefix(scheme))
            .filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
        if there.is_none() || !plain(from) || !plain(to) {
            return Err(wrong());
        }
        Ok(Self { from: format!("https://{}", host.to_ascii_lowercase()), to: to.trim_end_matches('/').into() })
    }
}

/// What is fetched from, by way of a folder for the time being.
pub(crate) struct GitHosts {
    pub(crate) gate: Gate,
    pub(crate) folder: PathBuf,
    pub(crate) stand_ins: Vec<StandIn>,
}

/// Where a URL leads, and how it is pinned there.
fn way(url: &str, stand_ins: &[StandIn]) -> Result<(String, Option<String>), String> {
    let rest = url.strip_prefix("https://").ok_or_else(|| format!("{url} is not reached: only https is"))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if let Some(known) = stand_ins.iter().find(|known| known.from["https://".len()..] == *authority) {
        return Ok((format!("{}/{path}", known.to), None));
    }
    let (host, port) = match crate::egress::split(authority) {
        Some((host, port)) => (host, port.unwrap_or(443)),
        None => return Err(format!("{url} names no host")),
    };
    let found: Vec<SocketAddr> = (host, port).to_socket_addrs().map_err(|e| format!("{host} is not found: {e}"))?.collect();
    if let Some(closed) = found.iter().find(|address| !is_public(address.ip())) {
        return Err(format!(
            "{host} leads to {}, an address of a private network; the operator allows it by --git-host https://{authority}=https://{authority}",
            closed.ip()
        ));
    }
    // The address that was looked at is the one that is connected to.
    let addresses: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
    match addresses.is_empty() {
        true => Err(format!("{host} has no address")),
        false => Ok((url.into(), Some(format!("{host}:{port}:{}", addresses.join(","))))),
    }
}

impl codebuild::GitHosts for GitHosts {
    fn fetch(&self, source: &codebuild::GitSource, target: &Path) -> Result<String, String> {
        let (url, credential, host_keys, address) = match &source.reach {
            codebuild::GitReach::Connection { arn, clone } => {
                let reached = codeconnections::redeem(&self.gate, arn, clone)?;
                (reached.url, reached.credential, reached.host_keys, None)
            }
            codebuild::GitReach::Url { url, credential } => {
                let (url, address) = way(url, &self.stand_ins)?;
                (url, credential.clone(), None, address)
            }
        };
        let wanted = codecommit::RemoteClone {
            access: codecommit::Access {
                url: &url,
                credential: credential.as_ref().map(|(user, secret)| (user.as_str(), secret)),
                host_keys: host_keys.as_deref(),
                address: address.as_deref(),
            },
            origin: &source.origin,
            reference: source.reference.as_deref(),
            version: source.version.as_deref(),
            depth: source.depth,
        };
        codecommit::clone_remote(&self.folder, &wanted, target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_url_leads_to_this_machine_unless_the_operator_says_so() {
        for url in [
            "https://127.0.0.1/a/b.git",
            "https://[::1]:8443/a/b.git",
            "https://localhost/a/b.git",
            "https://169.254.169.254/a",
            "https://10.0.0.1/a",
        ] {
            let refused = way(url, &[]).unwrap_err();
            assert!(refused.contains("private network") || refused.contains("not found"), "{url}: {refused}");
        }
        assert!(way("http://github.com/a/b.git", &[]).is_err() && way("file:///etc", &[]).is_err() && way("ssh://git@x/a", &[]).is_err());
        let local: StandIn = "https://github.com=http://127.0.0.1:3000/".parse().unwrap();
        assert_eq!(way("https://github.com/a/b.git", std::slice::from_ref(&local)), Ok(("http://127.0.0.1:3000/a/b.git".into(), None)));
        assert!(way("https://127.0.0.1:3000/a/b.git", &[local]).is_err());
        assert_eq!(way("https://1.1.1.1/a", &[]), Ok(("https://1.1.1.1/a".into(), Some("1.1.1.1:443:1.1.1.1".into()))));
    }

    #[test]
    fn pairs_of_hosts_are_read() {
        assert!("https://Git.Corp:8443=https://git.corp:8443".parse::<StandIn>().is_ok());
        for wrong in [
            "",
            "https://a",
            "a=b",
            "http://a=https://b",
            "https://a/b=https://c",
            "https://a=ftp://b",
            "https://a=https://u@b",
            "https://a=https://",
        ] {
            assert!(wrong.parse::<StandIn>().is_err(), "{wrong}");
        }
    }
}
