//! When a server is asked to stop, and what it tells whoever started it.

use crate::failure::{FAILED, Failure};
use std::{
    io,
    os::{
        linux::net::SocketAddrExt,
        unix::{
            ffi::OsStrExt,
            net::{SocketAddr, UnixDatagram},
        },
    },
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT, SIGTERM, and SIGHUP: a terminal that is closed.
pub(crate) struct Signals([Signal; 3]);

impl Signals {
    /// From here on these signals end nothing by themselves.
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?]))
    }

    /// Waits for one of them.
    pub(crate) async fn heard(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }

    /// Ends the process at once when another one comes: all that was answered is on disk.
    pub(crate) async fn end_at_once(&mut self) -> ! {
        self.heard().await;
        eprintln!("sekisho: ended at once, as a crash would; what is under way goes on at the next start");
        std::process::exit(i32::from(FAILED))
    }
}

/// Tells the service manager (`sd_notify(3)`: a datagram to the socket that `NOTIFY_SOCKET` names), if there is one.
pub(crate) fn notify(state: &str) {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else { return };
    let sent = address(name.as_bytes(), &name).and_then(|to| UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &to));
    if let Err(e) = sent {
        eprintln!("sekisho: the service manager was not told {state}: {e}");
    }
}

/// A name that begins with `@` is in Linux's abstract namespace.
fn address(bytes: &[u8], name: &std::ffi::OsStr) -> io::Result<SocketAddr> {
    match bytes.split_first() {
        Some((b'@', rest)) => SocketAddr::from_abstract_name(rest),
        _ => SocketAddr::from_pathname(name),
    }
}
