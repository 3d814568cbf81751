//! What the server and its helper, and the helper and the sandbox's first process, say to each other.

use serde::{Deserialize, Serialize};

use crate::cgroup::Plan;
use crate::error::Failure;
use crate::{Exit, Level, Spec};

/// The server's one message: what to start and how.
#[derive(Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) spec: Spec,
    pub(crate) level: Level,
    pub(crate) identity: Identity,
    /// Groups that bound the tree, where there are any.
    pub(crate) groups: Option<Plan>,
    /// Unique on the machine: names the groups.
    pub(crate) name: String,
}

/// Who the program is on the host.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Identity {
    /// A range of host ids, from `base`, of which root may give one to each sandbox.
    Range { base: u32 },
    /// The caller itself, under the number that the spec names.
    Caller,
    /// A plain unprivileged id of the host, without a user namespace.
    Bare { id: u32 },
}

/// The helper's messages to the server.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The program runs; the listeners come with it.
    Started,
    /// It does not.
    Failed(Failure),
    /// It ended.
    Ended(Exit),
}

/// The messages of the sandbox's first process to the helper.
#[derive(Serialize, Deserialize)]
pub(crate) enum Report {
    /// The program runs; the listeners and the sandbox's `/proc` come with it.
    Ready,
    Failed(Failure),
    /// The program's status as `waitpid` tells it.
    Status(i32),
}
