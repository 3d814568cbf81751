//! One sandbox: starts it, reads it, watches over its time, and ends it.

use super::{
    Workshop,
    book::{Book, Ending},
    credentials::CredentialServer,
    driver::{Driver, GO, Named, SCRIPT, Setting},
    egress::{self, PROXY},
    installs,
    interpret::{Interpreter, Told},
    log::Log,
    workspace::Workspace,
};
use crate::{
    checks::{disk, memory},
    model::PhaseContext,
    state::{BuildRow, STOPPED, TIMED_OUT},
    variables::{Credentials, PATH, Surroundings, environment},
};
use base::Timestamp;
use buildspec::Buildspec;
use gate::{Client, Error};
use std::{
    fs,
    io::{self, Read},
    net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpListener, TcpStream},
    os::{fd::OwnedFd, unix::fs::PermissionsExt},
    path::Path,
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};
use workload::{Bound, Exit, Killer, Limits, ReadOnly, Sandbox, Spec};

/// Where a build sees its workspace, as on AWS.
pub(super) const OUTPUT: &str = "/codebuild/output";
const CA_BUNDLE: &str = "/codebuild/readonly/ca-bundle.pem";
pub(super) const SCRIPTS: &str = "tmp";
const ENDPOINT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 4566);
const CREDENTIALS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(169, 254, 170, 2), 80);
/// How often the log is sent and the build looked at.
const BEAT: Duration = Duration::from_millis(500);

pub(super) struct Execution<'a> {
    pub(super) shop: &'a Workshop,
    pub(super) book: &'a Book<'a>,
    pub(super) row: &'a BuildRow,
    pub(super) log: &'a Log,
    pub(super) place: &'a Workspace,
    /// Whether the build sees its workspace at the host's own path.
    pub(super) unconfined: bool,
    pub(super) client: &'a (dyn Fn() -> Result<Client, Error> + Sync),
    /// When the build left the queue.
    pub(super) begun: Timestamp,
}

/// Why a build was ended from outside.
#[derive(Debug, Clone)]
pub(super) enum Cause {
    Stopped,
    TimedOut,
    Log(Error),
    Broken(Error),
}

impl From<Cause> for Ending {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Stopped => Ending { status: STOPPED, context: PhaseContext::new("", "") },
            Cause::TimedOut => Ending { status: TIMED_OUT, context: PhaseContext::new("BUILD_TIMED_OUT", "Build has timed out. ") },
            Cause::Log(error) => log_denied(&error),
            Cause::Broken(error) => error.into(),
        }
    }
}

pub(super) fn log_denied(error: &Error) -> Ending {
    Ending::failed(
        "ACCESS_DENIED",
        format!(
            "The service role does not allow AWS CodeBuild to write the build's log to Amazon CloudWatch Logs. Error message: {}: {}",
            error.code, error.message
        ),
    )
}

/// Brings the cache, when the shell has completed its keys: told by their numbers.
pub(super) type Restore<'a> = dyn Fn(&[(usize, String)]) + Sync + 'a;

/// What a run of the phases is given.
pub(super) struct Run<'a> {
    pub(super) spec: &'a Buildspec,
    /// The primary source's folder, relative to the workspace's.
    pub(super) source: &'a str,
    /// (identifier, folder) of the others.
    pub(super) secondary: &'a [(String, String)],
    /// Texts that the shell completes.
    pub(super) texts: &'a [(Named, String)],
    /// Folders outside the source that the cache takes.
    pub(super) kept: &'a [String],
    /// Brings the cache when its keys are known.
    pub(super) restore: &'a Restore<'a>,
}

/// What a sandbox is attended with.
struct Attended<'a> {
    server: &'a CredentialServer<'a>,
    /// Where its scripts lie, on the host.
    scripts: &'a Path,
    /// Where it may go, by the proxy.
    hosts: Vec<String>,
    restore: &'a Restore<'a>,
}

/// What the build's folders and addresses are called where it runs.
struct View {
    root: String,
    source: String,
    secondary: Vec<(String, String)>,
    ca_bundle: Option<String>,
}

impl Execution<'_> {
    pub(super) fn root(&self) -> String {
        if self.unconfined { self.place.shared.to_string_lossy().into_owned() } else { OUTPUT.into() }
    }

    /// Runs the phases; the programs have ended when it returns.
    pub(super) fn run(&self, run: &Run<'_>) -> Result<Told, Ending> {
        let view = self.view(run.source, run.secondary);
        let nonce = base::uuid(&**self.book.gate.entropy()).replace('-', "");
        let scripts = format!("{}/{SCRIPTS}", view.root);
        let setting =
            Setting { folder: &scripts, source: &view.source, nonce: &nonce, wait: self.unconfined, texts: run.texts, kept: run.kept };
        let driver = super::driver::driver(run.spec, &setting);
        let folder = self.place.shared.join(SCRIPTS);
        write_scripts(&folder, &driver).map_err(|e| Ending::fault(format!("the build's scripts could not be written: {e}")))?;
        let server = CredentialServer::new(self.book, self.row);
        let command = vec!["/bin/sh".into(), format!("{scripts}/{SCRIPT}")];
        let (hosts, refused) = egress::allowed(self.shop.runner.egress.as_deref(), egress::asked(self.row));
        refused.iter().for_each(|line| self.log.say(line));
        let mut sandbox_spec = self.spec(run.spec, &view, &server, command);
        // Unconfined, the home is a person's.
        if !self.unconfined {
            installs::lead(&mut sandbox_spec.env);
        }
        if !hosts.is_empty() {
            sandbox_spec.listen.push(PROXY);
            // Unconfined, the file of addresses leads there.
            if !self.unconfined {
                egress::lead(&mut sandbox_spec.env, PROXY.into());
            }
        }
        let sandbox =
            Sandbox::start_with(sandbox_spec, &self.shop.runner.backend, &self.shop.helper).map_err(|e| Ending::fault(e.to_string()))?;
        let mut interpreter = Interpreter::new(self.book, self.log, &driver.texts, Some(run.spec), &nonce);
        let attended = Attended { server: &server, scripts: &folder, hosts, restore: run.restore };
        let (exit, cause) = self.attend(sandbox, &mut interpreter, attended)?;
        let told = interpreter.told;
        if let Some(bound) = exit.exceeded.filter(|_| cause.is_none()) {
            self.log.say(&met(bound));
        }
        match (cause, told.ended) {
            (Some(cause), _) => Err(cause.into()),
            (None, Some(_)) => Ok(told),
            (None, None) if exit.exceeded == Some(Bound::WallTime) => Err(Cause::TimedOut.into()),
            (None, None) => {
                Err(Ending::failed("COMMAND_EXECUTION_ERROR", format!("The build's shell ended before its commands: {}", how(exit))))
            }
        }
    }

    fn view(&self, source: &str, secondary: &[(String, String)]) -> View {
        let root = self.root();
        let ca_bundle = self.shop.runner.ca_bundle.as_ref();
        View {
            source: format!("{root}/{source}"),
            secondary: secondary.iter().map(|(name, folder)| (name.clone(), format!("{root}/{folder}"))).collect(),
            ca_bundle: ca_bundle.map(|path| if self.unconfined { path.to_string_lossy().into_owned() } else { CA_BUNDLE.into() }),
            root,
        }
    }

    fn spec(&self, buildspec: &Buildspec, view: &View, server: &CredentialServer<'_>, command: Vec<String>) -> Spec {
        self.bounded(command, self.variables(buildspec, view, &server.path))
    }

    /// What the build's programs see, where no program runs.
    pub(super) fn environment(&self, run: &Run<'_>) -> Vec<(String, String)> {
        self.variables(run.spec, &self.view(run.source, run.secondary), "")
    }

    fn variables(&self, buildspec: &Buildspec, view: &View, credentials: &str) -> Vec<(String, String)> {
        let full = format!("http://{}{credentials}", CREDENTIALS.ip());
        let endpoint = format!("http://{ENDPOINT}");
        let around = Surroundings {
            owner: &self.book.owner,
            id: &self.book.id,
            source: &view.source,
            secondary: &view.secondary,
            endpoint: self.shop.runner.endpoint.as_ref().map(|_| endpoint.as_str()),
            // Unconfined, both are told by the file of addresses.
            credentials: Credentials { full: &full, relative: (!self.unconfined).then_some(credentials) },
            ca_bundle: view.ca_bundle.as_deref(),
        };
        environment(self.row, buildspec, &around)
    }

    /// A sandbox with the build's bounds and addresses.
    fn bounded(&self, command: Vec<String>, env: Vec<(String, String)>) -> Spec {
        let runner = &self.shop.runner;
        let elapsed = self.book.now().since(self.begun);
        let allowed = Duration::from_secs(self.row.timeout_in_minutes * 60).saturating_sub(elapsed);
        let mut spec = Spec::new(command, &self.place.shared, OUTPUT);
        spec.env = env;
        spec.hostname = "codebuild".into();
        spec.listen = [CREDENTIALS].into_iter().chain(runner.endpoint.as_ref().map(|_| ENDPOINT)).collect();
        let machine = &self.row.environment.compute_type;
        let defaults = Limits::default();
        spec.limits = runner.ceilings.applied(Limits {
            wall_time: allowed,
            memory_bytes: memory(machine).unwrap_or(defaults.memory_bytes),
            disk_bytes: disk(machine).unwrap_or(defaults.disk_bytes),
            ..defaults
        });
        if let Some(bundle) = runner.ca_bundle.as_ref().filter(|_| !self.unconfined) {
            spec.read_only.push(ReadOnly { host: bundle.clone(), inside: CA_BUNDLE.into() });
        }
        spec
    }

    /// Whether AWS's endpoint is reached from inside.
    pub(super) fn has_endpoint(&self) -> bool {
        self.shop.runner.endpoint.is_some()
    }

    /// Runs one script of the runner's own over the workspace, before the phases; what it prints is logged, and what it says is
    /// told.
    pub(super) fn prepare(&self, script: impl Fn(&str) -> String, env: Vec<(String, String)>) -> Result<Told, Ending> {
        let nonce = base::uuid(&**self.book.gate.entropy()).replace('-', "");
        let scripts = format!("{}/{SCRIPTS}", self.root());
        let folder = self.place.shared.join(SCRIPTS);
        let wait = if self.unconfined { "while [ ! -e \"$D/addresses\" ]; do sleep 0.02; done\n. \"$D/addresses\"\n" } else { "" };
        let text = format!("#!/bin/sh\nD='{scripts}'\n{wait}{}", script(&nonce));
        let driver = Driver { script: text, files: Vec::new(), texts: Vec::new() };
        write_scripts(&folder, &driver).map_err(|e| Ending::fault(format!("the build's scripts could not be written: {e}")))?;
        let server = CredentialServer::new(self.book, self.row);
        let mut all = vec![("PATH".to_owned(), PATH.to_owned()), ("HOME".to_owned(), "/root".to_owned())];
        all.push(("AWS_ENDPOINT_URL".into(), format!("http://{ENDPOINT}")));
        all.extend(env);
        let spec = self.bounded(vec!["/bin/sh".into(), format!("{scripts}/{SCRIPT}")], all);
        let sandbox = Sandbox::start_with(spec, &self.shop.runner.backend, &self.shop.helper).map_err(|e| Ending::fault(e.to_string()))?;
        let mut interpreter = Interpreter::new(self.book, self.log, &[], None, &nonce);
        let attended = Attended { server: &server, scripts: &folder, hosts: Vec::new(), restore: &|_| {} };
        let (_, cause) = self.attend(sandbox, &mut interpreter, attended)?;
        // The next one has other addresses.
        let _ = fs::remove_dir_all(&folder);
        match cause {
            Some(cause) => Err(cause.into()),
            None => Ok(interpreter.told),
        }
    }

    /// Serves, reads and watches a sandbox until it has ended.
    fn attend(
        &self,
        mut sandbox: Sandbox,
        interpreter: &mut Interpreter<'_>,
        attended: Attended<'_>,
    ) -> Result<(Exit, Option<Cause>), Ending> {
        let Attended { server, scripts, hosts, restore } = attended;
        let fault = |what: &str, e: &dyn std::fmt::Display| Ending::fault(format!("{what}: {e}"));
        let mut listeners = sandbox.take_listeners().into_iter();
        let credentials = listeners.next().ok_or_else(|| Ending::fault("the sandbox made no listener for credentials"))?;
        let endpoint = self.shop.runner.endpoint.as_ref().and_then(|_| listeners.next());
        let proxy = listeners.next();
        if self.unconfined {
            tell_addresses(scripts, &credentials, (endpoint.as_ref(), proxy.as_ref()), &server.path)
                .map_err(|e| fault("the build's addresses could not be told", &e))?;
        }
        let closers = [Some(&credentials), endpoint.as_ref(), proxy.as_ref()]
            .into_iter()
            .flatten()
            .map(TcpListener::try_clone)
            .collect::<Result<Vec<_>, _>>();
        let closers = closers.map_err(|e| fault("a listener could not be copied", &e))?;
        let served = self.shop.runner.endpoint.clone().zip(endpoint);
        let arn = self.book.arn().to_string();
        if let Some((endpoint, listener)) = served {
            let arn = arn.clone();
            thread::spawn(move || endpoint.serve(listener, &arn));
        }
        let (tell, told) = channel();
        if let Some((egress, listener)) = self.shop.runner.egress.clone().zip(proxy) {
            self.log.say(&format!("The network is open to {}, by a proxy", hosts.join(", ")));
            thread::spawn(move || egress.serve(listener, hosts, tell));
        }
        let ((end_of_program, ended), cause) = (channel(), Mutex::new(None));
        let killer = sandbox.killer();
        let mut output = sandbox.take_output().ok_or_else(|| Ending::fault("the sandbox has no output"))?;
        let result = thread::scope(|scope| {
            let (killer, cause) = (&killer, &cause);
            scope.spawn(|| server.serve(&credentials));
            scope.spawn(move || self.watch(killer, &ended, cause, &told));
            let read = self.read(&mut output.stdout, interpreter, scripts, restore);
            if let Err(error) = read {
                end(killer, cause, Cause::Broken(error));
                // What is still written is not wanted, but the pipe must not block the end.
                let _ = io::copy(&mut output.stdout, &mut io::sink());
            }
            let result = sandbox.wait();
            drop(end_of_program);
            for listener in closers {
                // Whoever still accepts is woken with an error, and lets go of the sandbox's network.
                let _ = TcpStream::from(OwnedFd::from(listener)).shutdown(Shutdown::Both);
            }
            result
        });
        if let Some(endpoint) = &self.shop.runner.endpoint {
            endpoint.stop(&arn);
        }
        let exit = result.map_err(|e| fault("the sandbox failed", &e))?;
        Ok((exit, cause.into_inner().unwrap_or_else(PoisonError::into_inner)))
    }

    fn read(&self, output: &mut impl Read, interpreter: &mut Interpreter<'_>, scripts: &Path, restore: &Restore<'_>) -> Result<(), Error> {
        let mut buffer = vec![0; 64 * 1024];
        let mut restored = false;
        loop {
            match output.read(&mut buffer) {
                Ok(0) => {
                    interpreter.close();
                    return Ok(());
                }
                Ok(count) => {
                    if interpreter.feed(&buffer[..count]) {
                        self.log.flush(&(self.client)()?);
                    }
                    if interpreter.told.keys && !restored {
                        restored = true;
                        restore(&interpreter.told.texts);
                        fs::write(scripts.join(GO), "")
                            .map_err(|e| Error::internal(format_args!("the cache could not be handed over: {e}")))?;
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::internal(format_args!("the sandbox's output could not be read: {e}"))),
            }
        }
    }

    /// Sends the log, and ends the build when it was stopped, takes too long, or cannot log. `ended` closes with the program.
    fn watch(&self, killer: &Killer, ended: &Receiver<()>, cause: &Mutex<Option<Cause>>, told: &Receiver<String>) {
        let limit = Duration::from_secs(self.row.timeout_in_minutes * 60);
        while ended.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
            told.try_iter().for_each(|line| self.log.say(&line));
            match self.look(limit) {
                Ok(None) => {}
                Ok(Some(found)) => end(killer, cause, found),
                Err(error) => end(killer, cause, Cause::Broken(error)),
            }
        }
        told.try_iter().for_each(|line| self.log.say(&line));
    }

    fn look(&self, limit: Duration) -> Result<Option<Cause>, Error> {
        self.book.write_notes()?;
        self.log.flush(&(self.client)()?);
        if let Some(error) = self.log.failure() {
            return Ok(Some(Cause::Log(error)));
        }
        if self.book.is_lost() || self.book.load()?.is_none_or(|row| row.stopping || row.ended.is_some()) {
            return Ok(Some(Cause::Stopped));
        }
        Ok((self.book.now().since(self.begun) >= limit).then_some(Cause::TimedOut))
    }
}

fn end(killer: &Killer, cause: &Mutex<Option<Cause>>, found: Cause) {
    cause.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(found);
    killer.kill();
}

fn how(exit: Exit) -> String {
    let bound = exit.exceeded.map(|bound| format!("; it exceeded its limit of {bound}")).unwrap_or_default();
    match (exit.code, exit.signal) {
        (Some(code), _) => format!("exit status {code}{bound}"),
        (None, Some(signal)) => format!("signal {signal}{bound}"),
        (None, None) => format!("no exit status{bound}"),
    }
}

fn met(bound: Bound) -> String {
    let then = if bound.ends_programs() { "programs were ended" } else { "programs could not be started" };
    format!("The build exceeded its limit of {bound}; {then}")
}

fn write_scripts(folder: &Path, driver: &Driver) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(SCRIPT), &driver.script)?;
    for (name, text) in &driver.files {
        fs::write(folder.join(name), text)?;
        // A program among them is called by its name.
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Unconfined, listeners have ports of the host, which are known only now.
fn tell_addresses(
    folder: &Path,
    credentials: &TcpListener,
    (endpoint, proxy): (Option<&TcpListener>, Option<&TcpListener>),
    path: &str,
) -> io::Result<()> {
    let mut text = format!("export AWS_CONTAINER_CREDENTIALS_FULL_URI='http://{}{path}'\n", credentials.local_addr()?);
    if let Some(endpoint) = endpoint {
        text += &format!("export AWS_ENDPOINT_URL='http://{}'\n", endpoint.local_addr()?);
    }
    if let Some(proxy) = proxy {
        let mut variables = Vec::new();
        egress::lead(&mut variables, proxy.local_addr()?);
        text.extend(variables.iter().map(|(name, value)| format!("export {name}='{value}'\n")));
    }
    let hidden = folder.join("addresses.new");
    fs::write(&hidden, text)?;
    fs::rename(hidden, folder.join("addresses"))
}
