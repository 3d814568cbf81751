//! The caller's side: starts the helper, gives it its order, and waits for its answers.

use std::collections::BTreeSet;
use std::fmt;
use std::io::PipeReader;
use std::net::{Shutdown, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cgroup::Plan;
use crate::order::{Answer, Identity, Order};
use crate::{Backend, Error, Exit, HELPER_COMMAND, Level, Spec, channel};

/// The binary that [`crate::helper_main`] runs in, and the arguments that lead there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Helper {
    /// The binary.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

impl Helper {
    /// Another binary, whose `main` knows [`HELPER_COMMAND`].
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Helper { program: program.into(), arguments: vec![HELPER_COMMAND.into()] }
    }
}

impl Default for Helper {
    /// The running binary itself.
    fn default() -> Self {
        Helper::at("/proc/self/exe")
    }
}

/// What the program writes. Reading ends when the whole tree has ended.
pub struct Output {
    /// Standard output; with `merge_output`, standard error too.
    pub stdout: PipeReader,
    /// Standard error, unless merged.
    pub stderr: Option<PipeReader>,
}

/// A running sandbox. Dropping it kills the tree and waits until it is gone.
pub struct Sandbox {
    level: Level,
    socket: Arc<UnixStream>,
    helper: Child,
    output: Option<Output>,
    listeners: Vec<TcpListener>,
    exit: Option<Exit>,
    /// The user ids that the tree has while it lives.
    _ids: Option<Ids>,
}

/// Ends a sandbox from anywhere, any number of times, also after its end.
#[derive(Clone)]
pub struct Killer(Arc<UnixStream>);

impl Killer {
    /// Kills the whole tree; [`Sandbox::wait`] then returns.
    pub fn kill(&self) {
        // The helper sees the end of its orders. An error means that it is gone already.
        let _ = self.0.shutdown(Shutdown::Write);
    }
}

impl Sandbox {
    /// Starts a program with the caller's own binary as the helper.
    pub fn start(spec: Spec, backend: &Backend) -> Result<Sandbox, Error> {
        Sandbox::start_with(spec, backend, &Helper::default())
    }

    /// Starts a program with another helper.
    pub fn start_with(spec: Spec, backend: &Backend, helper: &Helper) -> Result<Sandbox, Error> {
        let (level, groups) = backend.decide(helper)?;
        Sandbox::start_at(spec, level, groups, helper)
    }

    pub(crate) fn start_at(spec: Spec, level: Level, groups: Option<Plan>, helper: &Helper) -> Result<Sandbox, Error> {
        let spec = spec.resolved()?;
        let listeners = spec.listen.len();
        let (ids, identity) = identity(level, spec.user)?;
        let trouble = |what: &str, e: std::io::Error| Error::Helper(format!("{what}: {e}"));
        let (ours, theirs) = UnixStream::pair().map_err(|e| trouble("making its sockets", e))?;
        let (stdout, write_out) = std::io::pipe().map_err(|e| trouble("making a pipe", e))?;
        let (stderr, write_error) = if spec.merge_output {
            (None, write_out.try_clone().map_err(|e| trouble("copying a pipe", e))?)
        } else {
            let (read, write) = std::io::pipe().map_err(|e| trouble("making a pipe", e))?;
            (Some(read), write)
        };
        let child = Command::new(&helper.program)
            .args(&helper.arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(write_out)
            .stderr(write_error)
            .spawn()
            .map_err(|e| trouble(&format!("starting {}", helper.program.display()), e))?;
        let mut sandbox = Sandbox {
            level,
            socket: Arc::new(ours),
            helper: child,
            output: Some(Output { stdout, stderr }),
            listeners: Vec::new(),
            exit: None,
            _ids: ids,
        };
        let order = Order { spec, level, identity, groups, name: unique_name() };
        channel::send(&sandbox.socket, &order, channel::NONE).map_err(|e| trouble("giving it its order", e))?;
        match channel::receive(&sandbox.socket) {
            Ok((Answer::Started, descriptors)) if descriptors.len() == listeners => {
                sandbox.listeners = descriptors.into_iter().map(TcpListener::from).collect();
                Ok(sandbox)
            }
            Ok((Answer::Failed(failure), _)) => Err(failure.into()),
            Ok(_) => Err(Error::Helper("it answered out of turn".into())),
            Err(e) => Err(trouble("waiting for the start", e)),
        }
    }

    /// How well this sandbox is isolated.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The listeners of [`Spec::listen`], in that order: whoever connects to them is in this sandbox. (Unconfined
    /// and with `keep_network`, they are on free ports of the host's 127.0.0.1.) Empty the second time.
    pub fn take_listeners(&mut self) -> Vec<TcpListener> {
        std::mem::take(&mut self.listeners)
    }

    /// What the program writes; `None` the second time. Not reading blocks the program once the pipe is full.
    pub fn take_output(&mut self) -> Option<Output> {
        self.output.take()
    }

    /// A handle that ends the sandbox from another thread.
    pub fn killer(&self) -> Killer {
        Killer(Arc::clone(&self.socket))
    }

    /// Kills the whole tree; [`Sandbox::wait`] then returns.
    pub fn kill(&self) {
        self.killer().kill();
    }

    /// Waits until the whole tree has ended. The same answer again when called again.
    pub fn wait(&mut self) -> Result<Exit, Error> {
        if let Some(exit) = self.exit {
            return Ok(exit);
        }
        let answer = channel::receive(&self.socket);
        let status = self.helper.wait().map_err(|e| Error::Helper(format!("waiting for its end: {e}")))?;
        match answer {
            Ok((Answer::Ended(exit), _)) => {
                self.exit = Some(exit);
                Ok(exit)
            }
            Ok((Answer::Failed(failure), _)) => Err(failure.into()),
            Ok((Answer::Started, _)) => Err(Error::Helper("it answered out of turn".into())),
            Err(e) => Err(Error::Helper(format!("it ended ({status}) without an answer: {e}"))),
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.kill();
        // The helper ends only when the tree has.
        let _ = self.helper.wait();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("level", &self.level).field("helper", &self.helper.id()).finish()
    }
}

/// Removes the control groups that sandboxes of a killed server left. [`crate::probe`] does it too.
pub fn sweep() {
    if let Ok(plan) = Plan::find() {
        plan.sweep();
    }
}

fn unique_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn identity(level: Level, user: u32) -> Result<(Option<Ids>, Identity), Error> {
    let root = nix::unistd::geteuid().is_root();
    match level {
        Level::Unconfined | Level::Restricted => Ok((None, Identity::Caller)),
        Level::Full | Level::Namespaces if !root => Ok((None, Identity::Caller)),
        Level::RootNoUserNs if !root => {
            Err(Error::Setup { step: "namespaces without users'".into(), reason: "only root can make them".into() })
        }
        _ => {
            let ids = Ids::take().ok_or_else(|| Error::Setup {
                step: "giving the sandbox user ids of its own".into(),
                reason: "too many sandboxes run at once".into(),
            })?;
            let base = ids.base();
            let bare = level == Level::RootNoUserNs;
            Ok((Some(ids), if bare { Identity::Bare { id: base + user } } else { Identity::Range { base } }))
        }
    }
}

/// A range of 65,536 host ids that no other sandbox of this process has.
pub(crate) struct Ids(u32);

static TAKEN: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

impl Ids {
    /// Where container ranges usually start, and how many fit below the ids that are reserved.
    const FIRST: u32 = 0x0008_0000;
    const COUNT: u32 = 0x6fff;

    fn take() -> Option<Ids> {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        // Servers on one machine start at different places.
        let start = std::process::id().wrapping_mul(257);
        let slot = (0..Self::COUNT).map(|n| start.wrapping_add(n) % Self::COUNT).find(|slot| !taken.contains(slot))?;
        taken.insert(slot);
        Some(Ids(slot))
    }

    /// Whether a host id is one that sandboxes are given.
    pub(crate) fn contain(id: u32) -> bool {
        (Self::FIRST..Self::FIRST + Self::COUNT * 0x1_0000).contains(&id)
    }

    fn base(&self) -> u32 {
        Self::FIRST + self.0 * 0x1_0000
    }
}

impl Drop for Ids {
    fn drop(&mut self) {
        TAKEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sandbox_has_ids_of_its_own() {
        let (a, b) = (Ids::take().unwrap(), Ids::take().unwrap());
        assert!(a.base().abs_diff(b.base()) >= 0x1_0000);
        assert!(Ids::contain(a.base()) && Ids::contain(a.base() + 0xffff) && !Ids::contain(1000));
        let slot = a.0;
        drop(a);
        assert!(!TAKEN.lock().unwrap().contains(&slot));
    }
}
