//! Multipart uploads under way.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use crate::{
    Checksums, S3, access, error,
    state::{PARTS, Rows, UPLOADS, Upload, UploadedPart},
    write::Received,
};
use gate::{Demand, Error, Scope, View};
use std::collections::HashSet;

/// The last number a part can have.
pub(crate) const MAX_PARTS: u64 = 10_000;
/// Bytes that each part but the last must have.
pub(crate) const SMALLEST_PART: u64 = 5 << 20;

/// The demand of a call that goes on with an upload: conditions see the encryption that its beginning asked for, so that
/// a policy that insists on a header holds for uploads in parts as well.
pub(crate) fn demand(facts: &mut View<'_, S3>, action: &'static str, bucket: &str, key: &str, upload: &str) -> Result<Demand, Error> {
    let demand = access::on_object(facts, action, bucket, key)?;
    let begun = facts.row(&UPLOADS, [bucket, key, upload])?;
    Ok(demand.with_some("s3:x-amz-server-side-encryption", begun.and_then(|u| u.requested_encryption)))
}

pub(crate) fn find(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, upload: &str) -> Result<Upload, Error> {
    scope.row(&UPLOADS, [bucket, key, upload])?.ok_or_else(|| error::no_such_upload(upload))
}

pub(crate) fn part_key(number: u64) -> String {
    format!("{number:05}")
}

/// The parts that were uploaded, by number.
pub(crate) fn parts(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, upload: &str) -> Result<Vec<(u64, UploadedPart)>, Error> {
    let rows = scope.scan(&PARTS, &[bucket, key, upload])?;
    Ok(rows.into_iter().map(|(parts, part)| (parts[3].parse().unwrap_or(0), part)).collect())
}

/// A part that has arrived.
pub(crate) struct Part {
    pub(crate) number: u64,
    pub(crate) received: Received,
    pub(crate) checksums: Checksums,
    pub(crate) crc64nvme: Option<String>,
}

impl Part {
    /// Takes the place of the part of the same number. Gives its ETag and checksums.
    pub(crate) fn store(self, scope: &mut Scope<'_, S3>, bucket: &str, key: &str, upload: &str) -> Result<(String, Checksums), Error> {
        let number = part_key(self.number);
        let row = [bucket, key, upload, &number];
        if let Some(stretch) = scope.row(&PARTS, row)?.and_then(|old| old.stretch) {
            scope.delete_body(&stretch.body)?;
        }
        let received = self.received;
        let etag = received.wrapped.etag(scope, received.md5.as_deref());
        let part = UploadedPart {
            stretch: received.stretch,
            length: received.length,
            etag: etag.clone(),
            md5: received.md5,
            modified: scope.now(),
            checksums: self.checksums.clone(),
            crc64nvme: self.crc64nvme,
        };
        scope.put(&PARTS, &row, &part)?;
        Ok((etag, self.checksums))
    }
}

/// Ends an upload: its rows go, and the bodies of those parts that are not `kept`.
pub(crate) fn close(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, upload: &str, kept: &HashSet<String>) -> Result<(), Error> {
    for (number, part) in parts(scope, bucket, key, upload)? {
        if let Some(stretch) = part.stretch.filter(|s| !kept.contains(&s.body)) {
            scope.delete_body(&stretch.body)?;
        }
        scope.delete(&PARTS, &[bucket, key, upload, &part_key(number)]);
    }
    scope.delete(&UPLOADS, &[bucket, key, upload]);
    Ok(())
}
