use super::{Server, body::IDLE, patient::Patient, route};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;

/// How a connection came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    pub(crate) peer: IpAddr,
    /// The version of TLS: `1.2`, `1.3`; none for plain HTTP.
    pub(crate) tls: Option<&'static str>,
}

/// Connections at once; more wait to be accepted.
const MAX_CONNECTIONS: usize = 1024;
/// A client that does not finish its headers in this time is dropped.
const PATIENCE: Duration = Duration::from_secs(20);
/// And one that does not greet in this time: the TLS handshake, or the first byte of anything else.
const GREETING: Duration = Duration::from_secs(10);
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// The first byte of a TLS handshake record (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// The port, TLS and plain.
pub(crate) struct Listener {
    socket: TcpListener,
    plain_everywhere: bool,
    places: Arc<Semaphore>,
}

/// The connections of a listener.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Semaphore>);

impl Connections {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        MAX_CONNECTIONS.saturating_sub(self.0.available_permits())
    }
}

impl Listener {
    pub(crate) async fn bind(address: SocketAddr, plain_everywhere: bool) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await?, plain_everywhere, places: Arc::new(Semaphore::new(MAX_CONNECTIONS)) })
    }

    pub(crate) fn connections(&self) -> Connections {
        Connections(self.places.clone())
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts until `stop` says so; connections under way end their present request.
    pub(crate) async fn run(self, server: Server, mut stop: watch::Receiver<bool>) {
        loop {
            let Ok(place) = self.places.clone().acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|s| *s) => return,
            };
            // Too many open files, or a client that went: the next one may do better.
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let (server, stop) = (server.clone(), stop.clone());
            let plain = self.plain_everywhere || peer.ip().is_loopback();
            tokio::spawn(async move {
                let _place = place;
                // A connection that breaks is the client's loss; its calls have their records.
                let _ = connection(server, stream, peer.ip(), plain, stop).await;
            });
        }
    }
}

async fn connection(server: Server, stream: TcpStream, peer: IpAddr, plain: bool, stop: watch::Receiver<bool>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    let peeked = tokio::time::timeout(GREETING, stream.peek(&mut first)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    if peeked == 1 && first[0] == TLS_HANDSHAKE {
        let greeting = async { TlsAcceptor::from(server.tls.wait().await.clone()).accept(Patient::new(stream, IDLE)).await };
        let stream = tokio::time::timeout(GREETING, greeting).await.map_err(|_| io::ErrorKind::TimedOut)??;
        let version = match stream.get_ref().1.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "1.3",
            _ => "1.2",
        };
        serve(server, TokioIo::new(stream), Connection { peer, tls: Some(version) }, stop).await
    } else if plain {
        serve(server, TokioIo::new(Patient::new(stream, IDLE)), Connection { peer, tls: None }, stop).await
    } else {
        // Plain HTTP from afar: policies ask for TLS, and credentials would be readable on the way.
        Ok(())
    }
}

async fn serve<I>(server: Server, io: I, connection: Connection, mut stop: watch::Receiver<bool>) -> io::Result<()>
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let server = server.clone();
        async move { Ok::<_, Infallible>(route::handle(&server, connection, request).await) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(MAX_HEADER_BYTES).half_close(true);
    let served = builder.serve_connection(io, service);
    tokio::pin!(served);
    tokio::select! {
        result = served.as_mut() => return result.map_err(io::Error::other),
        _ = stop.wait_for(|s| *s) => served.as_mut().graceful_shutdown(),
    }
    served.await.map_err(io::Error::other)
}

/// Serves one connection that a sandbox's own listener accepted: plain HTTP that never left the machine's kernel, so it
/// counts as secure transport, as a build's endpoint on AWS would be HTTPS.
pub(crate) async fn serve_one(server: Server, stream: std::net::TcpStream, stop: watch::Receiver<bool>) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let stream = TcpStream::from_std(stream)?;
    serve(server, TokioIo::new(Patient::new(stream, IDLE)), Connection { peer: IpAddr::V4(Ipv4Addr::LOCALHOST), tls: Some("1.3") }, stop)
        .await
}
