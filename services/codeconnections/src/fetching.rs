//! Files of a branch, fetched from a git host and written into a bucket as the one who uses the connection.

use crate::{
    CodeConnections,
    state::{CLONES, Credential, FETCHES, FetchRow, FetchStatus},
};
use base::{AccountId, Arn, Region, Secret};
use durable::{Agent, Engine};
use gate::{Error, Gate, Scope, StepContext, StoredCaller};
use s3::{Encryption, PutObject, PutObjectInput};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    fs::File,
    io::{Cursor, Seek},
    sync::Arc,
    time::Duration,
};

/// A repository, and what git shows to its host.
#[derive(Debug)]
pub struct Reached {
    /// Its URL.
    pub url: String,
    /// A user's name and its token; by SSH the private key.
    pub credential: Option<(String, Secret<String>)>,
    /// By SSH: the host's public keys.
    pub host_keys: Option<String>,
}

/// The branch to fetch.
#[derive(Debug)]
pub struct Wanted {
    /// The repository.
    pub repository: Reached,
    /// The branch.
    pub branch: String,
    /// The commit, if it is not the branch's newest one.
    pub commit: Option<String>,
}

/// A branch's newest commit.
#[derive(Debug)]
pub struct Fetched {
    /// Its id.
    pub id: String,
    /// Its message.
    pub message: String,
    /// When it was written.
    pub author_date: String,
    /// Its files.
    pub zip: File,
}

/// What fetches: the binary's git.
pub type Fetch = dyn Fn(&Wanted) -> Result<Fetched, String> + Send + Sync;

/// The outbox's handler.
pub(crate) const FETCH: &str = "FetchBranch";
/// What is kept of a failure's reason, and of a message.
const LONGEST: usize = 2000;

/// What the handler is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) account: AccountId,
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) branch: String,
    #[serde(default)]
    pub(crate) commit: Option<String>,
    pub(crate) credential: Option<Credential>,
    #[serde(default)]
    pub(crate) host_keys: Option<String>,
    /// What is written: a reference to the commit, for builds that clone it, and not its files.
    #[serde(default)]
    pub(crate) reference: Option<CloneReference>,
    pub(crate) actor: StoredCaller,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) kms_key: Option<String>,
}

/// What a source hands to a build that clones the repository itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CloneReference {
    pub(crate) connection_arn: String,
    pub(crate) full_repository_id: String,
    pub(crate) branch_name: String,
    pub(crate) provider_type: String,
    #[serde(default)]
    pub(crate) commit_id: String,
}

impl Credential {
    /// Seals a credential for a connection.
    pub(crate) fn seal(scope: &mut Scope<'_, CodeConnections>, arn: &str, user: &str, token: &str) -> Result<Self, Error> {
        Ok(Self { connection: arn.into(), user: user.into(), sealed: base::Blob(scope.seal(arn, token.as_bytes())?) })
    }
    fn open(&self, scope: &Scope<'_, CodeConnections>) -> Option<(String, Secret<String>)> {
        let plain = scope.unseal(&self.connection, &self.sealed.0)?;
        Some((self.user.clone(), Secret::new(String::from_utf8(plain.expose().clone()).ok()?)))
    }
}

/// How long the right to clone may wait to be used.
pub(crate) const SOON: Duration = Duration::from_secs(15 * 60);

/// Where a repository is and what git shows there, for who was allowed to clone it: once for each `clone` that `UseConnection` gave.
///
/// # Errors
/// In words: nobody was allowed to, or it was too long ago; the connection's credential is not readable.
pub fn redeem(gate: &Gate, connection: &Arn, clone: &str) -> Result<Reached, String> {
    let account = connection.account().ok_or_else(|| format!("{connection} is no connection's ARN"))?;
    let context = StepContext { account, region: Region::new(connection.region()) };
    let key = [account.as_str(), clone];
    let taken = gate.step(&CodeConnections(()), &context, |scope| {
        let Some(row) = scope.get(&CLONES, &key)? else { return Ok(None) };
        scope.delete(&CLONES, &key);
        if scope.now().since(row.granted) > SOON {
            return Ok(None);
        }
        let credential = row.credential.as_ref().map(|credential| credential.open(scope));
        Ok(Some((row.url, credential, row.host_keys)))
    });
    match taken.map_err(|e| e.to_string())? {
        None => Err(format!("{connection} was not opened for this clone")),
        Some((_, Some(None), _)) => Err("the connection's credential cannot be read any more; connect it again".into()),
        Some((url, credential, host_keys)) => Ok(Reached { url, credential: credential.flatten(), host_keys }),
    }
}

/// Registers the handler; `fetch` reaches git hosts.
pub(crate) fn register(engine: &mut Engine, fetch: Arc<Fetch>) {
    engine.handler::<CodeConnections>(FETCH, move |agent| run(agent, &*fetch));
}

fn run(agent: &Agent<'_>, fetch: &Fetch) -> Result<(), Error> {
    let order: Order = serde_json::from_value(agent.command.payload.clone()).map_err(Error::internal)?;
    let token = CodeConnections(());
    let context = StepContext { account: agent.command.account, region: agent.command.region.clone() };
    let row_key = [order.account.as_str(), order.id.as_str()];
    let opened = agent.gate.step(&token, &context, |scope| {
        let under_way = scope.get(&FETCHES, &row_key)?.is_some_and(|row| row.status == FetchStatus::InProgress);
        let credential = order.credential.as_ref().map(|credential| credential.open(scope));
        Ok(under_way.then_some((scope.resume(&order.actor)?, credential)))
    })?;
    let Some((actor, credential)) = opened else { return Ok(()) };
    let outcome = match credential {
        Some(None) => Err("The connection's credential cannot be read any more; connect it again".to_string()),
        credential => fetch(&Wanted {
            repository: Reached { url: order.url.clone(), credential: credential.flatten(), host_keys: order.host_keys.clone() },
            branch: order.branch.clone(),
            commit: order.commit.clone(),
        }),
    };
    let outcome = outcome.and_then(|fetched| {
        let encryption = Encryption {
            server_side_encryption: order.kms_key.is_some().then(|| "aws:kms".to_owned()),
            kms_key_id: order.kms_key.clone(),
            ..Encryption::default()
        };
        let input = || PutObjectInput {
            bucket: order.bucket.clone(),
            key: order.key.clone(),
            encryption: encryption.clone(),
            ..PutObjectInput::default()
        };
        let reference = order.reference.clone().map(|reference| CloneReference { commit_id: fetched.id.clone(), ..reference });
        let reference = reference.map(|reference| json!({"CodeBuildCloneRef": reference}).to_string());
        let body = || {
            if let Some(text) = &reference {
                return Ok(Box::new(Cursor::new(text.clone().into_bytes())) as Box<dyn std::io::Read>);
            }
            let mut file = fetched.zip.try_clone()?;
            file.rewind()?;
            Ok(Box::new(file) as Box<dyn std::io::Read>)
        };
        let written = agent.gate.client(&token, &actor, &agent.command.region).send::<PutObject>(input, body);
        written.map(|_| &fetched).map_err(|e| e.to_string()).map(|found| {
            let message = found.message.chars().take(LONGEST).collect();
            FetchRow { commit: Some(found.id.clone()), message, author_date: found.author_date.clone(), ..FetchRow::default() }
        })
    });
    agent.gate.step(&token, &context, |scope| {
        if !agent.holds(scope)? {
            return Ok(());
        }
        let row = match &outcome {
            Ok(row) => FetchRow { status: FetchStatus::Succeeded, ..row.clone() },
            Err(why) => FetchRow { status: FetchStatus::Failed, message: why.chars().take(LONGEST).collect(), ..FetchRow::default() },
        };
        scope.put(&FETCHES, &row_key, &row)?;
        durable::publish(scope, &format!("fetch/{}", order.id), serde_json::json!({"id": order.id}))
    })
}
