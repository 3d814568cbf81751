//! The command line's own calls: signed requests to a running server, like anybody's.

use crate::failure::Failure;
use base::{Clock, Region, Secret, SystemClock};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use std::{fmt, net::SocketAddr, path::Path, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wire::sigv4::{Credentials, PayloadHash, hex_sha256, sign};

/// `X-Amz-Target` prefixes of the services that the command line calls.
const JSON: [(&str, &str); 9] = [
    ("codebuild", "CodeBuild_20161006"),
    ("codepipeline", "CodePipeline_20150709"),
    ("codecommit", "CodeCommit_20150413"),
    ("codeconnections", "com.amazonaws.codeconnections.CodeConnections_20231201"),
    ("codestar-connections", "com.amazonaws.codestar.connections.CodeStar_connections_20191201"),
    ("cloudtrail", "CloudTrail_20131101"),
    ("kms", "TrentService"),
    ("logs", "Logs_20140328"),
    ("operator", "Sekisho_20261122"),
];
/// API versions of the query services.
const QUERY: [(&str, &str); 3] = [("sts", "2011-06-15"), ("iam", "2010-05-08"), ("cloudformation", "2010-05-15")];

/// Makes calls as one principal.
#[derive(Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    region: Region,
    credentials: Credentials,
}

/// What a call was answered with.
#[derive(Debug, Clone)]
pub(crate) struct CallError {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
impl From<CallError> for Failure {
    fn from(e: CallError) -> Self {
        Self::new(e.to_string())
    }
}

fn transport(e: impl fmt::Display) -> CallError {
    CallError { code: "Connection".into(), message: format!("the server cannot be reached: {e}") }
}

fn refused(answer: &Value) -> CallError {
    let text = |pointers: [&str; 2]| pointers.iter().find_map(|p| answer.pointer(p)?.as_str()).unwrap_or_default().to_string();
    CallError { code: text(["/__type", "/Error/Code"]), message: text(["/message", "/Error/Message"]) }
}

/// Trusts the local authority alone.
pub(crate) fn trust(bundle: &Path) -> Result<Arc<ClientConfig>, Failure> {
    let failed = |e: &dyn fmt::Display| Failure::new(format!("{}: {e}", bundle.display()));
    let certificate = CertificateDer::from_pem_file(bundle).map_err(|e| failed(&e))?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(|e| failed(&e))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|e| failed(&e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn form(out: &mut form_urlencoded::Serializer<'_, String>, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| form(out, &format!("{name}.member.{}", i + 1), item)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
            form(out, &name, value);
        }),
        Value::String(text) => {
            out.append_pair(name, text);
        }
        other => {
            out.append_pair(name, &other.to_string());
        }
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr, tls: Arc<ClientConfig>, region: Region, credentials: Credentials) -> Self {
        Self { address, tls, region, credentials }
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Makes a call. `input` has AWS's member names; so has the answer.
    pub(crate) async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, CallError> {
        let (request, query) = self.request(service, operation, input)?;
        let (status, body) = self.send(request).await?;
        let bytes = body.collect().await.map_err(transport)?.to_bytes();
        let answer: Value = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).map_err(transport)? };
        if status == 200 {
            let inner = format!("/{operation}Response/{operation}Result");
            return Ok(if query { answer.pointer(&inner).cloned().unwrap_or(Value::Null) } else { answer });
        }
        Err(refused(&answer))
    }

    /// Makes a call whose answer is a stream of bytes, and gives them on as they come.
    pub(crate) async fn download(
        &self,
        service: &str,
        operation: &str,
        input: Value,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (request, _) = self.request(service, operation, input)?;
        let (status, mut body) = self.send(request).await?;
        if status != 200 {
            let bytes = body.collect().await.map_err(transport)?.to_bytes();
            return Err(refused(&serde_json::from_slice(&bytes).unwrap_or_default()).into());
        }
        while let Some(frame) = body.frame().await {
            if let Some(bytes) = frame.map_err(transport)?.data_ref() {
                take(bytes)?;
            }
        }
        Ok(())
    }

    /// Reads an object of S3, and gives its bytes on as they come.
    pub(crate) async fn object(&self, bucket: &str, key: &str, mut take: impl FnMut(&[u8])) -> Result<(), CallError> {
        let path = format!("/{bucket}/{}", wire::encoding::encode_path(key.as_bytes()));
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_str(&self.address.to_string()).map_err(transport)?);
        let payload = PayloadHash::Hex(hex_sha256(b""));
        sign("GET", &path, &mut headers, &self.credentials, ("s3", self.region.as_str()), SystemClock.now(), payload)
            .ok_or_else(|| transport("the request could not be signed"))?;
        let mut request = Request::get(path).body(Full::new(Bytes::new())).map_err(transport)?;
        *request.headers_mut() = headers;
        let (status, mut body) = self.send(request).await?;
        if status != 200 {
            return Err(CallError { code: status.to_string(), message: format!("s3://{bucket}/{key} cannot be read") });
        }
        while let Some(frame) = body.frame().await {
            if let Some(bytes) = frame.map_err(transport)?.data_ref() {
                take(bytes);
            }
        }
        Ok(())
    }

    /// A signed request, and whether it is of a query service.
    fn request(&self, service: &str, operation: &str, input: Value) -> Result<(Request<Full<Bytes>>, bool), CallError> {
        let mut headers = HeaderMap::new();
        let (body, query) = if let Some((_, prefix)) = JSON.iter().find(|(s, _)| *s == service) {
            headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.1"));
            headers.insert("x-amz-target", HeaderValue::from_str(&format!("{prefix}.{operation}")).map_err(transport)?);
            (input.to_string(), false)
        } else {
            let version = QUERY.iter().find(|(s, _)| *s == service).map(|(_, v)| *v).unwrap_or_default();
            headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
            headers.insert("accept", HeaderValue::from_static("application/json"));
            let mut out = form_urlencoded::Serializer::new(String::new());
            out.append_pair("Action", operation).append_pair("Version", version);
            form(&mut out, "", &input);
            (out.finish(), true)
        };
        headers.insert("host", HeaderValue::from_str(&self.address.to_string()).map_err(transport)?);
        headers.insert("user-agent", HeaderValue::from_static(concat!("sekisho/", env!("CARGO_PKG_VERSION"))));
        let payload = PayloadHash::Hex(hex_sha256(body.as_bytes()));
        sign("POST", "/", &mut headers, &self.credentials, (service, self.region.as_str()), SystemClock.now(), payload)
            .ok_or_else(|| transport("the request could not be signed"))?;
        let mut request = Request::post("/").body(Full::new(Bytes::from(body))).map_err(transport)?;
        *request.headers_mut() = headers;
        Ok((request, query))
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<(u16, Incoming), CallError> {
        let stream = TcpStream::connect(self.address).await.map_err(transport)?;
        let name = ServerName::from(self.address.ip());
        let stream = TlsConnector::from(self.tls.clone()).connect(name, stream).await.map_err(transport)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(transport)?;
        tokio::spawn(connection);
        let answer = sender.send_request(request).await.map_err(transport)?;
        let status = answer.status().as_u16();
        Ok((status, answer.into_body()))
    }

    /// A client with a session of the role.
    pub(crate) async fn assume(&self, role_arn: &str, session: &str, seconds: u64) -> Result<(Self, Value), CallError> {
        let input = serde_json::json!({"RoleArn": role_arn, "RoleSessionName": session, "DurationSeconds": seconds});
        let answer = self.call("sts", "AssumeRole", input).await?;
        let given = &answer["Credentials"];
        let text = |name: &str| given[name].as_str().unwrap_or_default().to_string();
        let credentials = Credentials {
            access_key_id: text("AccessKeyId"),
            secret_access_key: Secret::new(text("SecretAccessKey")),
            session_token: Some(Secret::new(text("SessionToken"))),
        };
        Ok((Self { credentials, ..self.clone() }, answer))
    }
}
