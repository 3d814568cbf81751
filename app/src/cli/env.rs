use super::{Output, block_on, project};
use crate::failure::Failure;
use crate::say::say;
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};

/// Print the exports by which AWS clients reach an account of a running `sekisho up`: `eval "$(sekisho env dev)"`.
///
/// The credentials are temporary: a session that the operator assumed, which is recorded.
#[derive(Args)]
pub(crate) struct Env {
    /// The account's name in sekisho.yaml, its id, or `management` for the operator's own
    account: String,
    /// Assume this role of the account (a name or an ARN) instead of its administrator
    #[arg(long)]
    role: Option<String>,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// How long the credentials live, in seconds
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(900..=43200))]
    duration: u64,
    /// How to write them
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What git is to be told, as variables: CodeCommit's own addresses lead to this server, and its credentials come from the
/// AWS CLI (asked for alone: its helper keeps none, and says so of each that git brings). Other helpers would keep signatures
/// that hold for minutes.
fn git(endpoint: &str, region: &str) -> Vec<(String, String)> {
    let helper = "!f() { test \"$1\" != get || aws codecommit credential-helper --ignore-host-check get; }; f";
    let settings = [
        (format!("url.{endpoint}/.insteadOf"), format!("https://git-codecommit.{region}.amazonaws.com/")),
        (format!("credential.{endpoint}.helper"), String::new()),
        (format!("credential.{endpoint}.helper"), helper.to_owned()),
        (format!("credential.{endpoint}.useHttpPath"), "true".to_owned()),
    ];
    let count = ("GIT_CONFIG_COUNT".to_owned(), settings.len().to_string());
    let pairs = settings.into_iter().enumerate();
    let pairs = pairs.flat_map(|(at, (key, value))| [(format!("GIT_CONFIG_KEY_{at}"), key), (format!("GIT_CONFIG_VALUE_{at}"), value)]);
    [count].into_iter().chain(pairs).collect()
}

impl Env {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let (operator, client) = block_on(async {
            let operator = project::Operator::at_running(&self.dir, &delivery.region)?
                .ok_or_else(|| Failure::new("no server runs here").help("start one with `sekisho up`"))?;
            let (client, _) = operator.in_account(&delivery, &self.account, self.role.as_deref(), self.duration).await?;
            Ok((operator, client))
        })?;
        let credentials = client.credentials();
        let token = credentials.session_token.as_ref().map(|t| t.expose().clone()).unwrap_or_default();
        let bundle = operator.bundle.display().to_string();
        let endpoint = format!("https://{}", operator.address);
        let variables = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            // Clients would look for the host `streaming-127.0.0.1` otherwise.
            ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
            ("AWS_CA_BUNDLE", bundle.as_str()),
            ("AWS_REGION", delivery.region.as_str()),
            ("AWS_DEFAULT_REGION", delivery.region.as_str()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.expose().as_str()),
            ("AWS_SESSION_TOKEN", token.as_str()),
            ("GIT_SSL_CAINFO", bundle.as_str()),
        ];
        let git = git(&endpoint, &delivery.region);
        let variables = variables.into_iter().chain(git.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        match self.output {
            Output::Text => {
                for (name, value) in variables {
                    say!("export {name}={}", quoted(value));
                }
                say!("unset AWS_PROFILE");
            }
            Output::Json => {
                let map: serde_json::Map<_, _> = variables.map(|(k, v)| (k.to_string(), json!(v))).collect();
                say!("{}", serde_json::Value::Object(map));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
