//! What is rehearsed: accounts, what is deployed into them, and what their pipelines run.

use crate::{Files, Given, Place};
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
    /// What else was given or guessed: how texts were made fit, what is there already, what was called before.
    pub given: Given,
}

impl Estate {
    /// The text of a template as it is deployed: as the user wrote it, or as it was made fit.
    pub fn text(&self, template: &str) -> Option<&str> {
        match self.given.mended.get(template).or_else(|| self.given.texts.get(template)) {
            Some(made) => Some(&made.text),
            None => self.files.get(template).map(|file| file.text.as_str()),
        }
    }

    /// A template's text before anything in it was mended.
    pub(crate) fn before_mends(&self, template: &str) -> Option<&str> {
        let made = self.given.texts.get(template).map(|made| made.text.as_str());
        made.or_else(|| self.files.get(template).map(|file| file.text.as_str()))
    }

    /// The place in the user's own file that a place in a deployed text comes from.
    pub fn place(&self, place: &Place) -> Place {
        match self.given.mended.get(&place.file).or_else(|| self.given.texts.get(&place.file)) {
            Some(made) => made.map.to_source(place),
            None => place.clone(),
        }
    }
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
    /// The path of the template: [`Estate::text`] has its text.
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
    /// What an earlier stack has made: account's name, stack's name, the resource's logical id; as its ARN, or else as a
    /// reference gives it.
    Made(String, String, String, bool),
}

impl Value {
    /// The stack that it waits for: account's name, stack's name.
    pub fn awaits(&self) -> Option<(&str, &str)> {
        match self {
            Self::Text(_) => None,
            Self::Output(account, stack, _) | Self::Made(account, stack, ..) => Some((account, stack)),
        }
    }
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
    /// What is to be filled in from the stacks' outputs: a JSON pointer into the input, a text in the value there that stands for
    /// the output, and the output.
    pub outputs: Vec<(String, String, Value)>,
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
