use super::{block_on, project, workloads::Workloads};
use crate::{
    deliver::{self, Approvals},
    failure::Failure,
};
use clap::Args;
use std::{path::PathBuf, process::ExitCode};

/// Run a delivery: deploy its stacks, push its sources, follow its pipelines to the end.
///
/// State lies in DIR/.sekisho. Run again, it updates what has changed and runs the pipelines anew; cut off, it goes on.
#[derive(Args)]
pub(crate) struct Run {
    /// The folder of sekisho.yaml
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Approve this approval when it waits (repeatable)
    #[arg(long, value_name = "STAGE.ACTION")]
    approve: Vec<String>,
    /// Approve every approval: recorded as the operator's override
    #[arg(long)]
    approve_all: bool,
    #[command(flatten)]
    workloads: Workloads,
}

impl Run {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let (workload, builds) = (self.workloads.chosen(), self.workloads.builds()?);
        block_on(async {
            let mut world = project::open(&self.dir, &delivery)?;
            world.builds = builds;
            let served = world.serve(project::any_port(), false, Some(workload)).await?;
            let approvals = Approvals { all: self.approve_all, named: self.approve };
            let delivered = async {
                let mut run = deliver::Run::begin(self.dir, delivery, &world, &served).await?;
                run.deliver(&approvals).await
            };
            let result = tokio::select! {
                result = delivered => result,
                heard = super::up::interrupted() => {
                    heard.and(Err(Failure::new("stopped; what was under way goes on when you run it again")))
                }
            };
            served.stop(crate::world::PATIENCE, |_| {});
            result.map(|()| ExitCode::SUCCESS)
        })
    }
}
