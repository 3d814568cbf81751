//! What is rehearsed: accounts, what is deployed into them, and what their pipelines run.

use crate::Files;
use base::{AccountId, Region};
use std::collections::BTreeMap;

/// A delivery, or many: all that a rehearsal is told.
#[derive(Debug, Clone)]
pub struct Estate {
    /// The region that everything is in, where nothing else is said.
    pub region: Region,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The stacks, in the order in which they are deployed.
    pub stacks: Vec<Stack>,
    /// The pipelines that are given as JSON, created after the stacks.
    pub pipelines: Vec<Pipeline>,
    /// What the repositories and source buckets hold.
    pub sources: Vec<Source>,
    /// The texts that findings point into.
    pub files: Files,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What the user calls it.
    pub name: String,
    /// Its twelve digits.
    pub id: AccountId,
}

/// A stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The account's name.
    pub account: String,
    /// The stack's name.
    pub name: String,
    /// The region, where it is not the estate's.
    pub region: Option<Region>,
    /// The path of the template, among the estate's files.
    pub template: String,
    /// The parameters' values.
    pub parameters: BTreeMap<String, Value>,
    /// `CAPABILITY_…`, as acknowledged; empty: all of them.
    pub capabilities: Vec<String>,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// As it stands.
    Text(String),
    /// What an earlier stack puts out: account's name, stack's name, output's logical name.
    Output(String, String, String),
}

/// A pipeline that is given as the input of CreatePipeline.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The account's name.
    pub account: String,
    /// The path of the file, among the estate's files.
    pub file: String,
    /// The input, read.
    pub input: serde_json::Value,
}

/// What a repository, bucket or git host holds when a pipeline's source action looks.
#[derive(Debug, Clone)]
pub struct Source {
    /// The account's name.
    pub account: String,
    /// Where the pipelines find it.
    pub origin: Origin,
    /// Its files. None: nothing is known of them.
    pub files: Option<Vec<SourceFile>>,
}

/// Where a source comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A branch of a CodeCommit repository.
    CodeCommit {
        /// The repository's name.
        repository: String,
        /// The branch.
        branch: String,
    },
}

/// A file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path within the source, with `/`.
    pub path: String,
    /// Its content; texts that findings point into are among the estate's files as well.
    pub content: Vec<u8>,
    /// The path among the estate's files, if it is there.
    pub known_as: Option<String>,
}
