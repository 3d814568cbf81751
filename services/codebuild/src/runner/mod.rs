//! Runs builds: beside the workflows, on threads of its own, as the project's role.
#![allow(clippy::disallowed_methods, reason = "the files of a build's workspace are the runner's own")]

mod book;
mod bucket_log;
mod cache;
mod credentials;
mod driver;
mod egress;
mod execute;
mod fetched;
mod hosts;
mod imagined;
mod installs;
mod interpret;
mod job;
mod log;
mod objects;
mod outputs;
mod reporting;
mod runtimes;
mod slots;
mod sources;
mod spec;
mod taken;
mod telling;
mod workspace;

use crate::{
    CodeBuild,
    workflows::{batch, build},
};
use durable::Engine;
pub use egress::Egress;
pub use hosts::{GitHosts, GitReach, GitSource};
pub use imagined::{Imagine, ImaginedBuild, ImaginedEnd};
use slots::Slots;
use std::{net::TcpListener, path::PathBuf, sync::Arc};
use workload::{Backend, Ceilings, Helper};

/// Serves AWS's endpoint to the programs of a build.
pub trait Endpoint: Send + Sync {
    /// Serves all who connect: they are programs of this build. Called on a thread of its own. `accept` fails when the
    /// build has ended.
    fn serve(&self, listener: TcpListener, build_arn: &str);
    /// The build has ended; nobody will connect any more.
    fn stop(&self, _build_arn: &str) {}
}

/// How builds are run.
pub struct Runner {
    /// How well they are isolated.
    pub backend: Backend,
    /// Where their workspaces lie while they run: a private folder.
    pub runtime_dir: PathBuf,
    /// What answers at `AWS_ENDPOINT_URL`; without it a build has no endpoint.
    pub endpoint: Option<Arc<dyn Endpoint>>,
    /// The certificates that builds trust, for `AWS_CA_BUNDLE`.
    pub ca_bundle: Option<PathBuf>,
    /// What any build may have at most.
    pub ceilings: Ceilings,
    /// The way out for builds whose project asks for one; without it there is none.
    pub egress: Option<Arc<dyn Egress>>,
    /// What fetches from git hosts; without it sources there are not reached.
    pub hosts: Option<Arc<dyn GitHosts>>,
}

/// What all builds of a server share.
struct Workshop {
    runner: Runner,
    helper: Helper,
    /// In place of all programs.
    imagine: Option<Arc<dyn Imagine>>,
    slots: Slots,
}

/// Registers builds with the engine. The running binary itself is the sandbox's helper (see `workload::HELPER_COMMAND`).
pub fn workflows(engine: &mut Engine, runner: Runner) {
    workflows_with(engine, runner, Helper::default());
}

/// As `workflows`, with another binary as the sandbox's helper.
pub fn workflows_with(engine: &mut Engine, runner: Runner, helper: Helper) {
    open(engine, Workshop { runner, helper, imagine: None, slots: Slots::default() });
}

/// Registers builds whose programs are imagined. What their sources and artifacts are unpacked into lies in `runtime_dir` as long
/// as a build takes.
pub fn imagined_workflows(engine: &mut Engine, runtime_dir: PathBuf, imagine: Arc<dyn Imagine>) {
    let runner = Runner {
        backend: Backend::Unconfined,
        runtime_dir,
        endpoint: None,
        ca_bundle: None,
        ceilings: Ceilings::default(),
        egress: None,
        hosts: None,
    };
    open(engine, Workshop { runner, helper: Helper::default(), imagine: Some(imagine), slots: Slots::default() });
}

fn open(engine: &mut Engine, shop: Workshop) {
    workspace::sweep(&shop.runner.runtime_dir);
    engine.workflow::<batch::BatchWork>();
    engine.workflow::<build::BuildWork>();
    engine.handler::<CodeBuild>(build::RUN, move |agent| job::run(&shop, agent));
}
