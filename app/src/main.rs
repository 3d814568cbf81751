//! Sekisho: AWS delivery pipelines, run and checked on your own machines.
//!
//! The binary knows everyone and is used by no one: command line, configuration, wiring, listeners.
#![allow(clippy::disallowed_methods, reason = "the binary owns files, sockets and processes")]

mod cli;
mod client;
mod config;
mod deliver;
mod egress;
mod failure;
mod follow;
mod git_hosts;
mod issuers;
mod reserve;
mod root_key;
mod say;
mod server;
mod terminal;
mod upkeep;
mod world;

use std::process::ExitCode;

/// A record is made on one thread and let go on another: this allocator takes such memory back without a lock.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The sandbox's helper is this same binary, started anew: it must come before all else.
    if std::env::args_os().nth(1).is_some_and(|a| a == workload::HELPER_COMMAND) {
        workload::helper_main();
    }
    cli::main()
}
