//! The log in a bucket, written when a build has ended.

use super::{
    book::Book,
    log::Log,
    objects::{Manner, place, put, told},
    workspace::Workspace,
};
use crate::state::BuildRow;
use base::Arn;
use gate::Client;

/// Writes the packed log; the build's row tells where it is. What fails is said in the other log, where there is one.
pub(super) fn write(client: &Client, book: &Book<'_>, row: &BuildRow, log: &Log, workspace: &Workspace) {
    let Some(config) = &row.s3_log else { return };
    let Some(packed) = log.packed() else { return };
    let (bucket, prefix) = place(config.location.as_deref().unwrap_or_default());
    let prefix = prefix.trim_matches('/');
    let key = if prefix.is_empty() { format!("{}.gz", book.uuid()) } else { format!("{prefix}/{}.gz", book.uuid()) };
    let file = workspace.own.join("log.gz");
    let kms = row.encryption_key.as_ref().map(Arn::as_str).filter(|_| config.encryption_disabled != Some(true));
    let manner = Manner { kms, owner: config.bucket_owner_access.as_deref(), ..Manner::default() };
    if let Err(error) = std::fs::write(&file, packed) {
        log.say(&format!("The log for S3 could not be written: {error}"));
        return;
    }
    match put(client, bucket, &key, &file, &manner) {
        // A build that has ended meanwhile keeps what it has.
        Ok(()) => drop(book.update(|row, _| row.s3_log_object = Some((bucket.to_owned(), key.clone())))),
        Err(error) => log.say(&format!("Unable to upload the log to s3://{bucket}/{key}: {}", told(&error))),
    }
}
