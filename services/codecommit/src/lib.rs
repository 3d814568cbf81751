//! AWS CodeCommit: repositories, their API, and git over HTTP by [`GitServer`].
//!
//! References are rows; packs are sealed bodies. Must not know pipelines: who waits for a push subscribes to the feed,
//! topic `codecommit/ref/REPOSITORY-ARN/REFERENCE`.

mod approvals;
mod comments;
mod commits;
mod encryption;
mod error;
mod events;
mod examples;
mod facts;
mod files;
mod first_commit;
mod git;
mod imagined;
mod merging;
mod moves;
mod names;
mod operations;
mod plan;
mod reactions;
mod request_merges;
mod request_shapes;
mod requests;
mod resources;
mod rules;
mod shapes;
mod state;
mod templates;
mod texts;
mod tokens;
mod triggers;

use gate::{Protocol, Registration, Service};

pub use git::{Access, GitAnswer, GitRequest, GitServer, Remote, RemoteClone, RemoteCommit, clone_remote, fetch_branch};
pub use imagined::{Imagined, imagine};
pub use operations::{
    associate_approval_rule_template_with_repository::AssociateApprovalRuleTemplateWithRepository,
    batch_associate_approval_rule_template_with_repositories::BatchAssociateApprovalRuleTemplateWithRepositories,
    batch_describe_merge_conflicts::BatchDescribeMergeConflicts,
    batch_disassociate_approval_rule_template_from_repositories::BatchDisassociateApprovalRuleTemplateFromRepositories,
    batch_get_commits::BatchGetCommits,
    batch_get_repositories::{BatchGetRepositories, BatchGetRepositoriesInput, BatchGetRepositoriesOutput},
    cancel_upload_archive::{CancelUploadArchive, CancelUploadArchiveInput, CancelUploadArchiveOutput},
    create_approval_rule_template::CreateApprovalRuleTemplate,
    create_branch::{CreateBranch, CreateBranchInput, CreateBranchOutput},
    create_commit::CreateCommit,
    create_pull_request::CreatePullRequest,
    create_pull_request_approval_rule::CreatePullRequestApprovalRule,
    create_repository::{CreateRepository, CreateRepositoryInput, CreateRepositoryOutput},
    create_unreferenced_merge_commit::CreateUnreferencedMergeCommit,
    delete_approval_rule_template::DeleteApprovalRuleTemplate,
    delete_branch::{DeleteBranch, DeleteBranchInput, DeleteBranchOutput},
    delete_comment_content::DeleteCommentContent,
    delete_file::DeleteFile,
    delete_pull_request_approval_rule::DeletePullRequestApprovalRule,
    delete_repository::{DeleteRepository, DeleteRepositoryInput, DeleteRepositoryOutput},
    describe_merge_conflicts::DescribeMergeConflicts,
    describe_pull_request_events::DescribePullRequestEvents,
    disassociate_approval_rule_template_from_repository::DisassociateApprovalRuleTemplateFromRepository,
    evaluate_pull_request_approval_rules::EvaluatePullRequestApprovalRules,
    get_approval_rule_template::GetApprovalRuleTemplate,
    get_blob::GetBlob,
    get_branch::{GetBranch, GetBranchInput, GetBranchOutput},
    get_comment::GetComment,
    get_comment_reactions::GetCommentReactions,
    get_comments_for_compared_commit::GetCommentsForComparedCommit,
    get_comments_for_pull_request::GetCommentsForPullRequest,
    get_commit::{Commit, GetCommit, GetCommitInput, GetCommitOutput, UserInfo},
    get_differences::GetDifferences,
    get_file::{FileMode, GetFile, GetFileInput, GetFileOutput},
    get_folder::{File, Folder, GetFolder, GetFolderInput, GetFolderOutput, SubModule},
    get_merge_commit::GetMergeCommit,
    get_merge_conflicts::GetMergeConflicts,
    get_merge_options::GetMergeOptions,
    get_pull_request::GetPullRequest,
    get_pull_request_approval_states::GetPullRequestApprovalStates,
    get_pull_request_override_state::GetPullRequestOverrideState,
    get_repository::{GetRepository, GetRepositoryInput, GetRepositoryOutput},
    get_repository_triggers::GetRepositoryTriggers,
    get_upload_archive_status::{GetUploadArchiveStatus, GetUploadArchiveStatusInput, GetUploadArchiveStatusOutput},
    git_pull::{GitPull, GitPullInput, GitPullOutput},
    git_push::{GitPush, GitPushInput, GitPushOutput, PushedReference},
    list_approval_rule_templates::ListApprovalRuleTemplates,
    list_associated_approval_rule_templates_for_repository::ListAssociatedApprovalRuleTemplatesForRepository,
    list_branches::{ListBranches, ListBranchesInput, ListBranchesOutput},
    list_file_commit_history::ListFileCommitHistory,
    list_pull_requests::ListPullRequests,
    list_repositories::{ListRepositories, ListRepositoriesInput, ListRepositoriesOutput, Order, RepositoryNameIdPair, SortBy},
    list_repositories_for_approval_rule_template::ListRepositoriesForApprovalRuleTemplate,
    list_tags_for_resource::ListTagsForResource,
    merge_branches_by_fast_forward::MergeBranchesByFastForward,
    merge_branches_by_squash::MergeBranchesBySquash,
    merge_branches_by_three_way::MergeBranchesByThreeWay,
    merge_pull_request_by_fast_forward::MergePullRequestByFastForward,
    merge_pull_request_by_squash::MergePullRequestBySquash,
    merge_pull_request_by_three_way::MergePullRequestByThreeWay,
    override_pull_request_approval_rules::OverridePullRequestApprovalRules,
    post_comment_for_compared_commit::PostCommentForComparedCommit,
    post_comment_for_pull_request::PostCommentForPullRequest,
    post_comment_reply::PostCommentReply,
    put_comment_reaction::PutCommentReaction,
    put_file::PutFile,
    put_repository_triggers::PutRepositoryTriggers,
    tag_resource::TagResource,
    test_repository_triggers::TestRepositoryTriggers,
    untag_resource::UntagResource,
    update_approval_rule_template_content::UpdateApprovalRuleTemplateContent,
    update_approval_rule_template_description::UpdateApprovalRuleTemplateDescription,
    update_approval_rule_template_name::UpdateApprovalRuleTemplateName,
    update_comment::UpdateComment,
    update_default_branch::{UpdateDefaultBranch, UpdateDefaultBranchInput, UpdateDefaultBranchOutput},
    update_pull_request_approval_rule_content::UpdatePullRequestApprovalRuleContent,
    update_pull_request_approval_state::UpdatePullRequestApprovalState,
    update_pull_request_description::UpdatePullRequestDescription,
    update_pull_request_status::UpdatePullRequestStatus,
    update_pull_request_title::UpdatePullRequestTitle,
    update_repository_description::{UpdateRepositoryDescription, UpdateRepositoryDescriptionInput, UpdateRepositoryDescriptionOutput},
    update_repository_encryption_key::UpdateRepositoryEncryptionKey,
    update_repository_name::{UpdateRepositoryName, UpdateRepositoryNameInput, UpdateRepositoryNameOutput},
    upload_archive::{UploadArchive, UploadArchiveInput, UploadArchiveOutput},
};
pub use shapes::{BranchInfo, RepositoryMetadata};

/// The service's token.
pub struct CodeCommit(());

impl Service for CodeCommit {
    const NAME: &'static str = "codecommit";
    const PRINCIPAL: &'static str = "codecommit.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<CodeCommit>()
        .operation::<AssociateApprovalRuleTemplateWithRepository>()
        .operation::<BatchAssociateApprovalRuleTemplateWithRepositories>()
        .operation::<BatchDescribeMergeConflicts>()
        .operation::<BatchDisassociateApprovalRuleTemplateFromRepositories>()
        .operation::<BatchGetCommits>()
        .operation::<BatchGetRepositories>()
        .operation::<CancelUploadArchive>()
        .operation::<CreateApprovalRuleTemplate>()
        .operation::<CreateBranch>()
        .operation::<CreateCommit>()
        .operation::<CreatePullRequest>()
        .operation::<CreatePullRequestApprovalRule>()
        .operation::<CreateRepository>()
        .operation::<CreateUnreferencedMergeCommit>()
        .operation::<DeleteApprovalRuleTemplate>()
        .operation::<DeleteBranch>()
        .operation::<DeleteCommentContent>()
        .operation::<DeleteFile>()
        .operation::<DeletePullRequestApprovalRule>()
        .operation::<DeleteRepository>()
        .operation::<DescribeMergeConflicts>()
        .operation::<DescribePullRequestEvents>()
        .operation::<DisassociateApprovalRuleTemplateFromRepository>()
        .operation::<EvaluatePullRequestApprovalRules>()
        .operation::<GetApprovalRuleTemplate>()
        .operation::<GetBlob>()
        .operation::<GetBranch>()
        .operation::<GetComment>()
        .operation::<GetCommentReactions>()
        .operation::<GetCommentsForComparedCommit>()
        .operation::<GetCommentsForPullRequest>()
        .operation::<GetCommit>()
        .operation::<GetDifferences>()
        .operation::<GetFile>()
        .operation::<GetFolder>()
        .operation::<GetMergeCommit>()
        .operation::<GetMergeConflicts>()
        .operation::<GetMergeOptions>()
        .operation::<GetPullRequest>()
        .operation::<GetPullRequestApprovalStates>()
        .operation::<GetPullRequestOverrideState>()
        .operation::<GetRepository>()
        .operation::<GetRepositoryTriggers>()
        .operation::<GetUploadArchiveStatus>()
        .operation::<GitPull>()
        .operation::<GitPush>()
        .operation::<ListApprovalRuleTemplates>()
        .operation::<ListAssociatedApprovalRuleTemplatesForRepository>()
        .operation::<ListBranches>()
        .operation::<ListFileCommitHistory>()
        .operation::<ListPullRequests>()
        .operation::<ListRepositories>()
        .operation::<ListRepositoriesForApprovalRuleTemplate>()
        .operation::<ListTagsForResource>()
        .operation::<MergeBranchesByFastForward>()
        .operation::<MergeBranchesBySquash>()
        .operation::<MergeBranchesByThreeWay>()
        .operation::<MergePullRequestByFastForward>()
        .operation::<MergePullRequestBySquash>()
        .operation::<MergePullRequestByThreeWay>()
        .operation::<OverridePullRequestApprovalRules>()
        .operation::<PostCommentForComparedCommit>()
        .operation::<PostCommentForPullRequest>()
        .operation::<PostCommentReply>()
        .operation::<PutCommentReaction>()
        .operation::<PutFile>()
        .operation::<PutRepositoryTriggers>()
        .operation::<TagResource>()
        .operation::<TestRepositoryTriggers>()
        .operation::<UntagResource>()
        .operation::<UpdateApprovalRuleTemplateContent>()
        .operation::<UpdateApprovalRuleTemplateDescription>()
        .operation::<UpdateApprovalRuleTemplateName>()
        .operation::<UpdateComment>()
        .operation::<UpdateDefaultBranch>()
        .operation::<UpdatePullRequestApprovalRuleContent>()
        .operation::<UpdatePullRequestApprovalState>()
        .operation::<UpdatePullRequestDescription>()
        .operation::<UpdatePullRequestStatus>()
        .operation::<UpdatePullRequestTitle>()
        .operation::<UpdateRepositoryDescription>()
        .operation::<UpdateRepositoryEncryptionKey>()
        .operation::<UpdateRepositoryName>()
        .operation::<UploadArchive>()
        .resources::<CodeCommit>(facts::facts)
        .resource_type(resources::repository::Repository)
}
