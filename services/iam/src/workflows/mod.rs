//! IAM's long work.

mod last_accessed;

pub(crate) use last_accessed::begin;

/// Registers them.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<last_accessed::LastAccessed>();
}
