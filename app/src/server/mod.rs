//! The listener: one port, TLS and plain HTTP; bytes to gate requests and back.

mod answer;
mod body;
mod git;
mod listen;
mod patient;
mod route;
mod tls;

pub(crate) use listen::{Connection, Listener, serve_one};
pub(crate) use tls::Authority;

use gate::Gate;
use std::sync::Arc;

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) gate: Gate,
    pub(crate) git: codecommit::GitServer,
    /// The hosts under which buckets are subdomains.
    pub(crate) host_suffixes: Vec<String>,
}

pub(crate) type Server = Arc<Shared>;
