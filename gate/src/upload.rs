//! Calls with a large body, in two halves: `open` decides before a byte is read, `link` decides again and has the effect.
//! Between them a row says that the call is under way, so that exactly one record remains whatever happens.

use crate::{
    Answer, Body, BodyKey, Caller, Error, Gate, Identity, Outcome, ReceivedBody, Record, Request, Table,
    authenticate::Authenticated,
    body::{self, BODIES, Internal},
    core::{Core, Frame},
    flood::Admission,
    pass::Passed,
    record::{self, Opening, Written},
    sums::Sums,
};
use base::{Region, uuid_v7};
use serde_json::Value;
use std::{io::Write, sync::Arc};
use wire::sigv4::VerifiedSignature;

/// Uploads under way: the record to write if they never end.
pub(crate) static OPENED: Table<Internal, Record> = Table::new("opened");

/// A call whose body is on its way.
pub struct Upload {
    gate: Gate,
    frame: Frame,
    service: String,
    operation: String,
    input: Value,
    key: Option<BodyKey>,
    id: String,
    writer: Option<store::BlobWriter>,
    /// Bytes in the clear, once all are written.
    length: Option<u64>,
    sums: Sums,
    signature: Option<VerifiedSignature>,
}

struct Opened {
    frame: Frame,
    input: Value,
    key: BodyKey,
    signature: Option<VerifiedSignature>,
}

impl Gate {
    /// The first half: authenticates, decides, and makes the body's key. A refused upload is refused and recorded here.
    ///
    /// # Errors
    /// The refusal.
    pub async fn open_upload(&self, request: &Request) -> Result<Upload, Error> {
        let event = self.upload_event();
        let mut admission = Admission::default();
        let opened = self.settle_async(|core| self.limited(core, request, &mut admission, |core| self.open_attempt(core, request, &event)));
        let opened = opened.await.unwrap_or_else(Err);
        self.opened(request, opened?)
    }

    /// As `open_upload`, blocking: for threads beside the server's own.
    ///
    /// # Errors
    /// The refusal.
    pub fn open_upload_blocking(&self, request: &Request) -> Result<Upload, Error> {
        let event = self.upload_event();
        let mut admission = Admission::default();
        let opened = self.settle(|core| self.limited(core, request, &mut admission, |core| self.open_attempt(core, request, &event)));
        let opened = opened.unwrap_or_else(Err);
        self.opened(request, opened?)
    }

    fn upload_event(&self) -> String {
        uuid_v7(&*self.0.entropy, self.0.clock.now())
    }

    fn opened(&self, request: &Request, opened: Opened) -> Result<Upload, Error> {
        let Opened { frame, input, key, signature } = opened;
        let id = base::uuid(&*self.0.entropy);
        let writer = self.0.blobs.writer(&id, &body::file_key(&key.key, &id)?)?;
        let (service, operation) = (request.service.clone(), request.operation.clone());
        let (sums, writer) = (Sums::of(&key), Some(writer));
        Ok(Upload { gate: self.clone(), frame, service, operation, input, key: Some(key), id, writer, length: None, sums, signature })
    }

    fn open_attempt(&self, core: &mut Core, request: &Request, event: &str) -> Result<Opened, Error> {
        let mut context = Arc::new(request.context.clone());
        let Authenticated { caller, signature } = match crate::authenticate::authenticate(core, request, &mut context) {
            Ok(authenticated) => authenticated,
            Err(error) => return self.refuse(core, Caller::new(Identity::Anonymous), context, request, error),
        };
        let input = match &request.input {
            Ok(input) => input.clone(),
            Err(error) => return self.refuse(core, caller, context, request, error.clone()),
        };
        let frame = Frame { caller, context, parent: None, event: Some(event.to_string()), about: None };
        let Some(operation) = self.operation(&request.service, &request.operation) else {
            self.run(core, frame, &request.service, &request.operation, input, Body::None)?;
            return Err(Error::internal("an operation appeared"));
        };
        let mark = core.mark();
        let opened = operation.open(core, frame.clone(), input.clone());
        let opening = Opening::new(core, &frame, &operation.info(), operation.recorded(input.clone()));
        match opened {
            Ok(key) => {
                let cut = Error::new(
                    "RequestTimeout",
                    "The body did not arrive in full: the connection or the server ended before it. Nothing was stored; send it again.",
                );
                let row = opening.close(core.now, &[], Err(&cut))?;
                core.tx.put(OPENED.key(event), row.bytes);
                Ok(Opened { frame, input, key, signature })
            }
            Err(error) => {
                core.undo(mark);
                let record = opening.close(core.now, &[], Err(&error))?;
                record::append(core, record);
                Err(error)
            }
        }
    }

    /// Closes what a crash cut off, and removes files that belong to no row.
    pub(crate) fn sweep(&self) -> Result<(), Error> {
        self.settle(|core| {
            for (key, record) in OPENED.scan::<[&str; 0]>(core, &[], crate::table::Bounds::ALL)? {
                OPENED.delete(core, key[0].as_str());
                record::append(core, Written::again(record)?);
            }
            let mut orphans = Vec::new();
            for id in self.0.blobs.ids()? {
                let id = id?;
                if BODIES.get(core, id.as_str())?.is_none() {
                    orphans.push(id);
                }
            }
            core.old_files = orphans;
            Ok(())
        })?
    }
}

impl Upload {
    /// The request's signature, by which the chunks of a streamed body are verified.
    pub fn signature(&self) -> Option<&VerifiedSignature> {
        self.signature.as_ref()
    }

    /// Takes the next bytes of the body and seals them. Blocks for the disk.
    ///
    /// # Errors
    /// The disk failed or is full.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let writer = self.writer.as_mut().ok_or_else(|| Error::internal("the upload has ended"))?;
        self.sums.update(bytes);
        writer.write_all(bytes).map_err(|e| Error::of_body(&e))
    }

    /// The body is whole: makes it durable. Blocks for the disk, which [`link`](Self::link) does too where this was not called.
    ///
    /// # Errors
    /// The disk failed or is full.
    pub fn finish(&mut self) -> Result<(), Error> {
        if let Some(writer) = self.writer.take() {
            self.length = Some(writer.finish()?);
        }
        Ok(())
    }

    /// Who sends it.
    pub fn caller(&self) -> &Caller {
        &self.frame.caller
    }

    /// The region that the call is for.
    pub fn region(&self) -> &Region {
        &self.frame.context.region
    }

    /// The second half: decides again, and has the effect.
    pub async fn link(mut self, input: impl FnOnce(&mut Value)) -> Outcome {
        let received = self.received(input)?;
        let linked = self.gate.settle_async(|core| self.link_attempt(core, &received)).await;
        self.linked(linked)
    }

    /// As `link`, blocking.
    ///
    /// # Errors
    /// As `link`.
    pub fn link_blocking(mut self, input: impl FnOnce(&mut Value)) -> Outcome {
        let received = self.received(input)?;
        let linked = self.gate.settle(|core| self.link_attempt(core, &received));
        self.linked(linked)
    }

    fn received(&mut self, input: impl FnOnce(&mut Value)) -> Result<ReceivedBody, Error> {
        self.finish()?;
        let (Some(length), Some(key)) = (self.length.take(), self.key.take()) else { return Err(Error::internal("the upload has ended")) };
        input(&mut self.input);
        let sums = std::mem::take(&mut self.sums);
        Ok(body::described(self.id.clone(), length, key.note, sums))
    }

    fn link_attempt(&self, core: &mut Core, received: &ReceivedBody) -> Passed<Value> {
        OPENED.delete(core, self.event());
        self.gate.run(core, self.frame.clone(), &self.service, &self.operation, self.input.clone(), Body::Received(received.clone()))
    }

    fn linked(&self, linked: Result<Passed<Value>, Error>) -> Outcome {
        let result = linked.unwrap_or_else(Err);
        if result.is_err() {
            // Nothing refers to the file; what cannot be removed now is swept at the next start.
            let _ = self.gate.0.blobs.delete(&self.id);
        }
        result.map(|(output, _)| Answer { output, body: None, sending: None })
    }

    fn event(&self) -> &str {
        self.frame.event.as_deref().unwrap_or_default()
    }

    /// Closes the call as failed: the body broke off or was not what was announced.
    pub async fn abandon(mut self, error: Error) -> Error {
        self.drop_body();
        let settled = self.gate.settle_async(|core| self.abandon_attempt(core, &error)).await;
        settled.and_then(|recorded| recorded).err().unwrap_or(error)
    }

    /// As `abandon`, blocking.
    pub fn abandon_blocking(mut self, error: Error) -> Error {
        self.drop_body();
        let settled = self.gate.settle(|core| self.abandon_attempt(core, &error));
        settled.and_then(|recorded| recorded).err().unwrap_or(error)
    }

    fn drop_body(&mut self) {
        drop(self.writer.take());
        if self.length.take().is_some() {
            // What cannot be removed now is swept at the next start.
            let _ = self.gate.0.blobs.delete(&self.id);
        }
    }

    fn abandon_attempt(&self, core: &mut Core, error: &Error) -> Result<(), Error> {
        OPENED.delete(core, self.event());
        let Some(operation) = self.gate.operation(&self.service, &self.operation) else { return Ok(()) };
        let record =
            Opening::new(core, &self.frame, &operation.info(), operation.recorded(self.input.clone())).close(core.now, &[], Err(error))?;
        record::append(core, record);
        Ok(())
    }
}
