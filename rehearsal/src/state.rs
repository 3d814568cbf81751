//! What accounts hold before anything is deployed into them, as the AWS CLI saves it.

use base::AccountId;
use serde_json::Value;

/// The state of any number of accounts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountState {
    /// Roles.
    pub roles: Vec<StateRole>,
    /// Users.
    pub users: Vec<StateIdentity>,
    /// Groups.
    pub groups: Vec<StateIdentity>,
    /// The customers' managed policies.
    pub policies: Vec<StatePolicy>,
    /// Keys.
    pub keys: Vec<StateKey>,
    /// Buckets.
    pub buckets: Vec<StateBucket>,
    /// The organization's policies.
    pub organization: Vec<StateGuardrail>,
    /// The organization's root, units and accounts.
    pub tree: StateTree,
    /// What stacks that are there already export.
    pub exports: Vec<StateExport>,
    /// Repositories of images, topics and queues that have policies.
    pub policed: Vec<StatePoliced>,
    /// Parameters of SSM: those that templates read, with stand-ins for their values.
    pub parameters: Vec<StateParameter>,
}

impl AccountState {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The accounts that hold something.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        let identities = self.roles.iter().map(|role| &role.identity).chain(&self.users).chain(&self.groups);
        let of = |arn: &str| arn.split(':').nth(4)?.parse().ok();
        let all = identities.map(|one| one.account).chain(self.keys.iter().map(|key| key.account));
        let all = all.chain(self.buckets.iter().map(|bucket| bucket.account)).chain(self.exports.iter().map(|export| export.account));
        let policed = self.policed.iter().filter_map(move |one| of(&one.arn));
        all.chain(policed).collect::<std::collections::BTreeSet<_>>().into_iter()
    }
}

/// What roles, users and groups have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct StateIdentity {
    /// Its account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// Its own policies: name and document.
    pub inline: Vec<(String, Value)>,
    /// The ARNs of the managed policies that are attached.
    pub attached: Vec<String>,
    /// The ARN of its boundary.
    pub boundary: Option<String>,
    /// The names of the groups that a user is in.
    pub groups: Vec<String>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// The file that tells of it.
    pub file: String,
}

/// A role.
#[derive(Debug, Clone, PartialEq)]
pub struct StateRole {
    /// What it has in common with users.
    pub identity: StateIdentity,
    /// Who may assume it.
    pub trust: Value,
}

/// A managed policy.
#[derive(Debug, Clone, PartialEq)]
pub struct StatePolicy {
    /// Its ARN.
    pub arn: String,
    /// The default version's document.
    pub document: Value,
    /// The file that tells of it.
    pub file: String,
}

/// A key.
#[derive(Debug, Clone, PartialEq)]
pub struct StateKey {
    /// Its account.
    pub account: AccountId,
    /// Its ARN.
    pub arn: String,
    /// Its policy.
    pub policy: Value,
    /// Its aliases, with `alias/`.
    pub aliases: Vec<String>,
    /// The file that tells of it.
    pub file: String,
    /// The line that the answer with its policy begins in, from 1.
    pub line: u32,
}

/// A bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct StateBucket {
    /// Its account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its policy.
    pub policy: Option<Value>,
    /// The key that encrypts what says nothing else; None: S3's own.
    pub key: Option<String>,
    /// The file that tells of it.
    pub file: String,
}

/// A policy of the organization.
#[derive(Debug, Clone, PartialEq)]
pub struct StateGuardrail {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `SERVICE_CONTROL_POLICY` or `RESOURCE_CONTROL_POLICY`.
    pub kind: String,
    /// Its document.
    pub document: Value,
    /// The ids of the accounts, units and roots that it is attached to; none named: all.
    pub targets: Vec<String>,
    /// The file that tells of it.
    pub file: String,
    /// The line that its answer begins in, from 1.
    pub line: u32,
}

/// The organization, as far as it is told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StateTree {
    /// Its id.
    pub id: Option<String>,
    /// The account that manages it.
    pub management: Option<AccountId>,
    /// The root, the units and the accounts: id, name, and what it is below.
    pub nodes: Vec<(String, String, Option<String>)>,
}

/// An export of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct StateExport {
    /// Its account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Something with a resource policy.
#[derive(Debug, Clone, PartialEq)]
pub struct StatePoliced {
    /// Its ARN: of a repository of Amazon ECR, of a topic or of a queue.
    pub arn: String,
    /// Its policy.
    pub policy: Option<String>,
    /// The file that tells of it.
    pub file: String,
}

/// A parameter of SSM.
#[derive(Debug, Clone, PartialEq)]
pub struct StateParameter {
    /// Its account's name.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its value.
    pub value: String,
}
