//! Runs long work: stacks, pipelines and builds are its workflows.
//!
//! A workflow is a state and a step. One step is one transaction: it holds the calls that the step makes, their records and
//! the next state, so that calls made inside happen exactly once, whatever crashes. Only outbox commands (a process, a
//! container) may run twice; they are idempotent by their id.
//!
//! Knows no service, and nothing of what the work is about.

mod engine;
mod feed;
mod lease;
mod once;
mod running;
mod status;
mod tables;
mod workflow;

pub use engine::Engine;
pub use feed::{command, publish, signal, start, subscribe, tell, wake_at};
pub use lease::{Agent, Held, LEASE, Lease};
pub use once::is_first;
pub use running::Running;
pub use status::{Survey, Under, Waiting, survey};
pub use tables::{Command, Status};
pub use workflow::{Next, TOGETHER, Work, Workflow};
