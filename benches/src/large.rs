//! One object of 1 GiB up and down, over one connection, against a plain hyper server: processor time for each byte.

use crate::{
    Result,
    client::{Call, Signer, UNSIGNED, answer},
    disk,
    process::{Delivery, Server, cpu_of},
    sink::Sink,
    table::Table,
};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use wire::checksum::{Algorithm, Checksum};

const LENGTH: u64 = 1 << 30;
const PIECE: usize = 256 << 10;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Whose certificate it is does not matter here: both servers are the bench's own.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

async fn connected(address: SocketAddr, tls: bool) -> Result<Box<dyn Stream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    if !tls {
        return Ok(Box::new(stream));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    Ok(Box::new(connector.connect(ServerName::try_from("localhost")?, stream).await?))
}

/// Sends a head, and so many bytes behind it.
async fn up(stream: &mut dyn Stream, head: &[u8], piece: &[u8]) -> Result<()> {
    stream.write_all(head).await?;
    for _ in 0..LENGTH / PIECE as u64 {
        stream.write_all(piece).await?;
    }
    stream.flush().await?;
    answer(&mut Box::new(stream), &mut Vec::new()).await.map_err(|e| e.to_string())?;
    Ok(())
}

async fn down(stream: &mut dyn Stream, head: &[u8]) -> Result<()> {
    stream.write_all(head).await?;
    stream.flush().await?;
    let answer = answer(&mut Box::new(stream), &mut Vec::new()).await.map_err(|e| e.to_string())?;
    if answer.length as u64 == LENGTH { Ok(()) } else { Err(format!("{} bytes came", answer.length).into()) }
}

/// The rate in MB/s, and seconds of the server's processor time for each 10^9 bytes.
struct Passed {
    rate: f64,
    cpu: f64,
}

impl Passed {
    fn told(&self) -> String {
        format!("{:.2} s/GB", self.cpu)
    }
}

async fn passed(process: u32, work: impl Future<Output = Result<()>>) -> Result<Passed> {
    let (cpu, begun) = (cpu_of(&process.to_string())?, Instant::now());
    work.await?;
    let took = begun.elapsed();
    // What is done behind the answer counts too.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let cpu = cpu_of(&process.to_string())? - cpu;
    Ok(Passed { rate: LENGTH as f64 / 1e6 / took.as_secs_f64(), cpu: cpu.as_secs_f64() * 1e9 / LENGTH as f64 })
}

pub(crate) async fn measure(delivery: &Delivery, server: &Server, bucket: &str, table: &mut Table) -> Result<()> {
    let signer = Signer::new(&delivery.environment()?, server.address);
    let piece = disk::content(PIECE);
    let mut sum = Checksum::new(Algorithm::Sha256);
    (0..LENGTH / PIECE as u64).for_each(|_| sum.update(&piece));
    let hash: String = sum.finish().iter().map(|byte| format!("{byte:02x}")).collect();
    let target = format!("/{bucket}/large");
    for tls in [false, true] {
        let sink = Sink::start(tls)?;
        let bare_up = {
            let head = format!("PUT / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {LENGTH}\r\n\r\n");
            let mut stream = connected(sink.address, tls).await?;
            passed(sink.id(), up(&mut *stream, head.as_bytes(), &piece)).await?
        };
        let bare_down = {
            let head = format!("GET /{LENGTH} HTTP/1.1\r\nhost: localhost\r\n\r\n");
            let mut stream = connected(sink.address, tls).await?;
            passed(sink.id(), down(&mut *stream, head.as_bytes())).await?
        };
        let over = if tls { "TLS" } else { "plain HTTP" };
        for (hash, hashed) in [(UNSIGNED, "unsigned payload"), (hash.as_str(), "payload hash signed")] {
            let head = signer.head(Call { method: "PUT", target: &target, service: "s3", headers: &[] }, hash, LENGTH);
            let mut stream = connected(server.address, tls).await?;
            let ours = passed(server.id(), up(&mut *stream, &head, &piece)).await?;
            let how = format!("{:.0} MB/s; a plain hyper sink: {}, {:.0} MB/s", ours.rate, bare_up.told(), bare_up.rate);
            table.add(&format!("s3 1 GiB up, {over}, {hashed}"), ours.told(), &how);
        }
        let empty = wire::sigv4::hex_sha256(b"");
        let head = signer.head(Call { method: "GET", target: &target, service: "s3", headers: &[] }, &empty, 0);
        let mut stream = connected(server.address, tls).await?;
        let ours = passed(server.id(), down(&mut *stream, &head)).await?;
        let how = format!("{:.0} MB/s; a plain hyper source: {}, {:.0} MB/s", ours.rate, bare_down.told(), bare_down.rate);
        table.add(&format!("s3 1 GiB down, {over}"), ours.told(), &how);
    }
    Ok(())
}
