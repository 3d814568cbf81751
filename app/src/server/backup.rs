//! A backup in the answer's body, once the gate has allowed and recorded it.

use super::{answer, route::Body};
use base::{Clock, SystemClock};
use gate::Error;
use http::{HeaderValue, Response, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read},
    sync::Arc,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::answer::Style;

/// The operation whose answer has one.
pub(crate) const OPERATION: (&str, &str) = ("operator", "CreateBackup");

/// What says, in the clear, whose backup it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The server's id.
    pub(crate) server: String,
    pub(crate) created: String,
    /// The version that wrote it.
    pub(crate) version: String,
}

/// What backups are made of, one at a time: each holds on to what is deleted meanwhile.
pub(crate) struct Backups {
    pub(crate) store: store::Store,
    pub(crate) blobs: store::Blobs,
    pub(crate) server: String,
    place: Arc<Semaphore>,
}

/// A backup that has its place.
struct Placed {
    backup: store::Backup,
    _place: OwnedSemaphorePermit,
}

impl Read for Placed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.backup.read(out).inspect_err(|e| eprintln!("sekisho: the backup ended: {e}"))
    }
}

impl Backups {
    pub(crate) fn new(store: store::Store, blobs: store::Blobs, server: String) -> Self {
        Self { store, blobs, server, place: Arc::new(Semaphore::new(1)) }
    }

    pub(super) fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.place
            .clone()
            .try_acquire_owned()
            .map_err(|_| Error::new("BackupInProgressException", "A backup is being made already: wait for its end.").status(409))
    }

    pub(super) async fn answer(&self, style: &Style, place: OwnedSemaphorePermit) -> Response<Body> {
        let manifest =
            Manifest { server: self.server.clone(), created: SystemClock.now().iso(), version: env!("CARGO_PKG_VERSION").into() };
        let made = serde_json::to_vec(&manifest).map_err(Error::internal);
        match made.and_then(|manifest| Ok(self.store.backup(&self.blobs, &manifest)?)) {
            Ok(backup) => {
                let mut response = Response::new(answer::pieces(Placed { backup, _place: place }));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
                response
            }
            Err(e) => answer::write(style, Err(e)),
        }
    }
}
