//! git over HTTP, by git's own `upload-pack` and `receive-pack`.
//!
//! What git works on is a working copy in a runtime folder outside the data directory: the packs of a repository,
//! unsealed and shared by all requests, and for each request a workspace of its own with the references of one moment.
//! A push lands in such a workspace; only the gate's call makes its pack and its references the repository's.

mod answer;
pub(crate) mod changes;
mod clone;
mod fetch;
mod home;
pub(crate) mod objects;
mod process;
mod push;
mod remote;
mod report;
mod route;
mod server;
pub(crate) mod write;

pub use answer::GitAnswer;
pub use clone::{RemoteClone, clone_remote};
pub use remote::{Access, Remote, RemoteCommit, fetch_branch};
pub use server::{GitRequest, GitServer};
