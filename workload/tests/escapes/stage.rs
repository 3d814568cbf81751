//! What there is outside to be reached, all of it the test's own.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use tempfile::TempDir;
use workload::{Backend, Exit, Helper, Level, ReadOnly, Sandbox, Spec};

/// Where the sandbox's helper and the program of the attempts lie.
pub struct Programs {
    pub sandbox: PathBuf,
    pub attempts: PathBuf,
}

impl Programs {
    pub fn built() -> Self {
        Programs { sandbox: env!("CARGO_BIN_EXE_workload-sandbox").into(), attempts: env!("CARGO_BIN_EXE_workload-attempts").into() }
    }

    pub fn helper(&self) -> Helper {
        Helper::at(&self.sandbox)
    }
}

/// The outside.
pub struct Stage {
    folder: TempDir,
    victim: Child,
    other: Sandbox,
    other_workspace: TempDir,
    pub tcp: String,
    pub udp: String,
    pub abstract_name: String,
    /// The workspace's folder as the attempt sees it: changes between outside and inside.
    own: PathBuf,
    _open: Vec<OwnedFd>,
}

pub const BEST: Backend = Backend::Isolated { minimum: Level::RootNoUserNs };
const WORKSPACE: &str = "/codebuild/output";
const CREDENTIALS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(169, 254, 170, 2), 80);

fn workspace() -> TempDir {
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o700)).tempdir().unwrap()
}

impl Stage {
    pub fn set(programs: &Programs) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("shown")).unwrap();
        fs::write(folder.path().join("secret"), "hush").unwrap();
        fs::write(folder.path().join("shown/file"), "as it was").unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let tcp = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let _ = stream.read_to_string(&mut String::new()).and_then(|_| stream.write_all(b"hello"));
            }
        });
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let udp = socket.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let mut bytes = [0; 16];
            while let Ok((count, from)) = socket.recv_from(&mut bytes) {
                let _ = socket.send_to(&bytes[..count], from);
            }
        });
        let abstract_name = folder.path().to_string_lossy().into_owned();
        let by_name = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&abstract_name).unwrap()).unwrap();
        let by_path = UnixListener::bind(folder.path().join("socket")).unwrap();
        // What a careless server would leave open for its children.
        let secret = fs::File::open(folder.path().join("secret")).unwrap();
        let copy = fcntl(secret.as_fd(), FcntlArg::F_DUPFD(200)).unwrap();
        // SAFETY: the descriptor was just made and is owned by nobody else.
        let copy = unsafe { <OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(copy) };
        fcntl(copy.as_fd(), FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
        let victim = Command::new("/bin/sleep").arg("1000").spawn().unwrap();
        let other_workspace = workspace();
        let text = format!("{} > ready; exec sleep 1001.{}", "echo a", std::process::id());
        let mut spec = Spec::new(vec!["/bin/sh".into(), "-c".into(), text], other_workspace.path(), WORKSPACE);
        spec.listen = vec![CREDENTIALS];
        let mut other = Sandbox::start_with(spec, &BEST, &programs.helper()).unwrap();
        std::mem::forget(other.take_output());
        let stage = Stage {
            own: folder.path().join("own"),
            folder,
            victim,
            other,
            other_workspace,
            tcp,
            udp,
            abstract_name,
            _open: vec![by_name.into(), by_path.into(), copy],
        };
        eventually(|| !stage.other_process().is_empty() && Path::new(&stage.other_file()).exists());
        stage
    }

    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// A place in the attempt's own folder.
    pub fn own(&self, name: &str) -> String {
        self.own.join(name).to_string_lossy().into_owned()
    }

    /// A file that is shown to sandboxes, read-only.
    pub fn shown(&self) -> String {
        if self.own == Path::new(WORKSPACE) { "/shown/file".into() } else { self.file("shown/file") }
    }

    pub fn victim(&self) -> String {
        self.victim.id().to_string()
    }

    /// A process, and a place in its memory that can be read.
    pub fn memory(&self) -> String {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.victim.id())).unwrap_or_default();
        let readable = maps.lines().find(|line| line.contains(" r")).and_then(|line| line.split('-').next()).unwrap_or("0");
        format!("{}:{}", self.victim.id(), usize::from_str_radix(readable, 16).unwrap())
    }

    /// The number that a process of the other build has on the host.
    pub fn other_process(&self) -> String {
        let marker = format!("1001.{}", std::process::id());
        let mut folders = fs::read_dir("/proc").unwrap().flatten();
        let found =
            folders.find(|folder| fs::read_to_string(folder.path().join("cmdline")).is_ok_and(|text| text == format!("sleep\0{marker}\0")));
        found.map(|folder| folder.file_name().to_string_lossy().into_owned()).unwrap_or_default()
    }

    pub fn other_file(&self) -> String {
        self.other_workspace.path().join("ready").to_string_lossy().into_owned()
    }

    pub fn credentials(&self) -> String {
        CREDENTIALS.to_string()
    }

    /// Whether all that was to be reached is as it was.
    pub fn intact(&mut self) -> bool {
        self.victim.try_wait().unwrap().is_none() && !self.other_process().is_empty()
    }

    /// Runs an attempt as a plain program. Whether it succeeded, and what it said.
    pub fn outside(&mut self, programs: &Programs, attempt: &str, argument: fn(&Stage) -> String) -> (bool, String) {
        let folder = tempfile::tempdir().unwrap();
        self.own = folder.path().into();
        let output = plainly(&programs.attempts).args([attempt, &argument(self)]).current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (output.status.success() && lives_on(attempt, folder.path()), text)
    }

    /// Runs it in a sandbox.
    pub fn inside(&mut self, programs: &Programs, attempt: &str, argument: fn(&Stage) -> String) -> (bool, String) {
        let workspace = workspace();
        self.own = WORKSPACE.into();
        let command = vec!["/attempts".into(), attempt.into(), argument(self)];
        let mut spec = Spec::new(command, workspace.path(), WORKSPACE);
        spec.read_only = vec![
            ReadOnly { host: programs.attempts.clone(), inside: "/attempts".into() },
            ReadOnly { host: self.folder.path().join("shown"), inside: "/shown".into() },
        ];
        spec.limits.memory_bytes = 64 << 20;
        spec.limits.processes = 40;
        spec.limits.disk_bytes = 16 << 20;
        spec.limits.wall_time = Duration::from_secs(60);
        let mut sandbox = Sandbox::start_with(spec, &BEST, &programs.helper()).unwrap();
        let mut text = String::new();
        sandbox.take_output().unwrap().stdout.read_to_string(&mut text).unwrap();
        let exit = sandbox.wait().unwrap();
        let done = exit.code == Some(0) && lives_on(attempt, workspace.path());
        (done, if exit.code == Some(0) { "ended with its parents".into() } else { said(&text, exit) })
    }

    /// How well sandboxes are isolated here.
    pub fn level(&self) -> Level {
        self.other.level()
    }

    /// A build reaches the credentials that are its own.
    pub fn own_credentials(&self, programs: &Programs) -> String {
        let workspace = workspace();
        let mut spec = Spec::new(vec!["/attempts".into(), "connect".into(), self.credentials()], workspace.path(), WORKSPACE);
        spec.read_only = vec![ReadOnly { host: programs.attempts.clone(), inside: "/attempts".into() }];
        spec.listen = vec![CREDENTIALS];
        let mut sandbox = Sandbox::start_with(spec, &BEST, &programs.helper()).unwrap();
        let listener = sandbox.take_listeners().remove(0);
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_to_string(&mut String::new()).unwrap();
        stream.write_all(b"keys").unwrap();
        drop(stream);
        let mut text = String::new();
        sandbox.take_output().unwrap().stdout.read_to_string(&mut text).unwrap();
        sandbox.wait().unwrap();
        text.trim().to_owned()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.victim.kill().and_then(|()| self.victim.wait());
    }
}

/// A program of the host; as root in a mount namespace and with a host name of its own, as an attempt that succeeds must
/// not change the machine.
fn plainly(program: &Path) -> Command {
    if !nix::unistd::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--uts", "--propagation", "private"]).arg(program);
    command
}

/// What a daemon does only when it outlives its parents.
fn lives_on(attempt: &str, folder: &Path) -> bool {
    if attempt != "daemon-outlives" {
        return true;
    }
    std::thread::sleep(Duration::from_millis(1500));
    folder.join("alive").exists()
}

fn said(text: &str, exit: Exit) -> String {
    match exit.exceeded {
        Some(bound) => format!("ended: {bound}"),
        None => text.trim().lines().next().unwrap_or_default().to_owned(),
    }
}

fn eventually(check: impl Fn() -> bool) {
    for _ in 0..2000 {
        if check() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the stage is not set in time");
}
