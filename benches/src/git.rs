//! Pushes and clones of 50 MB, beside git's own over a local path.

use crate::{
    Result, Run,
    client::{Signer, answer},
    process::Server,
    table::{Table, median},
};
use base::{Clock, Secret, SystemClock};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

const LENGTH: usize = 50_000_000;
const FILES: usize = 10;
const TIMES: usize = 5;

/// Bytes that do not compress.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64.wrapping_add(seed);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// git with nothing of the user's configuration. Gives the time it took.
fn git(folder: &Path, arguments: &[&str]) -> Result<Duration> {
    let mut command = Command::new("git");
    command.envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_TERMINAL_PROMPT", "0")]);
    let own = ["-c", "init.defaultBranch=main", "-c", "user.name=Bench", "-c", "user.email=bench@example.com"];
    let begun = Instant::now();
    let done = command.args(own).args(arguments).current_dir(folder).output()?;
    match done.status.success() {
        true => Ok(begun.elapsed()),
        false => Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr)).into()),
    }
}

/// The helper that shows git the credentials of an environment for one repository.
fn helper(env: &Value, server: &Server, repository: &str) -> String {
    let text = |name: &str| env[name].as_str().unwrap_or_default();
    let secret = Secret::new(text("AWS_SECRET_ACCESS_KEY").to_string());
    let (host, path) = (server.address.ip().to_string(), format!("/v1/repos/{repository}"));
    let password = wire::git::password(&secret, &host, &path, text("AWS_REGION"), SystemClock.now());
    let (id, token) = (text("AWS_ACCESS_KEY_ID"), text("AWS_SESSION_TOKEN"));
    let user = if token.is_empty() { id.to_string() } else { format!("{id}%{token}") };
    format!("credential.helper=!f() {{ echo 'username={user}'; echo 'password={}'; }}; f", password.expose())
}

fn repository(env: &Value, server: &Server, name: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let request =
        Signer::new(env, server.address).json("codecommit", "CodeCommit_20150413.CreateRepository", &json!({"repositoryName": name}));
    let made = runtime.block_on(async {
        let mut stream = TcpStream::connect(server.address).await?;
        stream.write_all(&request).await?;
        answer(&mut stream, &mut Vec::new()).await
    });
    match made {
        Ok(_) => Ok(()),
        Err(e) => Err(e.to_string().into()),
    }
}

pub(crate) fn measure(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    delivery.made()?;
    let (server, env) = (delivery.up()?, delivery.environment()?);
    let home = tempfile::tempdir()?;
    let (home, work) = (home.path(), home.path().join("work"));
    git(home, &["init", "--quiet", "work"])?;
    for n in 0..FILES {
        fs::write(work.join(format!("{n}.bin")), noise(LENGTH / FILES, n as u64))?;
    }
    git(&work, &["add", "--all"])?;
    git(&work, &["commit", "--quiet", "-m", "First"])?;
    let seconds = |time: Duration| time.as_secs_f64();
    let (mut pushed, mut cloned, mut own_pushed, mut own_cloned) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 0..TIMES {
        let (name, bare) = (format!("bench-{n}"), format!("bare-{n}"));
        git(home, &["init", "--quiet", "--bare", &bare])?;
        own_pushed.push(seconds(git(&work, &["push", "--quiet", &format!("../{bare}"), "main"])?));
        own_cloned.push(seconds(git(home, &["clone", "--quiet", "--no-local", &bare, &format!("own-{n}")])?));
        repository(&env, &server, &name)?;
        let (helper, url) = (helper(&env, &server, &name), format!("http://{}/v1/repos/{name}", server.address));
        pushed.push(seconds(git(&work, &["-c", &helper, "push", "--quiet", &url, "main"])?));
        cloned.push(seconds(git(home, &["-c", &helper, "clone", "--quiet", &url, &format!("clone-{n}")])?));
        for copy in [bare, format!("own-{n}"), format!("clone-{n}")] {
            fs::remove_dir_all(home.join(copy))?;
        }
    }
    let how = format!("{} MB that do not compress, {FILES} files; median of {TIMES}", LENGTH / 1_000_000);
    for (what, here, own) in [("push", pushed, own_pushed), ("clone", cloned, own_cloned)] {
        let (here, own) = (median(here), median(own));
        table.add(&format!("git {what}, 50 MB"), format!("{here:.2} s"), &format!("HTTP, signed; {how}"));
        table.add(&format!("git {what}, git's own"), format!("{own:.2} s"), "over a local path, without its short cuts; the same files");
        table.add(&format!("git {what}, of git's own speed"), format!("{:.2}", own / here), "the second over the first");
    }
    table.add("the server's memory after it", format!("{:.0} MiB", server.resident_mib()?), "VmRSS");
    server.stop()?;
    Ok(())
}
