//! Runs untrusted programs isolated from the host: builds, containers, functions.
//!
//! A [`Sandbox`] is a tree of processes with its own users, files, network, processes and limits. The caller starts
//! its own binary again with [`HELPER_COMMAND`]: a fresh process with one thread, in which making namespaces and
//! forking are sound. The helper stays outside, watches, and kills the tree at a time-out, at [`Killer::kill`], and
//! when the caller dies, however it dies.
//!
//! What the program inside sees: `/usr` and a minimal `/etc` of the host (read-only), its workspace (read and write),
//! a private `/tmp` and home, a minimal `/dev`, its own `/proc`; exactly the environment it was given; and no network
//! but the listeners of [`Spec::listen`], which are made inside and accepted outside.
//!
//! A shared kernel is not a virtual machine: a hole in the kernel is a hole in the sandbox.
//!
//! This crate must not know what it runs, nor why: no build, no pipeline, no account.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "processes, sockets and the files of a sandbox belong to this crate")]

mod ceilings;
mod cgroup;
mod channel;
mod error;
mod examine;
mod exit;
mod helper;
mod level;
mod order;
mod sandbox;
mod spec;
mod sys;

pub use ceilings::{Ceiling, Ceilings};
pub use error::Error;
pub use examine::{Check, Examination, examine, examine_with};
pub use exit::{Bound, Exit};
pub use helper::helper_main;
pub use level::{Backend, Finding, Level, Probe, probe, probe_with};
pub use sandbox::{Helper, Killer, Output, Sandbox, sweep};
pub use spec::{Limits, ReadOnly, Spec};

/// The hidden sub-command that makes the binary a sandbox's helper: when it is the first argument, `main` calls
/// [`helper_main`] before anything else (before any thread is started).
pub const HELPER_COMMAND: &str = "__sandbox";
