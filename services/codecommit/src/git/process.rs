#![allow(clippy::disallowed_methods, reason = "git's processes belong to this crate")]
use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, killpg},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

/// What a reading command may print: the list of a tree with some hundred thousand files.
const MAX_PRINTED: u64 = 64 * 1024 * 1024;
/// How long a command that reads may take.
const READING: Duration = Duration::from_secs(600);
/// What of git's complaints is passed on.
const MAX_COMPLAINT: u64 = 2000;

/// git in `folder`, with nothing of the server's environment but the path to programs, and no configuration but the
/// folder's own.
pub(crate) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.env_clear().current_dir(folder).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let fixed = [
        ("GIT_ATTR_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("LC_ALL", "C"),
        ("TZ", "UTC"),
    ];
    command.envs(fixed).env("HOME", folder);
    command
}

/// A process with its descendants, killed together when its time is over or it is dropped.
pub(crate) struct Running {
    child: Child,
    group: Pid,
    /// Set before the process is reaped: its number may be another's afterwards.
    over: Arc<Mutex<bool>>,
    _timer: Sender<()>,
    ended: Option<ExitStatus>,
}

fn kill(group: Pid, over: &Mutex<bool>) {
    let over = over.lock().unwrap_or_else(PoisonError::into_inner);
    if !*over {
        // A group that is gone already needs no killing.
        let _ = killpg(group, Signal::SIGKILL);
    }
}

impl Running {
    /// Starts the command; it may run for `limit`.
    pub(crate) fn start(command: &mut Command, limit: Duration) -> io::Result<Self> {
        let child = command.spawn()?;
        let group = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
        let over = Arc::new(Mutex::new(false));
        let (timer, fired) = channel::<()>();
        let watched = over.clone();
        thread::Builder::new().name("git-limit".into()).spawn(move || {
            if fired.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                kill(group, &watched);
            }
        })?;
        Ok(Self { child, group, over, _timer: timer, ended: None })
    }
    pub(crate) fn stdin(&mut self) -> io::Result<ChildStdin> {
        self.child.stdin.take().ok_or_else(|| io::Error::other("the process has no input"))
    }
    pub(crate) fn stdout(&mut self) -> io::Result<ChildStdout> {
        self.child.stdout.take().ok_or_else(|| io::Error::other("the process has no output"))
    }
    /// Waits for its end; what it started is killed then.
    pub(crate) fn wait(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.ended {
            return Ok(status);
        }
        while let Err(Errno::EINTR) = waitid(Id::Pid(self.group), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) {}
        kill(self.group, &self.over);
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        let status = self.child.wait()?;
        self.ended = Some(status);
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended.is_none() {
            kill(self.group, &self.over);
            // Nothing is to be done about a process that cannot be waited for.
            let _ = self.wait();
        }
    }
}

/// A file for a process's output or input, with no name.
pub(crate) fn scratch(folder: &Path) -> io::Result<File> {
    tempfile::tempfile_in(folder)
}

/// The last words that git wrote into `file`.
pub(crate) fn complaint(mut file: File) -> String {
    let mut text = Vec::new();
    let end = file.seek(SeekFrom::End(0)).unwrap_or(0);
    if file.seek(SeekFrom::Start(end.saturating_sub(MAX_COMPLAINT))).is_ok() {
        // What cannot be read is left out: it is a complaint already.
        let _ = file.take(MAX_COMPLAINT).read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// What a command that reads printed; an error if it failed.
pub(crate) fn printed(folder: &Path, arguments: &[&str]) -> io::Result<Vec<u8>> {
    finished(folder, arguments, Stdio::null(), |status| status.success())
}

/// As `printed`, of a command that says "no" by ending with 1: None then.
pub(crate) fn answered(folder: &Path, arguments: &[&str]) -> io::Result<Option<Vec<u8>>> {
    let mut no = false;
    let text = finished(folder, arguments, Stdio::null(), |status| {
        no = status.code() == Some(1);
        no || status.success()
    })?;
    Ok((!no).then_some(text))
}

/// As `printed`, of a command that reads its input from `input`.
pub(crate) fn fed(folder: &Path, arguments: &[&str], mut input: File) -> io::Result<Vec<u8>> {
    input.seek(SeekFrom::Start(0))?;
    finished(folder, arguments, input.into(), |status| status.success())
}

fn finished(folder: &Path, arguments: &[&str], stdin: Stdio, good: impl FnOnce(ExitStatus) -> bool) -> io::Result<Vec<u8>> {
    let errors = scratch(folder)?;
    let mut command = git(folder);
    command.args(arguments).stdin(stdin).stdout(Stdio::piped()).stderr(errors.try_clone()?);
    let mut running = Running::start(&mut command, READING)?;
    let mut text = Vec::new();
    running.stdout()?.take(MAX_PRINTED + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_PRINTED {
        return Err(io::Error::other(format!("git {} printed more than {MAX_PRINTED} bytes", arguments.join(" "))));
    }
    let status = running.wait()?;
    match good(status) {
        true => Ok(text),
        false => Err(io::Error::other(format!("git {} failed ({status}): {}", arguments.join(" "), complaint(errors)))),
    }
}

/// What a command made of `input`, as a file; for what may be long.
pub(crate) fn made(folder: &Path, arguments: &[&str], mut input: File) -> io::Result<File> {
    input.seek(SeekFrom::Start(0))?;
    let (mut output, errors) = (scratch(folder)?, scratch(folder)?);
    let mut command = git(folder);
    command.args(arguments).stdin(input).stdout(output.try_clone()?).stderr(errors.try_clone()?);
    match Running::start(&mut command, READING)?.wait()? {
        status if status.success() => output.seek(SeekFrom::Start(0)).map(|_| output),
        status => Err(io::Error::other(format!("git {} failed ({status}): {}", arguments.join(" "), complaint(errors)))),
    }
}

/// Starts a command that reads its input from `input` and is read from.
pub(crate) fn reading(folder: &Path, arguments: &[&str], mut input: File) -> io::Result<(Running, ChildStdout)> {
    input.seek(SeekFrom::Start(0))?;
    let mut command = git(folder);
    command.args(arguments).stdin(input).stdout(Stdio::piped());
    let mut running = Running::start(&mut command, READING)?;
    let stdout = running.stdout()?;
    Ok((running, stdout))
}
