//! `sekisho verify`: whether an artifact is what a build made, as the build's signed statement tells.

use super::{Output, block_on, project};
use crate::{
    client::Client,
    deliver::{BAD, GOOD, list, plain, styled},
    failure::{FAILED, Failure},
    say::say,
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use provenance::{Demand, Envelope, LONGEST, Statement};
use serde_json::json;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The key with which CodeBuild signs in each account.
const KEY: &str = "alias/aws/codebuild";

const EXAMPLES: &str = "Examples:
  sekisho verify site.zip                                 a file, by its SHA-256
  sekisho verify s3://artifacts/site.zip --branch main    an object, built from this branch
  sekisho verify shop:1b2c...                             what a build made
  sekisho verify site.zip --save site.intoto.json         and keep its statement
  sekisho verify site.zip --statement site.intoto.json --public-key key.pem    without a server

Exit codes:
  0  verified
  1  not verified: nobody here built it, the signature is wrong, or it is not what was demanded
  2  what was given cannot be used";

/// Verify where an artifact comes from: who built it, from which commit and branch, when.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// A file, an object as s3://BUCKET/KEY, or a build's id
    artifact: String,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Demand that it was built from this branch
    #[arg(long)]
    branch: Option<String>,
    /// Demand that it was built from this commit: 7 letters at least
    #[arg(long)]
    commit: Option<String>,
    /// Demand that it was built from this repository: its URL, or the last parts of it
    #[arg(long)]
    repository: Option<String>,
    /// Demand that this project built it: its name or ARN
    #[arg(long)]
    builder: Option<String>,
    /// The statement, instead of asking the server for it
    #[arg(long, requires = "public_key")]
    statement: Option<PathBuf>,
    /// The public key that is trusted, in PEM or DER, instead of the accounts' own
    #[arg(long)]
    public_key: Option<PathBuf>,
    /// Write the statement that was verified to this file
    #[arg(long)]
    save: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

/// What is looked for.
enum Sought {
    Digest(String),
    Build(String),
}

/// A statement, and the public half of the key that is trusted for it.
struct Found {
    account: String,
    envelope: Envelope,
    key: Vec<u8>,
}

impl Verify {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let trusted = self.public_key.as_deref().map(public_key).transpose()?;
        let (sought, found) = match (&self.statement, &trusted) {
            (Some(path), Some(key)) => {
                let envelope = Envelope::parse(&bytes(path)?).map_err(|e| Failure::unusable(format!("{}: {e}", path.display())))?;
                let found = Found { account: String::new(), envelope, key: key.clone() };
                (self.offline()?, vec![found])
            }
            _ => self.ask(trusted)?,
        };
        let mut why = Vec::new();
        for one in &found {
            match self.judge(&sought, one) {
                Ok(statement) => {
                    self.keep(&one.envelope)?;
                    self.tell(&sought, one, &statement);
                    return Ok(ExitCode::SUCCESS);
                }
                Err(refused) => why.push(refused.to_string()),
            }
        }
        if why.is_empty() {
            why.push(match &sought {
                Sought::Digest(sha256) => format!("no build of this delivery made an artifact with the SHA-256 {sha256}"),
                Sought::Build(id) => format!("no account of this delivery has a statement of the build {id}"),
            });
        }
        match self.output {
            Output::Json => say!("{}", json!({"verified": false, "artifact": self.artifact, "reasons": why})),
            Output::Text => why.iter().for_each(|why| say!("{} {}: {}", styled(BAD, "not verified"), plain(&self.artifact), plain(why))),
        }
        Ok(ExitCode::from(FAILED))
    }

    fn judge(&self, sought: &Sought, found: &Found) -> Result<Statement, provenance::Refused> {
        let statement = found.envelope.verified(&found.key)?;
        let (sha256, build) = match sought {
            Sought::Digest(sha256) => (Some(sha256.as_str()), None),
            Sought::Build(id) => (None, Some(id.as_str())),
        };
        let demand = Demand {
            sha256,
            build,
            branch: self.branch.as_deref(),
            repository: self.repository.as_deref(),
            commit: self.commit.as_deref(),
            builder: self.builder.as_deref(),
        };
        demand.check(&statement).map(|()| statement)
    }

    /// Without a server: a file, or a build's id.
    fn offline(&self) -> Result<Sought, Failure> {
        if self.artifact.starts_with("s3://") {
            return Err(Failure::unusable("an object is read from a server; give a file with --statement"));
        }
        self.local().unwrap_or_else(|| Ok(Sought::Build(self.artifact.clone())))
    }

    /// A file's digest, if it is one.
    fn local(&self) -> Option<Result<Sought, Failure>> {
        let path = Path::new(&self.artifact);
        let unread = |e: std::io::Error| Failure::unusable(format!("{}: {e}", path.display()));
        if path.is_dir() {
            let why = format!("{} is a folder: give a file, an object as s3://BUCKET/KEY, or a build's id", path.display());
            return Some(Err(Failure::unusable(why)));
        }
        path.exists().then(|| File::open(path).and_then(provenance::sha256).map(Sought::Digest).map_err(unread))
    }

    /// Asks the accounts of the delivery.
    fn ask(&self, trusted: Option<Vec<u8>>) -> Result<(Sought, Vec<Found>), Failure> {
        let delivery = project::read(&self.dir)?;
        block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let asked = async {
                let clients = operator.in_accounts(&delivery).await?;
                let sought = self.seek(&clients).await?;
                let mut found = Vec::new();
                for (account, client) in &clients {
                    found.extend(statements(account, client, &sought, trusted.as_deref()).await?);
                }
                Ok((sought, found))
            }
            .await;
            operator.end();
            asked
        })
    }

    async fn seek(&self, clients: &project::Clients) -> Result<Sought, Failure> {
        if let Some(location) = self.artifact.strip_prefix("s3://") {
            let unusable = || Failure::unusable(format!("{} is not s3://BUCKET/KEY", self.artifact));
            let (bucket, key) =
                location.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty()).ok_or_else(unusable)?;
            for client in clients.values() {
                let mut sum = digest::Context::new(&digest::SHA256);
                if client.object(bucket, key, |bytes| sum.update(bytes)).await.is_ok() {
                    return Ok(Sought::Digest(hex::encode(sum.finish())));
                }
            }
            return Err(Failure::unusable(format!("no account of this delivery can read {}", self.artifact)));
        }
        if let Some(local) = self.local() {
            return local;
        }
        let id = self.artifact.rsplit_once(":build/").map_or(self.artifact.as_str(), |(_, id)| id);
        match id.split_once(':') {
            Some((project, uuid)) if !project.is_empty() && uuid.len() == 36 => Ok(Sought::Build(id.to_owned())),
            _ => Err(Failure::unusable(format!("{} is no file, no s3://BUCKET/KEY and no build's id", self.artifact))),
        }
    }

    fn keep(&self, envelope: &Envelope) -> Result<(), Failure> {
        let Some(path) = &self.save else { return Ok(()) };
        let text = serde_json::to_vec(envelope).map_err(|e| Failure::new(e.to_string()))?;
        std::fs::write(path, text).map_err(|e| Failure::unusable(format!("{}: {e}", path.display())))
    }

    fn tell(&self, sought: &Sought, found: &Found, statement: &Statement) {
        let keyid = found.envelope.signatures.first().map_or("", |signature| signature.keyid.as_str());
        if let Output::Json = self.output {
            say!(
                "{}",
                json!({"verified": true, "artifact": self.artifact, "account": found.account, "key": keyid, "statement": statement})
            );
            return;
        }
        let row = |name: &str, value: &str| say!("{name:<10} {}", plain(value));
        say!("{} {}", styled(GOOD, "verified"), plain(&self.artifact));
        let details = &statement.predicate.run_details;
        match sought {
            Sought::Digest(sha256) => {
                row("sha256", sha256);
                statement.subject(sha256).into_iter().for_each(|subject| row("put at", &subject.name));
            }
            Sought::Build(_) => statement.subject.iter().for_each(|subject| {
                row("made", &format!("{} sha256:{}", subject.name, subject.digest.get("sha256").map_or("", String::as_str)));
            }),
        }
        row("builder", &details.builder.id);
        row("build", &details.metadata.invocation_id);
        row("time", &format!("{} to {}", details.metadata.started_on, details.metadata.finished_on));
        let definition = &statement.predicate.build_definition;
        if let Some(pipeline) = &definition.external_parameters.pipeline {
            row("pipeline", &format!("{} {}", pipeline.name, pipeline.execution_id.as_deref().unwrap_or_default()));
        }
        for dependency in &definition.resolved_dependencies {
            let digests: Vec<String> = dependency.digest.iter().map(|(algorithm, digest)| format!("{algorithm}:{digest}")).collect();
            row("from", format!("{} {} {}", dependency.name, dependency.uri, digests.join(" ")).trim());
        }
        row("signed by", keyid);
    }
}

/// An account's statements, with the public half of its own key or of the one that is trusted.
async fn statements(account: &str, client: &Client, sought: &Sought, trusted: Option<&[u8]>) -> Result<Vec<Found>, Failure> {
    let input = match sought {
        Sought::Digest(sha256) => json!({"sha256": sha256}),
        Sought::Build(id) => json!({"id": id}),
    };
    let answer = client.call("codebuild", "GetBuildProvenance", input).await?;
    let envelopes: Vec<Envelope> =
        list(&answer, "statements").iter().filter_map(|one| serde_json::from_value(one["envelope"].clone()).ok()).collect();
    if envelopes.is_empty() {
        return Ok(Vec::new());
    }
    let key = match trusted {
        Some(key) => key.to_vec(),
        None => {
            let answer = client.call("kms", "GetPublicKey", json!({"KeyId": KEY})).await?;
            STANDARD.decode(answer["PublicKey"].as_str().unwrap_or_default()).map_err(|e| Failure::new(e.to_string()))?
        }
    };
    Ok(envelopes.into_iter().map(|envelope| Found { account: account.into(), envelope, key: key.clone() }).collect())
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let unread = |e: std::io::Error| Failure::unusable(format!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    File::open(path).map_err(unread)?.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

/// A public key in PEM or DER.
fn public_key(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = bytes(path)?;
    let Some(text) = std::str::from_utf8(&bytes).ok().filter(|text| text.contains("-----BEGIN")) else { return Ok(bytes) };
    let inner: Option<String> = text
        .split_once("-----BEGIN PUBLIC KEY-----")
        .and_then(|(_, rest)| Some(rest.split_once("-----END")?.0.split_whitespace().collect()));
    inner
        .and_then(|inner| STANDARD.decode(inner).ok())
        .ok_or_else(|| Failure::unusable(format!("{} holds no public key in PEM", path.display())))
}
