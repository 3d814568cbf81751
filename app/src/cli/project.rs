//! What commands share: the delivery file, and a client at a running server or at one that is opened for the moment.

use crate::{
    client::{self, Client},
    config, deliver,
    failure::{Failure, UNUSABLE},
    server,
    world::{MANAGEMENT, Served, World},
};
use base::{AccountId, Region};
use delivery::Delivery;
use gate::ADMINISTRATOR_ROLE;
use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};
use wire::sigv4::Credentials;

pub(crate) const FILE: &str = "sekisho.yaml";

/// Reads and checks `DIR/sekisho.yaml`.
pub(crate) fn read(folder: &Path) -> Result<Delivery, Failure> {
    let path = folder.join(FILE);
    let source = fs::read_to_string(&path).map_err(|e| {
        let failure = Failure::unusable(format!("{}: {e}", path.display()));
        match e.kind() {
            ErrorKind::NotFound => failure.help("a delivery is a folder with a sekisho.yaml; `sekisho run examples/quickstart` shows one"),
            _ => failure,
        }
    })?;
    delivery::parse(&source, &path.display().to_string()).map_err(|diagnostics| {
        let text: Vec<String> = diagnostics.iter().map(|d| d.render(&source)).collect();
        Failure { message: format!("the delivery file cannot be used\n{}", text.join("\n")), help: None, code: UNUSABLE }
    })
}

fn accounts(delivery: &Delivery) -> Result<Vec<(AccountId, &str)>, Failure> {
    let parsed = |id: &str| id.parse().map_err(|e: base::InvalidAccount| Failure::unusable(e.to_string()));
    delivery.accounts.iter().map(|a| Ok((parsed(&a.id)?, a.name.as_str()))).collect()
}

/// The name of the operator's own account, unless the delivery gives it to another.
pub(crate) const OPERATORS: &str = "management";

/// An account by the name that the delivery gives it; the operator's; or by its id, as the organization makes them.
fn account_id<'a>(delivery: &'a Delivery, account: &'a str) -> Option<&'a str> {
    let by_id = || account.parse::<AccountId>().is_ok().then_some(account);
    delivery.account_id(account).or((account == OPERATORS).then_some(MANAGEMENT)).or_else(by_id)
}

pub(crate) fn open(folder: &Path, delivery: &Delivery) -> Result<World, Failure> {
    World::open(folder, &Region::new(&delivery.region), &accounts(delivery)?)
}

/// A port of the loopback that is free.
pub(crate) fn any_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// Clients by the names of their accounts.
pub(crate) type Clients = BTreeMap<String, Client>;

/// The operator's client at a server: one that runs, or one that is opened for the moment (long work stands still).
pub(crate) struct Operator {
    pub(crate) client: Client,
    pub(crate) address: SocketAddr,
    pub(crate) bundle: PathBuf,
    served: Option<Served>,
}

impl Operator {
    /// At the server that runs over the delivery's state.
    pub(crate) fn at_running(folder: &Path, region: &str) -> Result<Option<Self>, Failure> {
        let state = folder.join(config::STATE);
        let Ok(address) = fs::read_to_string(state.join("endpoint")) else { return Ok(None) };
        let Ok(mut address) = address.trim().parse::<SocketAddr>() else { return Ok(None) };
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        if std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_secs(2)).is_err() {
            return Ok(None);
        }
        let id = config::server_id(&state)?;
        let operator = config::operator(&id)?;
        let bundle = server::bundle(&id)?;
        let credentials = Credentials { access_key_id: operator.id, secret_access_key: operator.secret, session_token: None };
        let client = Client::new(address, client::trust(&bundle)?, Region::new(region), credentials);
        Ok(Some(Self { client, address, bundle, served: None }))
    }

    /// At the running server, or at one of this process.
    pub(crate) async fn at_any(folder: &Path, delivery: &Delivery) -> Result<Self, Failure> {
        if let Some(running) = Self::at_running(folder, &delivery.region)? {
            return Ok(running);
        }
        if !folder.join(config::STATE).join("data").exists() {
            return Err(
                Failure::unusable(format!("nothing has run in {} yet", folder.display())).help(format!("sekisho run {}", folder.display()))
            );
        }
        let world = open(folder, delivery)?;
        let served = world.serve(any_port(), false, None).await?;
        let client = deliver::operator(&world, &served)?;
        Ok(Self { client, address: served.address, bundle: served.bundle.clone(), served: Some(served) })
    }

    /// A session in an account of the delivery.
    pub(crate) async fn in_account(
        &self,
        delivery: &Delivery,
        account: &str,
        role: Option<&str>,
        seconds: u64,
    ) -> Result<(Client, serde_json::Value), Failure> {
        let id = account_id(delivery, account).ok_or_else(|| {
            let known: Vec<&str> = delivery.accounts.iter().map(|a| a.name.as_str()).chain([OPERATORS]).collect();
            Failure::unusable(format!("there is no account '{account}'")).help(format!("{FILE} has {}", known.join(", ")))
        })?;
        let administrator = format!("arn:aws:iam::{id}:role/{ADMINISTRATOR_ROLE}");
        let (client, answer) = self.client.assume(&administrator, "sekisho-operator", seconds).await?;
        let Some(role) = role else { return Ok((client, answer)) };
        let arn = if role.starts_with("arn:") { role.to_string() } else { format!("arn:aws:iam::{id}:role/{role}") };
        Ok(client.assume(&arn, "sekisho-operator", seconds.min(3600)).await?)
    }

    /// A session in each account of the delivery, by its name.
    pub(crate) async fn in_accounts(&self, delivery: &Delivery) -> Result<Clients, Failure> {
        let mut clients = Clients::new();
        for account in &delivery.accounts {
            let (client, _) = self.in_account(delivery, &account.name, None, 3600).await?;
            clients.insert(account.name.clone(), client);
        }
        Ok(clients)
    }

    /// Whether it is a server's that runs by itself.
    pub(crate) fn is_running(&self) -> bool {
        self.served.is_none()
    }

    pub(crate) fn end(self) {
        if let Some(served) = self.served {
            served.stop(crate::world::PATIENCE, |_| {});
        }
    }
}
