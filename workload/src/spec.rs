//! What to run and within which bounds.

use std::fmt;
use std::net::SocketAddrV4;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Error;

const MAX_LISTENERS: usize = 16;
const MAX_READ_ONLY: usize = 64;
/// The kernel refuses more at `execve` anyway; said here with a better message.
const MAX_ARGUMENT_BYTES: usize = 1 << 20;

/// A program to run in a [`crate::Sandbox`]. `Debug` names the environment's variables without their values.
#[derive(Clone, Serialize, Deserialize)]
pub struct Spec {
    /// The program and its arguments. A name without a slash is looked for in the `PATH` of `env`.
    pub command: Vec<String>,
    /// The whole environment: nothing is inherited.
    pub env: Vec<(String, String)>,
    /// A folder of the host that the program may read and write. It has to belong to `user` (by number) when the
    /// caller is root, or to the caller. Make it private (mode 0700): where neither the kernel nor the file system
    /// can show other owners inside than outside, the workspace is given to an id of the sandbox's own, and that is
    /// refused for a folder that anybody else may enter.
    pub workspace: PathBuf,
    /// Where the program sees the workspace, such as `/codebuild/output`. Unconfined programs see it at its own path.
    pub workspace_at: String,
    /// The folder to start in. Unconfined, a folder below `workspace_at` means the one below `workspace`.
    pub cwd: String,
    /// More files or folders of the host to show, read-only: for tool chains outside `/usr`.
    pub read_only: Vec<ReadOnly>,
    /// The host's name inside.
    pub hostname: String,
    /// The bounds.
    pub limits: Limits,
    /// Listeners to make inside the sandbox's network; [`crate::Sandbox::take_listeners`] gives them in this order.
    /// Unconfined, each is on a free port of 127.0.0.1 of the host instead.
    pub listen: Vec<SocketAddrV4>,
    /// The user inside; 0 is root there (and nobody outside). Unconfined, the caller.
    pub user: u32,
    /// Keep the host's network: for what the operator trusts with it. Default: no network but the listeners.
    pub keep_network: bool,
    /// One stream for standard output and error, in the order they were written; otherwise two.
    pub merge_output: bool,
}

/// A file or folder of the host and the path at which a program sees it, read-only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadOnly {
    /// Where it is.
    pub host: PathBuf,
    /// Where the program sees it.
    pub inside: String,
}

/// Bounds of one sandbox, over all of its processes unless said otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Memory, with what is written to the private `/tmp`.
    pub memory_bytes: u64,
    /// Processes and threads at once.
    pub processes: u32,
    /// Processor time of all processes together.
    pub cpu_time: Option<Duration>,
    /// Thousandths of a processor, where the kernel's groups allow (see [`crate::probe`]).
    pub cpu_millis: Option<u32>,
    /// Time from the start to the end of all.
    pub wall_time: Duration,
    /// Size of any one file.
    pub file_size: u64,
    /// What the workspace may take on disk, with what is in it at the start. Added up at intervals, so that a fast
    /// writer may exceed it for a moment.
    pub disk_bytes: u64,
    /// Descriptors that any one process may have open.
    pub open_files: u64,
    /// Size of the private `/tmp`, `/var/tmp`, `/run`, `/dev/shm` and home together.
    pub tmp_bytes: u64,
}

impl Default for Limits {
    /// The smallest general machine of CodeBuild and its default time limit.
    fn default() -> Self {
        Limits {
            memory_bytes: 3 << 30,
            processes: 4096,
            cpu_time: None,
            cpu_millis: None,
            wall_time: Duration::from_secs(3600),
            file_size: 16 << 30,
            disk_bytes: 64 << 30,
            open_files: 65_536,
            tmp_bytes: 1 << 30,
        }
    }
}

impl Spec {
    /// A program with the given workspace, started in it, and defaults for everything else.
    pub fn new(command: Vec<String>, workspace: impl Into<PathBuf>, workspace_at: impl Into<String>) -> Self {
        let workspace_at = workspace_at.into();
        Spec {
            command,
            env: Vec::new(),
            workspace: workspace.into(),
            cwd: workspace_at.clone(),
            workspace_at,
            read_only: Vec::new(),
            hostname: "sandbox".into(),
            limits: Limits::default(),
            listen: Vec::new(),
            user: 0,
            keep_network: false,
            merge_output: true,
        }
    }

    /// The spec with its host paths resolved, or what is wrong with it.
    pub(crate) fn resolved(mut self) -> Result<Spec, Error> {
        self.check().map_err(Error::Spec)?;
        self.workspace = resolve(&self.workspace)?;
        if !self.workspace.is_dir() {
            return Err(Error::Spec(format!("the workspace {} is not a folder", self.workspace.display())));
        }
        for bind in &mut self.read_only {
            bind.host = resolve(&bind.host)?;
        }
        Ok(self)
    }

    fn check(&self) -> Result<(), String> {
        if self.command.first().is_none_or(String::is_empty) {
            return Err("the command is empty".into());
        }
        let strings = self.command.iter().chain(self.env.iter().flat_map(|(name, value)| [name, value]));
        let mut bytes = 0;
        for string in strings {
            bytes += string.len() + 2;
            if string.contains('\0') {
                return Err("the command or the environment has a NUL character, which no program can receive".into());
            }
        }
        if bytes > MAX_ARGUMENT_BYTES {
            return Err(format!("the command and its environment have {bytes} bytes, {MAX_ARGUMENT_BYTES} are allowed"));
        }
        if let Some((name, _)) = self.env.iter().find(|(name, _)| name.is_empty() || name.contains('=')) {
            return Err(format!("{name:?} is no name for an environment variable"));
        }
        if self.hostname.is_empty() || self.hostname.len() > 63 {
            return Err("the host name needs 1 to 63 characters".into());
        }
        if !self.hostname.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.') {
            return Err(format!("the host name {:?} may have letters, digits, dots and hyphens only", self.hostname));
        }
        if self.listen.len() > MAX_LISTENERS || self.read_only.len() > MAX_READ_ONLY {
            return Err(format!("at most {MAX_LISTENERS} listeners and {MAX_READ_ONLY} read-only paths are allowed"));
        }
        if self.user >= 65_534 {
            return Err(format!("the user {} is not below 65534", self.user));
        }
        inside_path(&self.workspace_at)?;
        if !Path::new(&self.cwd).is_absolute() {
            return Err(format!("the folder to start in, {:?}, is not absolute", self.cwd));
        }
        for bind in &self.read_only {
            inside_path(&bind.inside)?;
            // Made before the workspace is there, so that no link in it can lead anywhere.
            if Path::new(&bind.inside).starts_with(&self.workspace_at) {
                return Err(format!("the read-only path {:?} lies in the workspace", bind.inside));
            }
        }
        Ok(())
    }

    /// `cwd` as an unconfined program has to see it.
    pub(crate) fn unconfined_cwd(&self) -> PathBuf {
        match Path::new(&self.cwd).strip_prefix(&self.workspace_at) {
            Ok(below) => self.workspace.join(below),
            Err(_) => PathBuf::from(&self.cwd),
        }
    }
}

/// Absolute, plain, and not on top of what the sandbox itself provides.
fn inside_path(path: &str) -> Result<(), String> {
    let plain = Path::new(path).components().skip(1).all(|part| matches!(part, Component::Normal(_)));
    let own = ["/", "/proc", "/dev", "/etc", "/usr", "/tmp", "/run", "/var", "/root", "/sys"];
    if !path.starts_with('/') || !plain || own.iter().any(|taken| Path::new(taken) == Path::new(path)) {
        return Err(format!("{path:?} is no place inside: it has to be absolute, without `..`, and none of {own:?}"));
    }
    Ok(())
}

fn resolve(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|e| Error::Spec(format!("the host's path {}: {e}", path.display())))
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.env.iter().map(|(name, _)| name).collect();
        f.debug_struct("Spec")
            .field("command", &self.command)
            .field("env", &names)
            .field("workspace", &self.workspace)
            .field("workspace_at", &self.workspace_at)
            .field("cwd", &self.cwd)
            .field("read_only", &self.read_only)
            .field("hostname", &self.hostname)
            .field("limits", &self.limits)
            .field("listen", &self.listen)
            .field("user", &self.user)
            .field("keep_network", &self.keep_network)
            .field("merge_output", &self.merge_output)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> Spec {
        Spec::new(vec!["/bin/true".into()], "/tmp", "/codebuild/output")
    }

    #[test]
    fn a_plain_spec_is_accepted() {
        spec().resolved().unwrap();
    }

    #[test]
    fn wrong_specs_say_what_is_wrong() {
        let wrong = |change: fn(&mut Spec), part: &str| {
            let mut spec = spec();
            change(&mut spec);
            let message = spec.resolved().unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        };
        wrong(|s| s.command.clear(), "the command is empty");
        wrong(|s| s.command.push("a\0b".into()), "NUL");
        wrong(|s| s.env.push(("A=B".into(), String::new())), "\"A=B\"");
        wrong(|s| s.workspace_at = "/a/../etc".into(), "no place inside");
        wrong(|s| s.workspace_at = "/usr/".into(), "no place inside");
        wrong(|s| s.workspace_at = "relative".into(), "no place inside");
        wrong(|s| s.workspace = "/not/there".into(), "/not/there");
        wrong(|s| s.workspace = "/etc/passwd".into(), "not a folder");
        wrong(|s| s.cwd = "here".into(), "not absolute");
        wrong(|s| s.hostname = "a b".into(), "host name");
        wrong(|s| s.env.push(("A".into(), "x".repeat(2 << 20))), "bytes");
        wrong(|s| s.read_only.push(ReadOnly { host: "/opt".into(), inside: "/codebuild/output/x".into() }), "lies in the workspace");
    }

    #[test]
    fn debug_shows_no_values_of_the_environment() {
        let mut spec = spec();
        spec.env.push(("TOKEN".into(), "hush".into()));
        let text = format!("{spec:?}");
        assert!(text.contains("TOKEN") && !text.contains("hush"), "{text}");
    }

    #[test]
    fn an_unconfined_program_starts_in_the_workspace_itself() {
        let mut spec = spec();
        spec.cwd = "/codebuild/output/src".into();
        assert_eq!(spec.unconfined_cwd(), Path::new("/tmp/src"));
        spec.cwd = "/var".into();
        assert_eq!(spec.unconfined_cwd(), Path::new("/var"));
    }
}
