//! Rehearsals: a delivery is deployed and run by the real engines, through the real gate, in a world in memory.
//!
//! Nothing is built, started or changed. What is denied is noted, mended in the world by an assumption, and the call is made
//! again, so that one rehearsal shows everything that stands in the way. Why it is so: `docs/decisions/0019-rehearsal.md`.
//!
//! Must not know files, processes, the network or the clock: [`Estate`] brings the texts, [`Report`] takes the findings away.

mod access;
mod before;
mod bridges;
mod builds;
mod calls;
mod driver;
mod estate;
mod faults;
mod finding;
mod fixes;
mod functions;
mod given;
mod grants;
mod ground;
pub mod imagined;
pub mod inputs;
mod map;
mod matrix;
mod mends;
mod names;
mod oversight;
mod place;
mod reasons;
mod refusals;
mod repairs;
mod report;
mod rights;
mod runs;
mod samples;
mod state;
mod trails;
mod tries;
mod wanted;
mod world;

pub use access::{Access, Barred, How, Question, Step, Unanswerable, Way, access};
pub use estate::{Account, Estate, Origin, Pipeline, Source, SourceFile, Stack, Value};
pub use finding::{Call, Cause, Certainty, Finding, Kind, Layer, Repair, Severity};
pub use fixes::Fixes;
pub use given::{Block, Given, MadeText, Placeholder, TrailCall};
pub use map::Map;
pub use place::{Edit, File, Files, Patch, Place};
pub use report::{Acceptance, Baseline, Diff, FailOn, Form, Hunk, Judged, Remark, Report, Row, Style, Subject, Summary};
pub use state::{
    AccountState, StateBucket, StateExport, StateGuardrail, StateIdentity, StateKey, StateParameter, StatePoliced, StatePolicy, StateRole,
    StateTree,
};
pub use tries::rehearse;
pub use world::Setup;
