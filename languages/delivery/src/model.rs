use std::collections::BTreeMap;

use crate::Position;

/// A delivery whose references hold: each account is defined, each output comes from an earlier stack, and each path
/// stays inside the delivery's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The accounts by their names, in the file's order.
    pub accounts: Vec<Account>,
    /// The region that everything is in.
    pub region: String,
    /// The stacks, in the order in which they are deployed.
    pub stacks: Vec<Stack>,
    /// The pipelines to create, after the stacks.
    pub pipelines: Vec<Pipeline>,
    /// The sources to push, last.
    pub sources: Vec<Source>,
}

impl Delivery {
    /// The id of an account by its name in this file.
    pub fn account_id(&self, name: &str) -> Option<&str> {
        self.accounts.iter().find(|account| account.name == name).map(|account| account.id.as_str())
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name in this file.
    pub name: String,
    /// Its twelve digits.
    pub id: String,
}

/// A stack to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The stack's name.
    pub name: String,
    /// The name of its account.
    pub account: String,
    /// The template's path, from the delivery's folder.
    pub template: String,
    /// The template's parameters.
    pub parameters: BTreeMap<String, Parameter>,
    /// What the template may do.
    pub capabilities: Vec<Capability>,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
    /// Where the template is named.
    pub position: Position,
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// As it stands in the file: `1.10` is the text `1.10`.
    Text(String),
    /// What another stack puts out.
    Output(Output),
}

/// An output of a stack: `account/stack.Key` in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The name of the stack's account.
    pub account: String,
    /// The stack's name.
    pub stack: String,
    /// The output's logical name.
    pub key: String,
    /// Where it is named.
    pub position: Position,
}

/// What a template may do, acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// `CAPABILITY_IAM`
    Iam,
    /// `CAPABILITY_NAMED_IAM`
    NamedIam,
    /// `CAPABILITY_AUTO_EXPAND`
    AutoExpand,
}

impl Capability {
    pub(crate) const ALL: [Self; 3] = [Self::Iam, Self::NamedIam, Self::AutoExpand];

    /// The name in CloudFormation's API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iam => "CAPABILITY_IAM",
            Self::NamedIam => "CAPABILITY_NAMED_IAM",
            Self::AutoExpand => "CAPABILITY_AUTO_EXPAND",
        }
    }
}

/// A pipeline to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The name of its account.
    pub account: String,
    /// The path of the JSON file, from the delivery's folder.
    pub file: String,
    /// Where the file is named.
    pub position: Position,
}

/// A folder to push to a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the repository's account.
    pub account: String,
    /// The repository's name.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// The path of the source's folder, from the delivery's folder; `.` is that folder.
    pub from: String,
    /// Where the folder is named.
    pub position: Position,
}
