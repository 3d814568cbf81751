//! CodeCommit's errors, each with status 400.

use gate::Error;

pub(crate) fn no_repository(name: &str) -> Error {
    Error::new("RepositoryDoesNotExistException", format!("{name} does not exist"))
}
pub(crate) fn repository_exists(name: &str) -> Error {
    Error::new("RepositoryNameExistsException", format!("Repository named {name} already exists"))
}
pub(crate) fn bad_continuation() -> Error {
    Error::new("InvalidContinuationTokenException", "The continuation token is not one that a page of this list gave")
}
pub(crate) fn no_branch(name: &str) -> Error {
    Error::new("BranchDoesNotExistException", format!("Branch {name} does not exist"))
}
pub(crate) fn branch_exists(name: &str) -> Error {
    Error::new("BranchNameExistsException", format!("Branch {name} already exists"))
}
pub(crate) fn no_commit(id: &str) -> Error {
    Error::new("CommitDoesNotExistException", format!("Could not find commit {id}"))
}
pub(crate) fn no_commit_id(id: &str) -> Error {
    Error::new("CommitIdDoesNotExistException", format!("Could not find commit {id}"))
}
pub(crate) fn no_file(path: &str) -> Error {
    Error::new("FileDoesNotExistException", format!("Could not find path {path}"))
}
pub(crate) fn no_folder(path: &str) -> Error {
    Error::new("FolderDoesNotExistException", format!("Could not find path {path}"))
}
pub(crate) fn no_upload(id: &str) -> Error {
    Error::new(
        "UploadArchiveDoesNotExistException",
        format!("There is no upload {id} of this repository's content. Start one with UploadArchive."),
    )
}
/// Another push moved the reference between; git's own words, by which its users know what to do.
pub(crate) fn moved() -> Error {
    Error::new("ConcurrentReferenceUpdateException", "fetch first")
}
/// The world has no git: a rehearsal, or a program that never made a `GitServer`.
pub(crate) fn no_git() -> Error {
    Error::new(
        "NotImplemented",
        "This needs the content of a repository, which git reads, and there is no git here: a rehearsal holds repositories without content. Run the delivery, or give the content's outcome to the rehearsal.",
    )
    .status(501)
}
pub(crate) fn no_reference(name: &str) -> Error {
    Error::new("ReferenceDoesNotExistException", format!("The reference {name} does not exist"))
}
pub(crate) fn bad_reference(name: &str) -> Error {
    Error::new("InvalidReferenceNameException", format!("'{}' is not the name of a reference", crate::names::shown(name)))
}
