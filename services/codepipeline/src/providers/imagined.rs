//! Actions of providers that are not here, for rehearsals: each succeeds, and leaves what is imagined of it.

use super::{Done, Job, Kind, Progress, Provider, Stop, provider};
use crate::{CodePipeline, artifacts, declaration::ActionTypeId};
use base::{AccountId, Blob};
use gate::{Error, Gate, StepContext, Table};
use serde_json::Value;
use std::io::Cursor;

pub(super) struct Imagined;

/// What such an action may hold is not known.
static KIND: Kind = Kind { categories: &[], provider: "", inputs: 0..=5, outputs: 0..=5, settings: &[] };

/// Archives by account, pipeline and artifact.
static OUTPUTS: Table<CodePipeline, Blob> = Table::new("imagined-outputs");

/// An artifact of a pipeline.
pub struct Output<'a> {
    /// The pipeline's account.
    pub account: AccountId,
    /// The pipeline's name.
    pub pipeline: &'a str,
    /// The artifact's name.
    pub artifact: &'a str,
    /// Its files, as a zip archive.
    pub zip: Vec<u8>,
}

/// Whether nothing here does what an action of this type does: its provider is not here, or is somebody's own worker.
pub fn is_imagined(kind: &ActionTypeId) -> bool {
    kind.owner == "Custom" || provider(kind, "").is_err_and(|error| error.status == 501)
}

/// Says what an action leaves whose provider is not here.
///
/// # Errors
/// The world is not one of a rehearsal: elsewhere nothing is imagined.
pub fn imagine(gate: &Gate, output: &Output<'_>) -> Result<(), Error> {
    if !gate.is_mended() {
        return Err(Error::internal("outputs are imagined in rehearsals alone"));
    }
    let context = StepContext { account: output.account, region: gate.region().clone() };
    gate.step(&CodePipeline(()), &context, |scope| {
        scope.put(&OUTPUTS, &[output.account.as_str(), output.pipeline, output.artifact], &Blob(output.zip.clone()))
    })
}

impl Provider for Imagined {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        for output in job.outputs {
            let key = [job.run.account.as_str(), job.pipeline, output.name.as_str()];
            if let Some(zip) = job.scope.get(&OUTPUTS, &key)? {
                artifacts::write(job.scope, job.actor, job.store, output, &mut Cursor::new(zip.0))?;
            }
        }
        Progress::done(Done::default())
    }

    fn look(&self, job: &mut Job<'_, '_>, _memo: Value) -> Result<Progress, Stop> {
        self.start(job)
    }
}
