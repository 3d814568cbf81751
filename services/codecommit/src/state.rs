use crate::{CodeCommit, encryption::CustomerKey, error, names};
use base::{AccountId, Arn, Blob, Region, Secret, Timestamp};
use gate::{Demand, Error, Scope, Table, View};
use serde::{Deserialize, Serialize};

/// A repository. Its references, packs and archives lie under its id, so that a new name costs nothing and a
/// repository made again under an old name is another one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Repository {
    pub(crate) id: String,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// A branch's name, without `refs/heads/`. None until the first branch is pushed.
    pub(crate) default_branch: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) tags: Vec<(String, String)>,
    /// The data key of its packs, sealed for its id.
    pub(crate) key: Blob,
    /// The customer's KMS key that rules over it. None: the AWS managed key.
    #[serde(default)]
    pub(crate) customer_key: Option<CustomerKey>,
}

/// A received pack: an id of the gate's bodies and its length.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pack {
    pub(crate) length: u64,
}

/// An archive that was written for a pipeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Archive {
    pub(crate) commit: String,
    pub(crate) made: Timestamp,
}

/// Where this server's git has its working copies. Written anew at each start; a world without git has no such row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Runtime {
    pub(crate) folder: String,
}

/// Account, name.
pub(crate) static REPOSITORIES: Table<CodeCommit, Repository> = Table::regional("repositories");
/// Account, repository id: the repository's name.
pub(crate) static NAMES: Table<CodeCommit, String> = Table::regional("names");
/// Repository id, reference (`refs/heads/main`): the object it stands at.
pub(crate) static REFERENCES: Table<CodeCommit, String> = Table::new("references");
/// Repository id, body id.
pub(crate) static PACKS: Table<CodeCommit, Pack> = Table::new("packs");
/// Repository id, upload id.
pub(crate) static ARCHIVES: Table<CodeCommit, Archive> = Table::new("archives");
/// `git`.
pub(crate) static RUNTIME: Table<CodeCommit, Runtime> = Table::new("runtime");

pub(crate) const HEADS: &str = "refs/heads/";

impl Repository {
    pub(crate) fn arn(&self) -> Arn {
        Arn::new("codecommit", self.region.as_str(), self.account.as_str(), &self.name)
    }
    /// Its data key.
    pub(crate) fn data_key(&self, scope: &Scope<'_, CodeCommit>) -> Result<Secret<Vec<u8>>, Error> {
        let lost =
            || Error::internal(format_args!("the key of repository {} is not readable: the server's root key is another one", self.name));
        scope.unseal(&self.id, &self.key.0).ok_or_else(lost)
    }
}

/// The caller's repository of this name.
pub(crate) fn repository(scope: &mut Scope<'_, CodeCommit>, name: &str) -> Result<Repository, Error> {
    let account = scope.account()?;
    scope.get(&REPOSITORIES, &[account.as_str(), name])?.ok_or_else(|| error::no_repository(name))
}

pub(crate) fn keep(scope: &mut Scope<'_, CodeCommit>, repository: &Repository) -> Result<(), Error> {
    scope.put(&NAMES, &[repository.account.as_str(), repository.id.as_str()], &repository.name)?;
    scope.put(&REPOSITORIES, &[repository.account.as_str(), repository.name.as_str()], repository)
}

/// The right to `action` on the caller's repository of this name, which is checked.
pub(crate) fn demand(facts: &View<'_, CodeCommit>, action: &'static str, name: &str) -> Result<Demand, Error> {
    Ok(Demand::new(action, arn(facts, name)?))
}

/// The name of a repository by its id. None: it is gone.
pub(crate) fn name_of(view: &mut View<'_, CodeCommit>, account: AccountId, id: &str) -> Result<Option<String>, Error> {
    let named = view.get(&NAMES, &[account.as_str(), id])?;
    if let Some(name) = named
        && view.get(&REPOSITORIES, &[account.as_str(), name.as_str()])?.is_some_and(|row| row.id == id)
    {
        return Ok(Some(name));
    }
    // Repositories of earlier releases have no such row.
    let rows = view.scan(&REPOSITORIES, account.as_str())?;
    Ok(rows.into_iter().find(|(_, row)| row.id == id).map(|(_, row)| row.name))
}

/// The ARN of the caller's repository of this name, which is checked.
pub(crate) fn arn(facts: &View<'_, CodeCommit>, name: &str) -> Result<Arn, Error> {
    names::repository(name)?;
    facts.arn(name)
}

/// The references that begin with `prefix`, with the objects they stand at.
pub(crate) fn references(scope: &mut Scope<'_, CodeCommit>, repository: &Repository, prefix: &str) -> Result<Vec<(String, String)>, Error> {
    let rows = scope.scan(&REFERENCES, repository.id.as_str())?;
    Ok(rows
        .into_iter()
        .filter_map(|(key, object)| Some((key.into_iter().nth(1)?, object)))
        .filter(|(name, _)| name.starts_with(prefix))
        .collect())
}
