//! What we claim about speed, measured in one run on one machine: ratios count, not figures.
//!
//!     cargo build --release && cargo run --release -p benches
#![allow(clippy::disallowed_methods, reason = "a bench starts processes, opens sockets and reads the clock")]

mod client;
mod decisions;

use client::{Load, signed};
use serde_json::Value;
use std::{
    error::Error,
    fs,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const CONNECTIONS: usize = 64;
const TIME: Duration = Duration::from_secs(5);

/// A server that ends with the bench.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sekisho(binary: &Path, home: &Path, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env("SEKISHO_CONFIG_DIR", home.join("config")).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn copy(from: &Path, to: &Path) -> Result<()> {
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

fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Starts `sekisho up`, and how long it took until it answered.
fn up(binary: &Path, home: &Path, folder: &Path, address: SocketAddr) -> Result<(Server, Duration)> {
    let begun = Instant::now();
    let server = Server(sekisho(binary, home, folder).args(["up", "--listen", &address.to_string()]).spawn()?);
    while TcpStream::connect(address).is_err() {
        if begun.elapsed() > Duration::from_secs(20) {
            return Err("the server does not listen".into());
        }
        thread::sleep(Duration::from_micros(200));
    }
    Ok((server, begun.elapsed()))
}

fn resident_kib(server: &Server) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.0.id()))?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
}

fn main() -> Result<()> {
    decisions::run();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no root")?;
    let binary: PathBuf = std::env::var_os("SEKISHO").map_or_else(|| root.join("target/release/sekisho"), PathBuf::from);
    let temporary = tempfile::tempdir()?;
    let (home, folder) = (temporary.path(), temporary.path().join("quickstart"));
    copy(&root.join("examples/quickstart"), &folder)?;

    let begun = Instant::now();
    let ran = sekisho(&binary, home, &folder).args(["run", "."]).status()?;
    if !ran.success() {
        return Err("the quickstart failed".into());
    }
    println!("quickstart, first run          {:>9.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    sekisho(&binary, home, &folder).args(["run", "."]).status()?;
    println!("quickstart, run again          {:>9.0} ms", begun.elapsed().as_secs_f64() * 1e3);

    let address = free_address()?;
    let (server, took) = up(&binary, home, &folder, address)?;
    println!("start-up, until it accepts     {:>9.1} ms", took.as_secs_f64() * 1e3);
    println!("resident after start           {:>9.1} MiB", resident_kib(&server)? as f64 / 1024.0);
    let env = sekisho(&binary, home, &folder).args(["env", "dev", "--output", "json"]).stdout(Stdio::piped()).output()?;
    let env: Value = serde_json::from_slice(&env.stdout)?;

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bare = free_address()?;
        let listener = tokio::net::TcpListener::bind(bare).await?;
        let app = axum::Router::new().route("/", axum::routing::post(async || "x".repeat(400)));
        tokio::spawn(async { axum::serve(listener, app).await });
        let load = Load { connections: CONNECTIONS, time: TIME };
        let axum = load.run(bare, signed(&env, bare)).await?;
        println!("bare axum answer               {axum:>9.0} /s  ({CONNECTIONS} connections, each request signed by the client)");
        let ours = load.run(address, signed(&env, address)).await?;
        println!("GetCallerIdentity, recorded    {ours:>9.0} /s  (signed, authorized, durably recorded)");
        println!("ratio                          {:>9.2}", ours / axum);
        println!("resident after that            {:>9.1} MiB", resident_kib(&server)? as f64 / 1024.0);
        Ok(())
    })
}
