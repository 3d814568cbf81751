//! The way out of builds: a proxy to the hosts that the operator allows.

mod allow;
mod head;
mod proxy;

pub(crate) use allow::{Host, is_public, split};

use proxy::Proxy;
use std::{
    net::TcpListener,
    sync::{Arc, mpsc::Sender},
};
use tokio::runtime::Handle;

/// More hosts are nobody's list.
const MAX_ASKED: usize = 200;

/// Lets builds out to what the operator allows.
pub(crate) struct Egress {
    pub(crate) allowed: Vec<Host>,
    pub(crate) runtime: Handle,
}

impl codebuild::Egress for Egress {
    fn refusal(&self, host: &str) -> Option<String> {
        match host.parse::<Host>() {
            Err(wrong) => Some(wrong),
            Ok(host) if self.allowed.iter().any(|allowed| allowed.contains(&host)) => None,
            Ok(host) => Some(format!("the operator does not allow it; --allow-egress '{host}' would")),
        }
    }

    fn serve(&self, listener: TcpListener, asked: Vec<String>, tell: Sender<String>) {
        // Each has been parsed once, when it was not refused.
        let asked = asked.iter().take(MAX_ASKED).filter_map(|host| host.parse().ok()).collect();
        let proxy = Arc::new(Proxy::new(asked, self.allowed.clone(), tell));
        while let Ok((stream, _)) = listener.accept() {
            let proxy = proxy.clone();
            self.runtime.spawn(async move { proxy.serve(stream).await });
        }
    }
}
