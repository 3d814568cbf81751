//! The wiring: store, gate, services and long work of one data directory.

use crate::{
    config,
    egress::{Egress, Host},
    failure::Failure,
    follow,
    git_hosts::{GitHosts, StandIn},
    issuers, root_key,
    server::{Authority, Backups, Connections, Listener, Names, Server, Shared, bundle, serve_one, tls_server},
    upkeep::Upkeep,
};
use base::{AccountId, Clock, Region, SystemClock};
use durable::Engine;
use gate::{Gate, GateBuilder, OperatorKey, Registration};
use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};
use tokio::{
    sync::{SetOnce, watch},
    task::spawn_blocking,
};

/// The account of the operator: what an organization's management account is on AWS.
pub(crate) const MANAGEMENT: &str = "000000000000";

/// How long steps in hand may take to end where nobody said. A build takes longer: it ends with this process, and is run again
/// at the next start.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// All services.
pub(crate) fn services() -> Vec<Registration> {
    vec![
        cloudformation::service(),
        cloudtrail::service(),
        codebuild::service(),
        codecommit::service(),
        codeconnections::service(),
        codeconnections::star_service(),
        codepipeline::service(),
        ecr::service(),
        events::service(),
        iam::service(),
        kms::service(),
        logs::service(),
        operator::service(),
        organizations::service(),
        s3::service(),
        secretsmanager::service(),
        ssm::service(),
        sts::service(),
    ]
}

/// How workloads are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Workload {
    /// In namespaces of their own; refused where the kernel has none.
    Isolated,
    /// As plain processes of this user: no protection against what is built.
    Unconfined,
}

/// What the operator lets builds have.
#[derive(Clone, Debug)]
pub(crate) struct Builds {
    /// The least isolation; less is refused.
    pub(crate) minimum: workload::Level,
    pub(crate) ceilings: workload::Ceilings,
    /// Where builds may go whose project asks for it.
    pub(crate) egress: Vec<Host>,
    /// Where sources of git hosts are fetched instead.
    pub(crate) git_hosts: Vec<StandIn>,
}

impl Default for Builds {
    fn default() -> Self {
        Self { minimum: workload::Level::RootNoUserNs, ceilings: Default::default(), egress: Vec::new(), git_hosts: Vec::new() }
    }
}

/// An open data directory.
pub(crate) struct World {
    pub(crate) gate: Gate,
    pub(crate) operator: OperatorKey,
    pub(crate) state: PathBuf,
    accounts: Vec<AccountId>,
    runtime: PathBuf,
    id: String,
    store: store::Store,
    blobs: store::Blobs,
    /// More names and addresses by which the server is called.
    pub(crate) names: Vec<String>,
    /// Certificates that issuers of tokens are trusted by, beside the system's.
    pub(crate) issuer_roots: Vec<rustls::pki_types::CertificateDer<'static>>,
    pub(crate) builds: Builds,
}

/// A served world.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) bundle: PathBuf,
    stop: watch::Sender<bool>,
    /// The upkeep ends when this is dropped.
    upkeep: Option<(mpsc::Sender<()>, thread::JoinHandle<()>)>,
    engine: Option<durable::Running>,
    connections: Connections,
    /// Builds in hand are served until the engine has stopped: they may come to their end.
    endpoints: watch::Sender<bool>,
    endpoint_file: PathBuf,
    runtime: PathBuf,
    gate: Gate,
}

impl World {
    /// Opens the state of the delivery in `project`, and makes its accounts ready.
    pub(crate) fn open(project: &Path, region: &Region, accounts: &[(AccountId, &str)]) -> Result<Self, Failure> {
        let management: AccountId = MANAGEMENT.parse().map_err(|e: base::InvalidAccount| Failure::new(e.to_string()))?;
        if accounts.iter().any(|(id, _)| *id == management) {
            return Err(Failure::unusable(format!("{MANAGEMENT} is the operator's own account")).help("give the account another id"));
        }
        let state = config::state_folder(project)?;
        let id = config::server_id(&state)?;
        let root = root_key::of_server(&id, &state)?;
        let operator = config::operator(&id)?;
        let data = state.join("data");
        config::private_folder(&data)?;
        let store = store::Store::open(&data, &root.key).map_err(|e| match e {
            store::StoreError::WrongKey { .. } => Failure::unusable(format!("{e}; {} is another one", root.from)),
            other => other.into(),
        })?;
        let blobs = store::Blobs::open(&state.join("blobs"))?;
        let keys = store.sealing_keys();
        let (key, older) = keys.split_first().ok_or_else(|| Failure::new("the data directory has no keys"))?;
        let mut builder = GateBuilder::new(store.clone(), blobs.clone(), key, region.clone(), management);
        for key in older {
            builder = builder.older_sealing_key(key);
        }
        for service in services() {
            builder = builder.register(service).map_err(Failure::new)?;
        }
        let gate = builder.build()?;
        gate.found(management, None, &operator)?;
        for (id, name) in accounts {
            gate.found(*id, Some(name), &operator)?;
        }
        let accounts = accounts.iter().map(|(id, _)| *id).collect();
        let runtime = config::runtime_folder(&id)?;
        Ok(Self {
            gate,
            operator,
            state,
            accounts,
            runtime,
            id,
            store,
            blobs,
            names: Vec::new(),
            issuer_roots: Vec::new(),
            builds: Builds::default(),
        })
    }

    /// Listens and, if `working`, runs long work.
    pub(crate) async fn serve(&self, address: SocketAddr, plain_everywhere: bool, working: Option<Workload>) -> Result<Served, Failure> {
        let listener = Listener::bind(address, plain_everywhere).await.map_err(|e| {
            Failure::new(format!("cannot listen on {address}: {e}"))
                .help("another `sekisho up` may be running; or choose another port with --listen")
        })?;
        let address = listener.address()?;
        self.gate.serve_at(reached_at(address, plain_everywhere));
        let endpoint_file = self.state.join("endpoint");
        fs::write(&endpoint_file, address.to_string()).map_err(|e| Failure::new(format!("{}: {e}", endpoint_file.display())))?;
        let names = Names::new(self.gate.region().as_str(), address.ip(), &self.names);
        let server: Server = Arc::new(Shared {
            gate: self.gate.clone(),
            tls: SetOnce::new(),
            git: SetOnce::new(),
            backups: Backups::new(self.store.clone(), self.blobs.clone(), self.id.clone()),
            host_suffixes: names.bucket_hosts(self.gate.region()),
        });
        let (stop, stopped) = watch::channel(false);
        let (endpoints, ended) = watch::channel(false);
        let connections = listener.connections();
        tokio::spawn(listener.run(server.clone(), stopped.clone()));
        // Keys are made and git is started while the first calls are served already.
        let (git_gate, git_folder) = (self.gate.clone(), self.runtime.join("git"));
        let (id, keys, bundle) = (self.id.clone(), self.store.sealing_keys(), bundle(&self.id)?);
        let tls = spawn_blocking(move || tls_server(Authority::open(&id, &keys, SystemClock.now())?, names, Arc::new(SystemClock)));
        let git = spawn_blocking(move || codecommit::GitServer::new(git_gate, git_folder));
        let tls = tls.await.map_err(|e| Failure::new(e.to_string()))??;
        let git = git.await.map_err(io::Error::other).flatten().map_err(|e| Failure::new(format!("git: {e}")))?;
        // Each is set here alone.
        let _ = (server.tls.set(tls), server.git.set(Arc::new(git)));
        let engine = match working {
            Some(workload) => Some(self.work(workload, &server, (&stopped, &ended), &bundle)?),
            None => None,
        };
        let upkeep = Some(self.keep_up());
        let (runtime, gate) = (self.runtime.clone(), self.gate.clone());
        Ok(Served { address, bundle, stop, upkeep, engine, connections, endpoints, endpoint_file, runtime, gate })
    }

    fn keep_up(&self) -> (mpsc::Sender<()>, thread::JoinHandle<()>) {
        let upkeep = Upkeep { gate: self.gate.clone(), data: self.state.join("data") };
        let (stop, stopped) = mpsc::channel();
        (stop, thread::spawn(move || upkeep.run(&stopped)))
    }

    fn work(
        &self,
        workload: Workload,
        server: &Server,
        (stopped, ended): (&watch::Receiver<bool>, &watch::Receiver<bool>),
        bundle: &Path,
    ) -> Result<durable::Running, Failure> {
        let backend = match workload {
            Workload::Isolated => workload::Backend::Isolated { minimum: self.builds.minimum },
            Workload::Unconfined => workload::Backend::Unconfined,
        };
        let endpoint = Endpoint { server: server.clone(), stopped: ended.clone(), runtime: tokio::runtime::Handle::current() };
        let runner = codebuild::Runner {
            backend,
            runtime_dir: self.runtime.join("builds"),
            endpoint: Some(Arc::new(endpoint)),
            ca_bundle: Some(bundle.to_path_buf()),
            ceilings: self.builds.ceilings.clone(),
            egress: (!self.builds.egress.is_empty()).then(|| {
                let (allowed, runtime) = (self.builds.egress.clone(), tokio::runtime::Handle::current());
                Arc::new(Egress { allowed, runtime }) as Arc<dyn codebuild::Egress>
            }),
            hosts: Some(Arc::new(GitHosts {
                gate: self.gate.clone(),
                folder: self.runtime.join("connections"),
                stand_ins: self.builds.git_hosts.clone(),
            })),
        };
        let mut engine = Engine::new(self.gate.clone());
        codebuild::workflows(&mut engine, runner);
        codepipeline::workflows(&mut engine);
        cloudformation::workflows(&mut engine);
        s3::workflows(&mut engine);
        kms::workflows(&mut engine);
        logs::workflows(&mut engine);
        secretsmanager::workflows(&mut engine);
        ssm::workflows(&mut engine);
        events::workflows(&mut engine);
        codeconnections::workflows(&mut engine, fetcher(self.runtime.join("connections")));
        iam::workflows(&mut engine, issuers::fetcher(tokio::runtime::Handle::current(), self.issuer_roots.clone()));
        tokio::spawn(follow::last_used(self.gate.clone(), self.accounts.clone(), stopped.clone()));
        Ok(engine.start(|what, error| eprintln!("{}", crate::terminal::harmless(&format!("sekisho: {what}: {error}")))))
    }
}

/// What fetches from git hosts elsewhere, by way of a folder for the time being.
fn fetcher(folder: PathBuf) -> Arc<codeconnections::Fetch> {
    Arc::new(move |wanted: &codeconnections::Wanted| {
        let repository = &wanted.repository;
        let credential = repository.credential.as_ref().map(|(user, token)| (user.as_str(), token));
        let access = codecommit::Access { url: &repository.url, credential, host_keys: repository.host_keys.as_deref(), address: None };
        let remote = codecommit::Remote { access, branch: &wanted.branch, commit: wanted.commit.as_deref() };
        let found = codecommit::fetch_branch(&folder, &remote)?;
        Ok(codeconnections::Fetched { id: found.id, message: found.message, author_date: found.author_date, zip: found.zip })
    })
}

/// The URL at which programs of this machine reach the server, or others where it listens for them alone.
fn reached_at(address: SocketAddr, plain_everywhere: bool) -> String {
    let ip = if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address.ip() };
    let scheme = if ip.is_loopback() || plain_everywhere { "http" } else { "https" };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}

/// Serves the endpoint that a build sees inside its sandbox.
struct Endpoint {
    server: Server,
    stopped: watch::Receiver<bool>,
    runtime: tokio::runtime::Handle,
}

impl codebuild::Endpoint for Endpoint {
    fn serve(&self, listener: TcpListener, _build_arn: &str) {
        let (server, stopped, runtime) = (self.server.clone(), self.stopped.clone(), self.runtime.clone());
        // Ends when the sandbox's network namespace, and with it the listening socket's peers, are gone.
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (server, stopped) = (server.clone(), stopped.clone());
                runtime.spawn(async move {
                    // A connection that breaks is the build's loss.
                    let _ = serve_one(server, stream, stopped).await;
                });
            }
        });
    }
}

/// What ends sooner than this is not worth a word.
const AT_ONCE: Duration = Duration::from_millis(250);

impl Served {
    /// Stops: no new connections, requests and steps in hand come to their end, the rest goes on at the next start. `say` is told
    /// what is waited for.
    pub(crate) fn stop(mut self, patience: Duration, say: impl Fn(&str)) {
        let until = Instant::now() + patience;
        let left = || until.saturating_duration_since(Instant::now());
        // The receivers may all be gone already.
        let _ = self.stop.send(true);
        if let Some((stop, upkeep)) = self.upkeep.take() {
            drop(stop);
            // It printed its own panic.
            let _ = upkeep.join();
        }
        if let Some(engine) = self.engine.take() {
            engine.pause();
            let slow = engine.wait(AT_ONCE.min(left()));
            if !slow.is_empty() && !left().is_zero() {
                say(&format!("waits up to {} s for {}; a second signal ends it at once", left().as_secs().max(1), slow.join(", ")));
            }
            let rest = engine.stop(left());
            if !rest.is_empty() {
                say(&format!("leaves to the next start: {}", rest.join(", ")));
            }
        }
        while self.connections.count() > 0 && !left().is_zero() {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.endpoints.send(true);
        // Before the workspaces go: a build that is cut off so has not failed.
        self.gate.close();
        // What stays behind is removed at the next start.
        let _ = fs::remove_file(&self.endpoint_file);
        let _ = fs::remove_dir_all(&self.runtime);
    }
}
