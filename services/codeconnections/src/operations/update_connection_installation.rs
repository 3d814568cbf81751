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
    token: Option<Secret<String>>,
    /// What the host signs its webhooks with; the one of before if it is not given.
    webhook_secret: Option<Secret<String>>,
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
        named.put_connection(call, Some(ConnectionRow { endpoint, credential, webhook_secret, status: AVAILABLE.into(), ..row }))?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_connection::<P>(
            json!({"ConnectionArn": "$0/ConnectionArn", "Endpoint": "https://git.example", "Token": "secret", "WebhookSecret": "a-secret-of-webhooks"}),
        )
    }
}
