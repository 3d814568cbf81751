//! The listener: one port, TLS and plain HTTP; bytes to gate requests and back.

mod answer;
mod authority;
pub(crate) mod backup;
mod body;
mod events;
mod git;
mod listen;
mod patient;
mod route;
mod signal;
mod tls;
mod wanted;
mod webhook;

pub(crate) use authority::{Authority, bundle};
pub(crate) use backup::Backups;
pub(crate) use listen::{Connection, Connections, Listener, serve_one};
pub(crate) use tls::{Names, server as tls_server};

use gate::Gate;
use rustls::ServerConfig;
use std::sync::Arc;
use tokio::sync::SetOnce;

/// What every connection shares. What takes time to make is set when it is there: who needs it waits, others are served.
pub(crate) struct Shared {
    pub(crate) gate: Gate,
    pub(crate) tls: SetOnce<Arc<ServerConfig>>,
    pub(crate) git: SetOnce<Arc<codecommit::GitServer>>,
    pub(crate) backups: Backups,
    /// The hosts under which buckets are subdomains.
    pub(crate) host_suffixes: Vec<String>,
}

pub(crate) type Server = Arc<Shared>;
