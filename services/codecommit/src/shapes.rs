use crate::state::Repository;
use base::{AccountId, Arn, EpochTime};
use serde::Serialize;

/// What is told of a repository.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_RepositoryMetadata.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryMetadata {
    /// The owner.
    pub account_id: AccountId,
    /// The id, a UUID.
    pub repository_id: String,
    /// The name.
    pub repository_name: String,
    /// The description.
    pub repository_description: Option<String>,
    /// The default branch's name. None: nothing was pushed yet.
    pub default_branch: Option<String>,
    /// When it was changed last.
    pub last_modified_date: EpochTime,
    /// When it was made.
    pub creation_date: EpochTime,
    /// Where git finds it.
    pub clone_url_http: String,
    /// Where git would find it by SSH, which is not served.
    pub clone_url_ssh: String,
    /// The customer's KMS key.
    pub kms_key_id: Option<String>,
    /// Its ARN.
    #[serde(rename = "Arn")]
    pub arn: Arn,
}

impl From<&Repository> for RepositoryMetadata {
    fn from(row: &Repository) -> Self {
        Self {
            account_id: row.account,
            repository_id: row.id.clone(),
            repository_name: row.name.clone(),
            repository_description: row.description.clone(),
            default_branch: row.default_branch.clone(),
            last_modified_date: EpochTime(row.modified),
            creation_date: EpochTime(row.created),
            clone_url_http: format!("https://git-codecommit.{}.amazonaws.com/v1/repos/{}", row.region, row.name),
            clone_url_ssh: format!("ssh://git-codecommit.{}.amazonaws.com/v1/repos/{}", row.region, row.name),
            kms_key_id: row.customer_key.as_ref().map(|key| key.arn.clone()),
            arn: row.arn(),
        }
    }
}

/// A branch and its tip.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BranchInfo {
    /// The branch's name.
    pub branch_name: String,
    /// The commit it stands at.
    pub commit_id: String,
}

/// No members.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// What a merge made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeCommit {
    pub(crate) commit_id: String,
    pub(crate) tree_id: String,
}
