//! IAM's long work.

mod last_accessed;

use crate::oidc::{discovery::Fetch, workflow};
use std::sync::Arc;

pub(crate) use last_accessed::begin;

/// Registers it; `fetch` reaches the issuers of web identities.
pub fn workflows(engine: &mut durable::Engine, fetch: Arc<Fetch>) {
    engine.workflow::<last_accessed::LastAccessed>();
    workflow::register(engine, fetch);
}
