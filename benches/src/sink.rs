//! A plain hyper server in a process of its own: it drops what is sent to it, and sends as much as it is asked for.

use crate::{Result, process::free_address};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Bytes, Frame, Incoming},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::{
    convert::Infallible,
    net::{SocketAddr, TcpStream},
    process::{Child, Command},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The first argument of such a process.
pub(crate) const COMMAND: &str = "sink";
const PIECE: usize = 64 << 10;

/// One that ends with the bench.
pub(crate) struct Sink {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sink {
    pub(crate) fn start(tls: bool) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        let child = command.args([COMMAND, &address.to_string(), if tls { "tls" } else { "plain" }]).spawn()?;
        let sink = Self { child, address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > Duration::from_secs(10) {
                return Err("the sink does not listen".into());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(sink)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Drops the body of a PUT; a GET of `/N` is answered with N bytes.
async fn answer(request: http::Request<Incoming>) -> std::result::Result<http::Response<Body>, hyper::Error> {
    if request.method() == http::Method::GET {
        let length: usize = request.uri().path().trim_start_matches('/').parse().unwrap_or(0);
        let piece = Bytes::from(vec![7; PIECE]);
        let frames = (0..length / PIECE).map(move |_| Ok(Frame::data(piece.clone())));
        let mut response = http::Response::new(StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync());
        response.headers_mut().insert("content-length", (length / PIECE * PIECE).into());
        return Ok(response);
    }
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        drop(frame?);
    }
    Ok(http::Response::new(Full::new(Bytes::new()).boxed_unsync()))
}

fn acceptor() -> Result<TlsAcceptor> {
    let key = rcgen::KeyPair::generate()?;
    let certificate = rcgen::CertificateParams::new(["localhost".to_string()])?.self_signed(&key)?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// What the process does: `ADDRESS tls|plain`.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let [address, kind] = arguments else { return Err("sink takes an address, and tls or plain".into()) };
    let tls = if kind == "tls" { Some(acceptor()?) } else { None };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address.as_str()).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let (http, tls) = (hyper::server::conn::http1::Builder::new(), tls.clone());
            tokio::spawn(async move {
                // A connection that breaks is the client's loss.
                let _ = match tls {
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => http.serve_connection(TokioIo::new(stream), service_fn(answer)).await,
                        Err(_) => return,
                    },
                    None => http.serve_connection(TokioIo::new(stream), service_fn(answer)).await,
                };
            });
        }
    })
}
