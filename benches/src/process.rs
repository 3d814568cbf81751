//! A delivery of its own for the bench, and servers that end with it.

use crate::Result;
use serde_json::Value;
use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// `examples/quickstart`, copied into a folder that goes with the bench.
pub(crate) struct Delivery {
    binary: PathBuf,
    home: tempfile::TempDir,
}

/// A server that ends with the bench.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process until it accepted a connection, and until it had answered a call.
    pub(crate) accepted: Duration,
    pub(crate) answered: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        match entry.file_type()?.is_dir() {
            true if name != ".sekisho" => copy(&entry.path(), &to.join(&name))?,
            true => {}
            false => {
                fs::copy(entry.path(), to.join(&name))?;
            }
        }
    }
    Ok(())
}

pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl Delivery {
    pub(crate) fn copied() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no root")?;
        let binary = std::env::var_os("SEKISHO").map_or_else(|| root.join("target/release/sekisho"), PathBuf::from);
        let delivery = Self { binary, home: tempfile::tempdir()? };
        copy(&root.join("examples/quickstart"), &delivery.folder())?;
        Ok(delivery)
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("quickstart")
    }

    pub(crate) fn sekisho(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env("SEKISHO_CONFIG_DIR", self.config()).current_dir(self.folder());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// `sekisho run`, and how long it took.
    pub(crate) fn run(&self) -> Result<Duration> {
        let begun = Instant::now();
        if !self.sekisho(&["run", "."]).status()?.success() {
            return Err("the quickstart failed".into());
        }
        Ok(begun.elapsed())
    }

    /// Runs it, unless it was run.
    pub(crate) fn made(&self) -> Result<()> {
        if !self.folder().join(".sekisho").exists() {
            self.run()?;
        }
        Ok(())
    }

    /// The folder of the authority that its servers' certificates come from.
    pub(crate) fn config(&self) -> PathBuf {
        self.home.path().join("config")
    }

    /// `sekisho up`.
    pub(crate) fn up(&self) -> Result<Server> {
        let address = free_address()?;
        let begun = Instant::now();
        let child = self.sekisho(&["up", "--listen", &address.to_string()]).stdout(Stdio::piped()).spawn()?;
        let mut server = Server { child, address, accepted: Duration::ZERO, answered: Duration::ZERO };
        let mut stream = loop {
            match TcpStream::connect(address) {
                Ok(stream) => break stream,
                Err(_) if begun.elapsed() > Duration::from_secs(60) => return Err("the server does not listen".into()),
                Err(_) => thread::sleep(Duration::from_micros(200)),
            }
        };
        server.accepted = begun.elapsed();
        // Without a signature: refused, and recorded like any other call.
        stream.write_all(
            b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 43\r\n\r\n\
              Action=GetCallerIdentity&Version=2011-06-15",
        )?;
        if stream.read(&mut [0; 512])? == 0 {
            return Err("the server did not answer".into());
        }
        server.answered = begun.elapsed();
        Ok(server)
    }

    /// The credentials of an administrator of the delivery's account, as variables.
    pub(crate) fn environment(&self) -> Result<Value> {
        let env = self.sekisho(&["env", "dev", "--output", "json"]).stdout(Stdio::piped()).output()?;
        Ok(serde_json::from_slice(&env.stdout)?)
    }
}

impl Server {
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse::<f64>()? / 1024.0)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it in order: the transactions that it committed, in how many flushes, and the milliseconds of each.
    pub(crate) fn flushes(self) -> Result<[f64; 3]> {
        let said = self.stop()?;
        let line = said.lines().rev().find(|line| line.contains("flushes of")).ok_or("the server did not tell its flushes")?;
        let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        numbers.try_into().map_err(|_| format!("not understood: {line}").into())
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends it in order; what it said.
    pub(crate) fn stop(mut self) -> Result<String> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let mut said = String::new();
        if let Some(mut out) = self.child.stdout.take() {
            out.read_to_string(&mut said)?;
        }
        self.child.wait()?;
        Ok(said)
    }
}

/// The processor time of a process: user and system, in the kernel's ticks of 10 ms.
pub(crate) fn cpu_of(process: &str) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit_once(')').ok_or("no name")?.1;
    let ticks = |field: usize| -> Result<u64> { Ok(after_name.split_whitespace().nth(field).ok_or("no field")?.parse()?) };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}
