//! A way out of the sandbox, to hosts that the project asks for and the operator allows.

use crate::state::BuildRow;
use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener},
    sync::mpsc::Sender,
};

/// Lets builds out to hosts that the operator allows.
pub trait Egress: Send + Sync {
    /// Why a build that asks for `host` (a name, `*.` and a name, or an address, with a port or without) will not get
    /// there; None: it may.
    fn refusal(&self, host: &str) -> Option<String>;
    /// Serves a proxy to the programs of a build that asked for these hosts. Each connection is told in a line. Called on
    /// a thread of its own; `accept` fails when the build has ended.
    fn serve(&self, listener: TcpListener, asked: Vec<String>, tell: Sender<String>);
}

/// Where the proxy is, inside.
pub(super) const PROXY: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3128);
/// The variable of a project, or of a build's start, by which it asks.
const ASK: &str = "SEKISHO_EGRESS";
/// What clients read. Some know the small names alone, some the large.
const VARIABLES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
/// The endpoint and the credentials are inside.
const EXCEPT: [&str; 2] = ["NO_PROXY", "no_proxy"];
const INSIDE: &str = "localhost,127.0.0.1,169.254.170.2";

/// What the project asks for; its buildspec, which is in the hands of who writes the source, cannot.
pub(super) fn asked(row: &BuildRow) -> Vec<String> {
    let variables = row.environment.environment_variables.iter().filter(|v| v.name == ASK && v.kind == "PLAINTEXT");
    let hosts = variables.flat_map(|v| v.value.split(|c: char| c == ',' || c.is_whitespace()));
    hosts.filter(|host| !host.is_empty()).map(str::to_owned).collect()
}

/// What may be had of what was asked for, and a line for each that may not.
pub(super) fn allowed(egress: Option<&dyn Egress>, asked: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut allowed, mut refused) = (Vec::new(), Vec::new());
    for host in asked {
        let refusal = match egress {
            Some(egress) => egress.refusal(&host),
            None => Some("no way out is allowed on this server; its operator allows hosts with --allow-egress".into()),
        };
        match refusal {
            Some(reason) => refused.push(format!("{ASK} asks for {}: {reason}", host.escape_debug())),
            None => allowed.push(host),
        }
    }
    (allowed, refused)
}

/// Leads clients to the proxy, unless the build's own variables lead them elsewhere.
pub(super) fn lead(env: &mut Vec<(String, String)>, proxy: SocketAddr) {
    let proxy = format!("http://{proxy}");
    let all = VARIABLES.iter().map(|name| (*name, proxy.as_str())).chain(EXCEPT.map(|name| (name, INSIDE)));
    for (name, value) in all {
        if env.iter().all(|(known, _)| known != name) {
            env.push((name.into(), value.into()));
        }
    }
}
