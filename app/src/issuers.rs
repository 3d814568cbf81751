//! Reaches the issuers of OpenID Connect providers: https alone, no redirects, bounded in size and time. Trusts the system's roots
//! (or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`), and what the operator adds.

use crate::failure::Failure;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, Uri, header::HOST};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{net::TcpStream, runtime::Handle, time::timeout};
use tokio_rustls::TlsConnector;
use wire::jwt::KeySet;

/// A document's most bytes, and the time that it may take in all.
const MAX_BYTES: usize = 512 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> Failure + '_ {
    move |e| Failure::unusable(format!("{}: {e}", path.display()))
}

/// An issuer's keys from a file: `ISSUER_URL=FILE`.
pub(crate) fn given(argument: &str) -> Result<(String, KeySet), Failure> {
    let (url, file) = argument.split_once('=').filter(|(url, file)| url.starts_with("https://") && !file.is_empty()).ok_or_else(|| {
        Failure::unusable(format!("--oidc-keys {argument}: expected ISSUER_URL=FILE, as https://issuer.example=keys.json"))
    })?;
    let path = PathBuf::from(file);
    let bytes = std::fs::read(&path).map_err(unreadable(&path))?;
    let keys = KeySet::read(&bytes).map_err(|e| {
        Failure::unusable(format!("{}: {e}", path.display())).help("save what the issuer's jwks_uri answers: {\"keys\": [...]}")
    })?;
    Ok((url.to_string(), keys))
}

/// Certificates that the operator adds to the system's roots.
pub(crate) fn more_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bytes = std::fs::read(path).map_err(unreadable(path))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(Failure::unusable(format!("{} has no certificate", path.display()))),
        Err(e) => Err(Failure::unusable(format!("{}: {e}", path.display()))),
    }
}

/// What fetches for `iam`, from threads beside the runtime. The system's roots are read when they are needed first.
pub(crate) fn fetcher(runtime: Handle, more: Vec<CertificateDer<'static>>) -> Arc<iam::Fetch> {
    let tls: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    Arc::new(move |url: &str| {
        let tls = tls.get_or_init(|| configuration(&more)).clone()?;
        runtime.block_on(async { timeout(PATIENCE, get(tls, url)).await }).unwrap_or_else(|_| Err(format!("{url} did not answer in time")))
    })
}

fn configuration(more: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    // Systems have roots that nobody can read; the others serve.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in more {
        roots.add(certificate.clone()).map_err(|e| format!("a certificate of --oidc-ca is not usable: {e}"))?;
    }
    if roots.is_empty() {
        return Err("this machine trusts no certificate authority: install its ca-certificates, or name one with --oidc-ca".into());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|e| e.to_string())?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

async fn get(tls: Arc<ClientConfig>, url: &str) -> Result<Vec<u8>, String> {
    let failed = |e: &dyn std::fmt::Display| format!("{url}: {e}");
    let uri: Uri = url.parse().map_err(|e| failed(&e))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_string();
    if uri.scheme_str() != Some("https") || host.is_empty() {
        return Err(failed(&"not an https URL"));
    }
    let name = ServerName::try_from(host.clone()).map_err(|e| failed(&e))?;
    let stream = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(443))).await.map_err(|e| failed(&e))?;
    let stream = TlsConnector::from(tls).connect(name, stream).await.map_err(|e| failed(&e))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|e| failed(&e))?;
    // Its end is seen by the request as well.
    let connection = tokio::spawn(connection);
    let authority = uri.authority().map(|a| a.as_str()).unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |p| p.as_str());
    let request = Request::get(path)
        .header(HOST, authority)
        .header("accept", "application/json")
        .header("user-agent", "sekisho")
        .body(Empty::<bytes::Bytes>::new())
        .map_err(|e| failed(&e))?;
    let answer = sender.send_request(request).await.map_err(|e| failed(&e));
    let body = match answer {
        Ok(answer) if answer.status() == 200 => {
            Limited::new(answer.into_body(), MAX_BYTES).collect().await.map(|body| body.to_bytes().to_vec()).map_err(|e| failed(&e))
        }
        Ok(answer) => Err(failed(&format_args!("it answered {}; redirects are not followed", answer.status()))),
        Err(error) => Err(error),
    };
    connection.abort();
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
    use std::{io::Write, net::SocketAddr};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        runtime::Runtime,
    };
    use tokio_rustls::TlsAcceptor;

    /// An authority of its own, and a server's configuration with its certificate for `localhost`.
    fn authority() -> (CertificateDer<'static>, Arc<ServerConfig>) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap();
        let leaf_key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(["localhost".to_string()]).unwrap();
        let leaf = leaf.signed_by(&leaf_key, &Issuer::new(params, key)).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(leaf_key.serialize_der()).into())
            .unwrap();
        (root.der().clone(), Arc::new(config))
    }

    /// An https server that answers every request of a path with what is written for it.
    fn serve(runtime: &Runtime, config: Arc<ServerConfig>, answers: &'static [(&'static str, &'static str)]) -> SocketAddr {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = TlsAcceptor::from(config.clone());
                tokio::spawn(async move {
                    // A client that does not trust the certificate goes away.
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut request = vec![0; 4096];
                    let length = stream.read(&mut request).await.unwrap_or(0);
                    let text = String::from_utf8_lossy(&request[..length]).into_owned();
                    let found = answers.iter().find(|(path, _)| text.starts_with(&format!("GET {path} HTTP/1.1")));
                    let answer = found.map_or("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", |(_, answer)| answer);
                    let large = answer.contains("content-length: 600000");
                    let body = if large { "x".repeat(600_000) } else { String::new() };
                    let _ = stream.write_all(format!("{answer}{body}").as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        address
    }

    /// From a thread beside the runtime, as commands of the outbox run.
    fn fetch(runtime: &Runtime, roots: Vec<CertificateDer<'static>>, url: String) -> Result<Vec<u8>, String> {
        let fetch = fetcher(runtime.handle().clone(), roots);
        std::thread::spawn(move || fetch(&url)).join().unwrap()
    }

    #[test]
    fn only_a_trusted_https_server_is_believed_and_only_so_much() {
        let runtime = Runtime::new().unwrap();
        let (root, config) = authority();
        let address = serve(
            &runtime,
            config,
            &[
                ("/keys?x=1", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
                ("/moved", "HTTP/1.1 302 Found\r\nlocation: /keys\r\ncontent-length: 0\r\n\r\n"),
                ("/large", "HTTP/1.1 200 OK\r\ncontent-length: 600000\r\n\r\n"),
            ],
        );
        let at = |path: &str| format!("https://localhost:{}{path}", address.port());
        let trusted = vec![root];
        assert_eq!(fetch(&runtime, trusted.clone(), at("/keys?x=1")), Ok(b"{}".to_vec()));
        let (stranger, _) = authority();
        for (roots, url, why) in [
            (vec![], at("/keys?x=1"), ""),
            (vec![stranger], at("/keys?x=1"), "certificate"),
            (trusted.clone(), format!("https://127.0.0.1:{}/keys?x=1", address.port()), "certificate"),
            (trusted.clone(), at("/nothing"), "404"),
            (trusted.clone(), at("/moved"), "redirects are not followed"),
            (trusted.clone(), at("/large"), "limit"),
            (trusted.clone(), format!("http://localhost:{}/keys", address.port()), "not an https URL"),
            (trusted, "https://".into(), ""),
        ] {
            let error = fetch(&runtime, roots, url.clone()).unwrap_err();
            assert!(error.contains(why), "{url}: {error}");
        }
    }

    #[test]
    fn keys_and_certificates_are_read_from_files() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap().to_string();
        let argument = format!("https://issuer.example={path}");
        assert!(given(&argument).is_err());
        assert!(more_roots(file.path()).is_err());
        file.write_all(br#"{"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}"#).unwrap();
        assert_eq!(given(&argument).unwrap().0, "https://issuer.example");
        for wrong in
            ["", "https://issuer.example", "https://issuer.example=", "http://issuer.example=/dev/null", "https://a=/nothing/there"]
        {
            assert!(given(wrong).is_err(), "{wrong}");
        }
    }
}
