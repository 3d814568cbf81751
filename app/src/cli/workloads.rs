//! How builds are run, what they may have and where they may go: what `run` and `up` are told alike.

use crate::{
    egress::Host,
    failure::Failure,
    git_hosts::StandIn,
    world::{Builds, Workload},
};
use clap::Args;
use std::str::FromStr;
use workload::{Ceiling, Ceilings, Level};

#[derive(Args)]
pub(crate) struct Workloads {
    /// How builds are run
    #[arg(long, value_enum, default_value = "isolated")]
    workload: Workload,
    #[command(flatten)]
    minimum: Minimum,
    /// The most that any build may have; may be given again. Names: memory, processes, cpus, cpu-time, disk, tmp, file-size, open-files;
    /// as memory=4GiB, cpu-time=30m [env: SEKISHO_LIMITS, with commas]
    #[arg(long, value_name = "NAME=VALUE")]
    limit: Vec<Ceiling>,
    /// A host that builds may reach whose project asks for it in SEKISHO_EGRESS: a name, *.NAME or an address, at ports 443 and 80 or the
    /// one given; may be given again [env: SEKISHO_ALLOW_EGRESS, with commas]
    #[arg(long, value_name = "HOST[:PORT]")]
    allow_egress: Vec<Host>,
    /// A git host that builds' sources are fetched from in place of another, such as https://github.com=https://git.example; the same on
    /// both sides allows a host in a private network; may be given again [env: SEKISHO_GIT_HOSTS, with commas]
    #[arg(long, value_name = "URL=URL")]
    git_host: Vec<StandIn>,
}

#[derive(Args)]
pub(crate) struct Minimum {
    /// The least isolation of builds: A, B, C or D, as `sekisho doctor` shows them; C where nothing is said [env: SEKISHO_MIN_ISOLATION]
    #[arg(long, value_name = "LEVEL")]
    min_isolation: Option<Level>,
}

impl Minimum {
    pub(crate) fn level(&self) -> Result<Level, Failure> {
        let set = match self.min_isolation {
            Some(level) => Some(level),
            None => listed("SEKISHO_MIN_ISOLATION")?.pop(),
        };
        Ok(set.unwrap_or(Builds::default().minimum))
    }
}

impl Workloads {
    /// Warns of what is not isolated.
    pub(crate) fn chosen(&self) -> Workload {
        if self.workload == Workload::Unconfined {
            eprintln!("warning: builds run unconfined: as plain processes of this user, with all that this user may do");
        }
        self.workload
    }

    pub(crate) fn builds(&self) -> Result<Builds, Failure> {
        let minimum = self.minimum.level()?;
        if self.workload == Workload::Isolated && minimum == Level::Restricted {
            eprintln!("warning: builds may run at isolation level D: other processes are seen; `sekisho doctor` tells more");
        }
        let mut ceilings = Ceilings::default();
        listed("SEKISHO_LIMITS")?.iter().chain(&self.limit).for_each(|ceiling| ceilings.add(ceiling));
        let egress = listed("SEKISHO_ALLOW_EGRESS")?.into_iter().chain(self.allow_egress.iter().cloned()).collect();
        let git_hosts = listed("SEKISHO_GIT_HOSTS")?.into_iter().chain(self.git_host.iter().cloned()).collect();
        Ok(Builds { minimum, ceilings, egress, git_hosts })
    }
}

/// The members of a variable's list; an unset or empty one has none.
fn listed<T: FromStr<Err = String>>(name: &str) -> Result<Vec<T>, Failure> {
    let text = match std::env::var(name) {
        Ok(text) => text,
        Err(std::env::VarError::NotPresent) => return Ok(Vec::new()),
        Err(e) => return Err(Failure::unusable(format!("{name}: {e}"))),
    };
    let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
    members.map(|member| member.parse().map_err(|e| Failure::unusable(format!("{name}: {e}")))).collect()
}
