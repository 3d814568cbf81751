//! Pull requests and approval rules as the API shows them.

use crate::{merging::options::MergeOption, requests::Rule};
use base::EpochTime;
use serde::Serialize;
use wire::sigv4::hex_sha256;

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PullRequest.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequest {
    pub(crate) pull_request_id: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) last_activity_date: EpochTime,
    pub(crate) creation_date: EpochTime,
    pub(crate) pull_request_status: &'static str,
    pub(crate) author_arn: String,
    pub(crate) pull_request_targets: Vec<PullRequestTarget>,
    pub(crate) client_request_token: Option<String>,
    pub(crate) revision_id: String,
    pub(crate) approval_rules: Vec<ApprovalRule>,
}

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PullRequestTarget.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequestTarget {
    pub(crate) repository_name: String,
    pub(crate) source_reference: String,
    pub(crate) destination_reference: String,
    pub(crate) destination_commit: String,
    pub(crate) source_commit: String,
    pub(crate) merge_base: Option<String>,
    pub(crate) merge_metadata: MergeMetadata,
}

/// Whether and how it was merged.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeMetadata {
    pub(crate) is_merged: bool,
    pub(crate) merged_by: Option<String>,
    pub(crate) merge_commit_id: Option<String>,
    pub(crate) merge_option: Option<MergeOption>,
}

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ApprovalRule.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRule {
    pub(crate) approval_rule_id: String,
    pub(crate) approval_rule_name: String,
    pub(crate) approval_rule_content: String,
    rule_content_sha256: String,
    last_modified_date: EpochTime,
    creation_date: EpochTime,
    last_modified_user: String,
    origin_approval_rule_template: Option<Origin>,
}

/// The template that a rule comes of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Origin {
    approval_rule_template_id: String,
    approval_rule_template_name: String,
}

/// The hash by which clients say which content they have seen.
pub(crate) fn hash(content: &str) -> String {
    hex_sha256(content.as_bytes())
}

impl From<&Rule> for ApprovalRule {
    fn from(rule: &Rule) -> Self {
        let origin = |(id, name): (String, String)| Origin { approval_rule_template_id: id, approval_rule_template_name: name };
        Self {
            approval_rule_id: rule.id.clone(),
            approval_rule_name: rule.name.clone(),
            approval_rule_content: rule.content.clone(),
            rule_content_sha256: hash(&rule.content),
            last_modified_date: EpochTime(rule.modified),
            creation_date: EpochTime(rule.created),
            last_modified_user: rule.user.clone(),
            origin_approval_rule_template: rule.template.clone().map(origin),
        }
    }
}

/// An answer with a pull request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequestOutput {
    pub(crate) pull_request: PullRequest,
}

/// An answer with an approval rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRuleOutput {
    pub(crate) approval_rule: ApprovalRule,
}
