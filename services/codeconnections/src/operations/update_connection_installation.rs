use crate::{
    CodeConnections,
    examples::with_connection,
    names::{Kind, Named, check_endpoint},
    prefix::Prefix,
    shapes::Nothing,
    state::{AVAILABLE, ConnectionRow, Credential},
    webhook,
};
use base::Secret;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// Connects a connection: says where its git host is reached, and what git shows there. On AWS a person does so in the console, by
/// an app of the provider's; the right to it is AWS's, input and output are ours.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeconnections.html>
pub struct UpdateConnectionInstallation<P>(PhantomData<fn() -> P>);

/// Where, and with what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateConnectionInstallationInput {
    connection_arn: String,
    /// The host's URL, in front of `OWNER/REPOSITORY`; the provider's, or the host's, if it is not given.
    endpoint: Option<String>,
    /// Whose token it is: most hosts take any name.
    user_name: Option<String>,
    /// None: the host lets everybody read.
    /// By SSH a private key.
    token: Option<Secret<String>>,
    /// By SSH: the host's public keys, each a line with type and key as in `known_hosts`.
    host_keys: Option<String>,
    /// What the host signs its webhooks with; the one of before if it is not given.
    webhook_secret: Option<Secret<String>>,
}

/// The most of a host's keys, and their length.
const MOST_KEYS: usize = 16;
const LONGEST_KEY: usize = 2048;

/// The keys of a host, each by its type and itself; the names of hosts before them are left out.
fn host_keys(text: &str) -> Result<String, Error> {
    let wrong = || {
        Error::validation(
            "HostKeys has lines with a key's type and the key, such as `ssh-ed25519 AAAA...`; `ssh-keyscan HOST` prints them.",
        )
    };
    let key = |line: &str| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let at = words.iter().position(|word| ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| word.starts_with(kind)))?;
        let plain = |word: &str| word.len() <= LONGEST_KEY && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-@.".contains(&b));
        let key = words.get(at + 1).filter(|key| at <= 1 && plain(key) && plain(words[at]))?;
        Some(format!("{} {key}\n", words[at]))
    };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    if lines.is_empty() || lines.len() > MOST_KEYS {
        return Err(wrong());
    }
    lines.into_iter().map(key).collect::<Option<String>>().ok_or_else(wrong)
}

/// Where providers are.
fn usual(provider: &str) -> Result<&'static str, Error> {
    match provider {
        "GitHub" => Ok("https://github.com"),
        "GitLab" => Ok("https://gitlab.com"),
        "Bitbucket" => Ok("https://bitbucket.org"),
        other => Err(Error::validation(format!("Endpoint is required: a connection to {other} has no host of its own"))),
    }
}

impl<P: Prefix> Operation for UpdateConnectionInstallation<P> {
    type Service = P;
    const NAME: &'static str = "UpdateConnectionInstallation";
    const READ_ONLY: bool = false;
    type Input = UpdateConnectionInstallationInput;
    type Output = Nothing;

    fn demands(input: &UpdateConnectionInstallationInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?.demand("UpdateConnectionInstallation").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateConnectionInstallationInput) -> Result<Nothing, Error> {
        let named = Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?;
        let row = named.connection(call)?;
        let endpoint = match (input.endpoint, &row.host) {
            (Some(endpoint), _) => endpoint,
            (None, Some(host)) => Named::read(host.as_str(), Kind::Host, "hostArn")?.host(call)?.endpoint,
            (None, None) => usual(&row.provider)?.into(),
        };
        check_endpoint(&endpoint)?;
        let host_keys = input.host_keys.as_deref().map(host_keys).transpose()?;
        if endpoint.starts_with("ssh://") != host_keys.is_some() || (host_keys.is_some() && input.token.is_none()) {
            return Err(Error::validation(
                "A host is reached by SSH with a private key as the Token and the host's own HostKeys, and by https without HostKeys.",
            ));
        }
        let user = input.user_name.unwrap_or_else(|| "x-access-token".into());
        if user.is_empty() || user.contains(|c: char| c == ':' || c.is_control()) {
            return Err(Error::validation("UserName has no colon and no control characters."));
        }
        let webhook_secret = match &input.webhook_secret {
            Some(secret) => Some(webhook::seal(call, &named, secret)?),
            None => row.webhook_secret.clone(),
        };
        let scope = &mut call.beside(&CodeConnections(()));
        let credential = input.token.map(|token| Credential::seal(scope, named.arn.as_str(), &user, token.expose())).transpose()?;
        let endpoint = Some(endpoint.trim_end_matches('/').to_owned());
        named.put_connection(
            call,
            Some(ConnectionRow { endpoint, credential, host_keys, webhook_secret, status: AVAILABLE.into(), ..row }),
        )?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_connection::<P>(
            json!({"ConnectionArn": "$0/ConnectionArn", "Endpoint": "https://git.example", "Token": "secret", "WebhookSecret": "a-secret-of-webhooks"}),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::host_keys;

    #[test]
    fn keys_of_hosts_are_read_and_nothing_else() {
        let read = |text| host_keys(text).ok();
        assert_eq!(read("ssh-ed25519 AAAAC3Nz+/= comment").as_deref(), Some("ssh-ed25519 AAAAC3Nz+/=\n"));
        let scanned = "# git.example:22 SSH-2.0\n[git.example]:2222 ecdsa-sha2-nistp256 AAAA\n\ngit.example ssh-rsa BBBB\n";
        assert_eq!(read(scanned).as_deref(), Some("ecdsa-sha2-nistp256 AAAA\nssh-rsa BBBB\n"));
        let many = "ssh-ed25519 AAAA\n".repeat(17);
        for wrong in ["", "#", "ssh-ed25519", "AAAA", "a b ssh-ed25519 AAAA", "ssh-ed25519 AA$(x)AA", &many] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(
            read("@cert-authority ssh-ed25519 AAAA").as_deref(),
            Some("ssh-ed25519 AAAA\n"),
            "it is the host's own key, and signs for no other"
        );
    }
}
