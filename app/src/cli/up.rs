use super::{
    block_on, project,
    signals::{self, Signals},
    workloads::Workloads,
};
use crate::say::say;
use crate::{failure::Failure, issuers};
use clap::Args;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};
use tokio::task::spawn_blocking;

const EXAMPLES: &str = "Examples:
  sekisho up                                      Ctrl-C stops it; the next `sekisho up` goes on
  sekisho up --listen 0.0.0.0:4566 --tls-name sekisho.example.com
  systemctl start sekisho                         with a unit of Type=notify: see the README

A stop (SIGINT, SIGTERM, SIGHUP) takes no more requests, waits for the steps and builds in hand as long as --patience says, and
leaves the rest to the next start; a second signal ends at once. After a crash or `kill -9` nothing is lost either: stacks and
pipelines go on where they were, and a build that was cut off runs again under its id.

Exit codes:
  0  stopped when asked to
  1  could not serve; or ended at once by a second signal
  2  what was given cannot be used";

/// Serve the accounts of a delivery to AWS clients, until stopped. Work that was under way goes on.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Up {
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Where to listen: TLS and, from this machine, plain HTTP
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4566")]
    listen: SocketAddr,
    /// Answer plain HTTP from other machines too: credentials and data are readable on the way
    #[arg(long)]
    allow_plain_http: bool,
    /// Another name or address by which this machine is called, for its certificate and for buckets below it; may be given again
    #[arg(long, value_name = "NAME")]
    tls_name: Vec<String>,
    /// The keys of an issuer of web identity tokens, a JSON Web Key Set, instead of fetching them; may be given again
    #[arg(long, value_name = "ISSUER_URL=FILE")]
    oidc_keys: Vec<String>,
    /// Certificates to trust issuers of web identity tokens by, beside the system's (PEM)
    #[arg(long, value_name = "FILE")]
    oidc_ca: Option<PathBuf>,
    #[command(flatten)]
    workloads: Workloads,
    /// How long a stop waits for requests, steps and builds that are in hand, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=3600))]
    patience: u64,
}

/// Waits to be asked to stop.
pub(crate) async fn interrupted() -> Result<(), Failure> {
    Signals::listen()?.heard().await;
    Ok(())
}

impl Up {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let keys = self.oidc_keys.iter().map(|argument| issuers::given(argument)).collect::<Result<Vec<_>, _>>()?;
        let issuer_roots = self.oidc_ca.as_deref().map(issuers::more_roots).transpose()?.unwrap_or_default();
        let (workload, builds) = (self.workloads.chosen(), self.workloads.builds()?);
        block_on(async {
            // From here on a signal is a wish, also while the start takes its time.
            let mut asked = Signals::listen()?;
            let mut world = project::open(&self.dir, &delivery)?;
            world.issuer_roots = issuer_roots;
            world.names = self.tls_name;
            world.builds = builds;
            iam::give_issuer_keys(&world.gate, &keys)?;
            let served = world.serve(self.listen, self.allow_plain_http, Some(workload)).await?;
            say!("sekisho serves {} at https://{} (and http:// on this machine)", delivery.region, served.address);
            for account in &delivery.accounts {
                say!("  {:<12} {}   eval \"$(sekisho env {})\"", account.name, account.id, account.name);
            }
            say!("  CA bundle    {}", served.bundle.display());
            signals::notify("READY=1");
            asked.heard().await;
            signals::notify("STOPPING=1");
            say!("sekisho stops; what is under way goes on at the next start");
            let done = world.gate.commits();
            if done.groups > 0 {
                let each = done.took.as_secs_f64() * 1e3 / done.groups as f64;
                say!("  {} transactions were committed in {} flushes of {each:.2} ms", done.transactions, done.groups);
            }
            let patience = Duration::from_secs(self.patience);
            let stopping = spawn_blocking(move || served.stop(patience, |words| eprintln!("sekisho: {words}")));
            tokio::select! {
                // It printed its own panic.
                _ = stopping => {}
                () = async { asked.end_at_once().await } => {}
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}
