//! A copy of the example, and the processes that serve it one after another.

use base::Secret;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use wire::sigv4::Credentials;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cross-account");
const SOON: Duration = Duration::from_secs(30);

pub(crate) struct Place {
    top: TempDir,
    /// The points to end the next processes at.
    plan: Vec<u64>,
    trace: Option<PathBuf>,
    child: Option<(Child, SocketAddr)>,
    said: Vec<String>,
    starts: usize,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != ".sekisho") {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Place {
    /// In memory where that can be: an aborted process loses nothing that it has written.
    pub(crate) fn new(plan: Vec<u64>, trace: Option<&str>) -> Self {
        let memory = Path::new("/dev/shm");
        let top = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let place = Self {
            plan: plan.into_iter().rev().collect(),
            trace: trace.map(|name| top.path().join(name)),
            child: None,
            said: Vec::new(),
            starts: 0,
            top,
        };
        copy(Path::new(EXAMPLE), &place.folder());
        place
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.top.path().join("delivery")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.top.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join(name)).unwrap()
    }

    /// The address of a server that runs; one is started if the last one was ended.
    pub(crate) fn address(&mut self) -> Result<SocketAddr, String> {
        let until = Instant::now() + SOON;
        loop {
            if let Some((child, address)) = &mut self.child {
                if child.try_wait().unwrap().is_none() {
                    return Ok(*address);
                }
                self.gone();
            }
            self.start();
            if Instant::now() > until {
                return Err(format!("the server does not start: {}", self.said.join("\n")));
            }
        }
    }

    /// Waits for the end of a server that broke a connection: only a planned crash does.
    pub(crate) fn broken(&mut self) -> Result<(), String> {
        let until = Instant::now() + SOON;
        while let Some((child, _)) = &mut self.child {
            if child.try_wait().unwrap().is_some() {
                self.gone();
            } else if Instant::now() > until {
                return Err("a connection broke, and the server goes on".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn gone(&mut self) {
        let Some((mut child, _)) = self.child.take() else { return };
        let mut said = String::new();
        let _ = child.stderr.take().unwrap().read_to_string(&mut said);
        self.said.push(said);
    }

    fn start(&mut self) {
        self.starts += 1;
        let binary = std::env::var_os("SEKISHO").unwrap_or_else(|| env!("CARGO_BIN_EXE_sekisho").into());
        let mut command = Command::new(binary);
        command
            .args(["up", "--listen", "127.0.0.1:0", "--dir"])
            .arg(self.folder())
            .env("SEKISHO_CONFIG_DIR", self.path("config"))
            .env("SEKISHO_RUNTIME_DIR", self.top.path())
            .env_remove("SEKISHO_CRASH_AT")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(at) = self.plan.pop() {
            command.env("SEKISHO_CRASH_AT", at.to_string());
        }
        if let Some(trace) = &self.trace {
            command.env("SEKISHO_CRASH_TRACE", trace);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().transpose().unwrap().unwrap_or_default();
        let address = first.split("https://").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|a| a.parse().ok());
        match address {
            Some(address) => {
                // The last line before it serves; what it prints later is read too, so that it never waits for a reader.
                let (told, ready) = mpsc::channel();
                std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(told.send(line))));
                while ready.recv_timeout(SOON).is_ok_and(|line| !line.contains("CA bundle")) {}
                self.child = Some((child, address));
            }
            None => {
                child.wait().unwrap();
                self.child = Some((child, SocketAddr::from(([127, 0, 0, 1], 0))));
                self.gone();
            }
        }
    }

    /// The points at which processes were ended.
    pub(crate) fn ended(&self) -> Vec<String> {
        let points = self.said.iter().flat_map(|said| said.lines()).filter_map(|line| line.split("ended on purpose at point ").nth(1));
        points.filter_map(|point| point.split_once(": ")).map(|(_, name)| name.to_string()).collect()
    }

    /// What processes said that were not ended on purpose, or beside that.
    pub(crate) fn complaints(&self) -> Vec<&str> {
        let lines = self.said.iter().flat_map(|said| said.lines());
        lines.filter(|line| line.contains("panicked") || line.contains("sekisho: ") && !line.contains("ended on purpose")).collect()
    }

    /// How many points a run has passed.
    pub(crate) fn traced(&self) -> usize {
        self.trace.as_ref().map_or(0, |path| fs::read_to_string(path).unwrap().lines().count())
    }

    fn keys(&self) -> PathBuf {
        fs::read_dir(self.path("config/servers")).unwrap().next().unwrap().unwrap().path()
    }

    pub(crate) fn authority(&self) -> PathBuf {
        self.keys().join("ca.pem")
    }

    pub(crate) fn operator(&self) -> Credentials {
        let keys: Value = serde_json::from_slice(&fs::read(self.keys().join("operator.json")).unwrap()).unwrap();
        let text = |name: &str| keys[name].as_str().unwrap().to_string();
        Credentials { access_key_id: text("access_key_id"), secret_access_key: Secret::new(text("secret_access_key")), session_token: None }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
