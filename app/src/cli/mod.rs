//! The command line.

mod access;
mod audit;
mod backup;
mod connect;
mod decide;
mod doctor;
mod env;
mod explain;
mod files;
mod logs;
mod measure;
mod project;
mod reasons;
mod rehearse;
mod restore;
mod retention;
mod rotate;
mod run;
mod signals;
mod status;
mod tighten;
mod up;
mod verify;
mod watch;
mod workloads;

use crate::failure::Failure;
use crate::say;
use crate::terminal::harmless;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  sekisho run examples/quickstart
  sekisho run examples/cross-account --approve-all
  sekisho up &
  sekisho status
  sekisho watch shop
  sekisho logs shop --follow
  eval \"$(sekisho env dev)\" && aws sts get-caller-identity
  sekisho audit lookup --account dev --denied
  sekisho explain EVENT-ID
  sekisho verify site.zip --branch main";

/// AWS delivery pipelines, run for real on your own machines, with every permission enforced and recorded.
#[derive(Parser)]
#[command(name = "sekisho", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a delivery: deploy its stacks, push its sources, follow its pipelines to the end
    Run(run::Run),
    /// Serve the accounts of the sekisho.yaml here to AWS clients, until stopped
    Up(up::Up),
    /// Rehearse a delivery in memory: what would be denied, by which statement, and what mends it
    Rehearse(rehearse::Rehearse),
    /// Ask who can do something to something, and by which grants and roles
    Access(access::AccessOf),
    /// Narrow policies to what a delivery's calls need, and rehearse each change
    Tighten(tighten::Tighten),
    /// Show what is under way: stacks, executions, builds, approvals that wait, what failed and when it is tried again
    Status(status::StatusOf),
    /// Watch a pipeline's execution until it ends: stages, actions, what failed and why
    Watch(watch::WatchOf),
    /// Write a build's log
    Logs(logs::Logs),
    /// Print the exports by which AWS clients reach an account of a running `sekisho up`
    Env(env::Env),
    /// Read the audit trail
    Audit(audit::Audit),
    /// Explain a recorded call: who, what, on what, and which statement decided
    Explain(explain::Explain),
    /// Decide authorization cases from files: unit tests for policies
    Decide(decide::Decide),
    /// Connect a connection of AWS CodeConnections to its git host
    Connect(connect::Connect),
    /// Write a backup of all accounts, of a running server too; or verify one
    Backup(backup::Backup),
    /// Restore a backup, whole or not at all
    Restore(restore::Restore),
    /// Have another root key protect the data; the old one opens nothing any more
    RotateRootKey(rotate::RotateRootKey),
    /// Show what this machine can isolate builds with
    Doctor(doctor::Doctor),
    /// Verify where an artifact comes from, by the signed statement of the build that made it
    Verify(verify::Verify),
    /// Print a shell's completion script
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(crate) fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(command) => command.execute(),
        Command::Up(command) => command.execute(),
        Command::Rehearse(command) => command.execute(),
        Command::Access(command) => command.execute(),
        Command::Tighten(command) => command.execute(),
        Command::Status(command) => command.execute(),
        Command::Watch(command) => command.execute(),
        Command::Logs(command) => command.execute(),
        Command::Env(command) => command.execute(),
        Command::Audit(command) => command.execute(),
        Command::Explain(command) => command.execute(),
        Command::Decide(command) => command.execute(),
        Command::Backup(command) => command.execute(),
        Command::Connect(command) => command.execute(),
        Command::Restore(command) => command.execute(),
        Command::RotateRootKey(command) => command.execute(),
        Command::Doctor(command) => command.execute(),
        Command::Verify(command) => command.execute(),
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "sekisho", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    let result = result.and_then(|code| match say::failed() {
        None => Ok(code),
        Some(why) => Err(Failure::new(format!("the standard output could not be written: {why}"))),
    });
    result.unwrap_or_else(|failure| {
        let bad = crate::deliver::BAD;
        anstream::eprintln!("{bad}error{bad:#}: {}", harmless(&failure.to_string()));
        ExitCode::from(failure.code)
    })
}

/// The runtime of commands that serve or call.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
