//! Calls with a large body, in two halves: `open` decides before a byte is read, `link` decides again and has the effect.
//! Between them a row says that the call is under way, so that exactly one record remains whatever happens.

use crate::{
    Answer, Body, BodyKey, Caller, Error, Gate, Identity, Outcome, Record, Request, Table,
    authenticate::Authenticated,
    body::{self, BODIES, Internal},
    core::{Core, Frame},
    record::{self, Opening},
};
use base::uuid_v7;
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
        let event = uuid_v7(&*self.0.entropy, self.0.clock.now());
        let opened = self.settle_async(|core| self.open_attempt(core, request, &event)).await.unwrap_or_else(Err);
        let Opened { frame, input, key, signature } = opened?;
        let id = base::uuid(&*self.0.entropy);
        let writer = self.0.blobs.writer(&id, &body::file_key(&key.key, &id)?)?;
        let (service, operation) = (request.service.clone(), request.operation.clone());
        Ok(Upload { gate: self.clone(), frame, service, operation, input, key: Some(key), id, writer: Some(writer), signature })
    }

    fn open_attempt(&self, core: &mut Core, request: &Request, event: &str) -> Result<Opened, Error> {
        let context = Arc::new(request.context.clone());
        let Authenticated { caller, signature } = match crate::authenticate::authenticate(core, request, &context) {
            Ok(authenticated) => authenticated,
            Err(error) => return self.refuse(core, Caller::new(Identity::Anonymous), context, request, error),
        };
        let input = match &request.input {
            Ok(input) => input.clone(),
            Err(error) => return self.refuse(core, caller, context, request, error.clone()),
        };
        let frame = Frame { caller, context, parent: None, event: Some(event.to_string()) };
        let Some(operation) = self.operation(&request.service, &request.operation) else {
            self.run(core, frame, &request.service, &request.operation, input, Body::None)?;
            return Err(Error::internal("an operation appeared"));
        };
        let mark = core.mark();
        let opened = operation.open(core, frame.clone(), input.clone());
        let opening = Opening::new(core, &frame, &operation.info(), base::redacted(|| input.clone()));
        match opened {
            Ok(key) => {
                let cut = Error::new("RequestTimeout", "The body did not arrive in full: the connection or the server ended before it. Nothing was stored; send it again.");
                let row = opening.close(core.now, &[], Err(&cut));
                OPENED.put(core, event, &row)?;
                Ok(Opened { frame, input, key, signature })
            }
            Err(error) => {
                core.undo(mark);
                let record = opening.close(core.now, &[], Err(&error));
                record::append(core, record)?;
                Err(error)
            }
        }
    }

    /// Closes what a crash cut off, and removes files that belong to no row.
    pub(crate) fn sweep(&self) -> Result<(), Error> {
        self.settle(|core| {
            for (key, record) in OPENED.scan::<[&str; 0]>(core, &[], crate::table::Bounds::ALL)? {
                OPENED.delete(core, key[0].as_str());
                record::append(core, record)?;
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
        writer.write_all(bytes).map_err(|e| Error::internal(format_args!("the body could not be written: {e}")))
    }

    /// The second half: decides again, and has the effect.
    pub async fn link(mut self, input: impl FnOnce(&mut Value)) -> Outcome {
        let (Some(writer), Some(key)) = (self.writer.take(), self.key.take()) else { return Err(Error::internal("the upload has ended")) };
        input(&mut self.input);
        let received = body::described(self.id.clone(), &writer.finish()?, key.note);
        let event = self.frame.event.clone().unwrap_or_default();
        let result = self
            .gate
            .settle_async(|core| {
                OPENED.delete(core, event.as_str());
                let body = Body::Received(received.clone());
                self.gate.run(core, self.frame.clone(), &self.service, &self.operation, self.input.clone(), body)
            })
            .await
            .unwrap_or_else(Err);
        if result.is_err() {
            // Nothing refers to the file; what cannot be removed now is swept at the next start.
            let _ = self.gate.0.blobs.delete(&self.id);
        }
        result.map(|(output, _)| Answer { output, body: None })
    }

    /// Closes the call as failed: the body broke off or was not what was announced.
    pub async fn abandon(mut self, error: Error) -> Error {
        drop(self.writer.take());
        let event = self.frame.event.clone().unwrap_or_default();
        let (frame, gate) = (self.frame.clone(), self.gate.clone());
        let settled = gate
            .settle_async(|core| {
                OPENED.delete(core, event.as_str());
                let Some(operation) = gate.operation(&self.service, &self.operation) else { return Ok(()) };
                let record = Opening::new(core, &frame, &operation.info(), self.input.clone()).close(core.now, &[], Err(&error));
                record::append(core, record)
            })
            .await;
        match settled {
            Ok(Ok(())) => error,
            Ok(Err(e)) | Err(e) => e,
        }
    }
}
