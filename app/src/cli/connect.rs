use super::{block_on, project};
use crate::{client::Client, failure::Failure, say::say};
use base::Entropy;
use clap::Args;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const EXAMPLES: &str = "Examples:
  sekisho connect dev shop-source                                             a public repository at the provider's own host
  sekisho connect dev shop-source --token-file ~/.github-token                a private one
  sekisho connect dev shop-source --endpoint https://git.example --user ci --token-file token
  sekisho connect dev shop-source --endpoint ssh://git@git.example --token-file deploy-key --host-keys-file known_hosts
  sekisho connect dev shop-source --token-file ~/.github-token --webhook      its pushes start pipelines";

/// Connect a connection of AWS CodeConnections to its git host: what the console's handshake does on AWS.
///
/// The token is encrypted before it is kept; give it anew by the same command. The call is made as the account's administrator, and
/// recorded. Without --token-file the token is that of SEKISHO_CONNECTION_TOKEN, if there is one.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Connect {
    /// The account, by the name that sekisho.yaml has for it
    account: String,
    /// The connection's name or its ARN
    connection: String,
    /// The host's URL, in front of OWNER/REPOSITORY; the provider's own if it is not given
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Whose token it is, where the host asks
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file with the token that git shows to the host
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A file with the host's public keys, as `ssh-keyscan` prints them, for an endpoint ssh://USER@HOST; the token is a private key then
    #[arg(long, value_name = "FILE")]
    host_keys_file: Option<PathBuf>,
    /// Let the host's webhooks start pipelines, signed with a secret that is made and shown once
    #[arg(long)]
    webhook: bool,
    /// A file with the secret of the webhooks, instead of one that is made
    #[arg(long, value_name = "FILE")]
    webhook_secret_file: Option<PathBuf>,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
}

/// Both names of the service.
const SERVICES: [&str; 2] = ["codeconnections", "codestar-connections"];
const TOKEN: &str = "SEKISHO_CONNECTION_TOKEN";

impl Connect {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let token = self.token()?;
        let secret = self.secret()?;
        let host_keys = self.host_keys_file.as_deref().map(read).transpose()?;
        block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let (client, _) = operator.in_account(&delivery, &self.account, None, 900).await?;
            let arn = self.find(&client).await?;
            let service = SERVICES.into_iter().find(|service| arn.split(':').nth(2) == Some(service)).unwrap_or(SERVICES[0]);
            let input = json!({
                "ConnectionArn": arn, "Endpoint": self.endpoint, "UserName": self.user, "Token": token, "HostKeys": host_keys,
                "WebhookSecret": secret,
            });
            client.call(service, "UpdateConnectionInstallation", input).await?;
            say!("{arn} is AVAILABLE");
            if let Some(secret) = &secret {
                let parts: Vec<&str> = arn.split([':', '/']).collect();
                if let [_, _, service, region, account, _, id] = parts[..] {
                    say!("Webhooks (application/json) go to {}/webhooks/{service}/{account}/{region}/{id}", server(&operator));
                }
                if self.webhook_secret_file.is_none() {
                    say!("They are signed with the secret {secret}, which is not shown again");
                }
            }
            operator.end();
            Ok(ExitCode::SUCCESS)
        })
    }

    fn token(&self) -> Result<Option<String>, Failure> {
        let Some(path) = &self.token_file else { return Ok(std::env::var(TOKEN).ok()) };
        Ok(Some(read(path)?))
    }

    /// The secret of the webhooks, if there are to be any.
    fn secret(&self) -> Result<Option<String>, Failure> {
        if let Some(path) = &self.webhook_secret_file {
            return Ok(Some(read(path)?));
        }
        Ok(self.webhook.then(|| {
            let mut bytes = [0; 32];
            base::SystemEntropy.fill(&mut bytes);
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }))
    }

    async fn find(&self, client: &Client) -> Result<String, Failure> {
        if self.connection.starts_with("arn:") {
            return Ok(self.connection.clone());
        }
        let mut found = Vec::new();
        for service in SERVICES {
            let answer = client.call(service, "ListConnections", json!({})).await?;
            let all = answer["Connections"].as_array().cloned().unwrap_or_default();
            let named = all.iter().filter(|one| one["ConnectionName"] == self.connection.as_str());
            found.extend(named.filter_map(|one| one["ConnectionArn"].as_str().map(str::to_owned)));
        }
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(Failure::unusable(format!("the account {} has no connection {}", self.account, self.connection))
                .help("make it first, by a template or `aws codeconnections create-connection`")),
            _ => Err(Failure::unusable(format!("{} connections are called {}", found.len(), self.connection)).help("give one's ARN")),
        }
    }
}

/// The running server's URL, as this machine reaches it.
fn server(operator: &project::Operator) -> String {
    let scheme = if operator.address.ip().is_loopback() { "http" } else { "https" };
    if operator.is_running() { format!("{scheme}://{}", operator.address) } else { "the server's URL, with the path ".into() }
}

fn read(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(|e| Failure::unusable(format!("{}: {e}", path.display())))?;
    Ok(text.trim().to_string())
}
