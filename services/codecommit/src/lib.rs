//! AWS CodeCommit: repositories, their API, and git over HTTP by [`GitServer`].
//!
//! References are rows; packs are sealed bodies. Must not know pipelines: who waits for a push subscribes to the feed,
//! topic `codecommit/ref/REPOSITORY-ARN/REFERENCE`.

mod error;
mod events;
mod examples;
mod facts;
mod git;
mod moves;
mod names;
mod operations;
mod resources;
mod shapes;
mod state;

use gate::{Protocol, Registration, Service};

pub use git::{GitAnswer, GitRequest, GitServer};
pub use operations::{
    batch_get_repositories::{BatchGetRepositories, BatchGetRepositoriesInput, BatchGetRepositoriesOutput},
    cancel_upload_archive::{CancelUploadArchive, CancelUploadArchiveInput, CancelUploadArchiveOutput},
    create_branch::{CreateBranch, CreateBranchInput, CreateBranchOutput},
    create_repository::{CreateRepository, CreateRepositoryInput, CreateRepositoryOutput},
    delete_branch::{DeleteBranch, DeleteBranchInput, DeleteBranchOutput},
    delete_repository::{DeleteRepository, DeleteRepositoryInput, DeleteRepositoryOutput},
    get_branch::{GetBranch, GetBranchInput, GetBranchOutput},
    get_commit::{Commit, GetCommit, GetCommitInput, GetCommitOutput, UserInfo},
    get_file::{FileMode, GetFile, GetFileInput, GetFileOutput},
    get_folder::{File, Folder, GetFolder, GetFolderInput, GetFolderOutput, SubModule},
    get_repository::{GetRepository, GetRepositoryInput, GetRepositoryOutput},
    get_upload_archive_status::{GetUploadArchiveStatus, GetUploadArchiveStatusInput, GetUploadArchiveStatusOutput},
    git_pull::{GitPull, GitPullInput, GitPullOutput},
    git_push::{GitPush, GitPushInput, GitPushOutput, PushedReference},
    list_branches::{ListBranches, ListBranchesInput, ListBranchesOutput},
    list_repositories::{ListRepositories, ListRepositoriesInput, ListRepositoriesOutput, Order, RepositoryNameIdPair, SortBy},
    update_default_branch::{UpdateDefaultBranch, UpdateDefaultBranchInput, UpdateDefaultBranchOutput},
    update_repository_description::{UpdateRepositoryDescription, UpdateRepositoryDescriptionInput, UpdateRepositoryDescriptionOutput},
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
        .operation::<BatchGetRepositories>()
        .operation::<CancelUploadArchive>()
        .operation::<CreateBranch>()
        .operation::<CreateRepository>()
        .operation::<DeleteBranch>()
        .operation::<DeleteRepository>()
        .operation::<GetBranch>()
        .operation::<GetCommit>()
        .operation::<GetFile>()
        .operation::<GetFolder>()
        .operation::<GetRepository>()
        .operation::<GetUploadArchiveStatus>()
        .operation::<GitPull>()
        .operation::<GitPush>()
        .operation::<ListBranches>()
        .operation::<ListRepositories>()
        .operation::<UpdateDefaultBranch>()
        .operation::<UpdateRepositoryDescription>()
        .operation::<UpdateRepositoryName>()
        .operation::<UploadArchive>()
        .resources::<CodeCommit>(facts::facts)
        .resource_type(resources::repository::Repository)
}
