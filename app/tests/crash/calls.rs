//! Signed calls over TLS, made again when the server was ended in the middle.

use super::place::Place;
use base::{Clock, Secret, SystemClock};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};
use wire::sigv4::{Credentials, PayloadHash, hex_sha256, sign};

pub(crate) const REGION: &str = "ap-northeast-1";
const SOON: Duration = Duration::from_secs(20);
/// The name of the test's own sessions.
pub(crate) const SESSION: &str = "crash-test";

const JSON: [(&str, &str); 5] = [
    ("cloudtrail", "CloudTrail_20131101"),
    ("codebuild", "CodeBuild_20161006"),
    ("codepipeline", "CodePipeline_20150709"),
    ("logs", "Logs_20140328"),
    ("operator", "Sekisho_20261122"),
];

/// An answer that is an error.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: String,
    pub(crate) message: String,
    /// Whether the call was made before, by a process that was ended.
    pub(crate) again: bool,
}

impl Refused {
    pub(crate) fn says(&self, text: &str) -> bool {
        self.code.contains(text) || self.message.contains(text)
    }
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self { code: "Test".into(), message, again: false }
    }
}
impl From<Refused> for String {
    fn from(refused: Refused) -> Self {
        format!("{}: {}", refused.code, refused.message)
    }
}

/// Makes a call, again if its server was ended meanwhile.
pub(crate) fn call(place: &mut Place, who: &Credentials, service: &str, operation: &str, input: &Value) -> Result<Value, Refused> {
    let mut again = false;
    loop {
        let address = place.address()?;
        match attempt(place, address, who, service, operation, input) {
            Some((200, body)) => {
                let answer: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
                let inner = answer.pointer(&format!("/{operation}Response/{operation}Result")).cloned();
                return Ok(inner.unwrap_or(answer));
            }
            Some((_, body)) => {
                let answer: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
                let text = |names: [&str; 2]| names.iter().find_map(|p| answer.pointer(p)?.as_str()).unwrap_or(&body).to_string();
                return Err(Refused { code: text(["/__type", "/Error/Code"]), message: text(["/message", "/Error/Message"]), again });
            }
            None => {
                place.broken()?;
                again = true;
            }
        }
    }
}

fn attempt(place: &Place, address: SocketAddr, who: &Credentials, service: &str, operation: &str, input: &Value) -> Option<(u16, String)> {
    let mut headers = http::HeaderMap::new();
    headers.insert("host", address.to_string().parse().unwrap());
    let body = match JSON.iter().find(|(name, _)| *name == service) {
        Some((_, prefix)) => {
            headers.insert("x-amz-target", format!("{prefix}.{operation}").parse().unwrap());
            headers.insert("content-type", "application/x-amz-json-1.1".parse().unwrap());
            input.to_string()
        }
        None => {
            headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
            headers.insert("accept", "application/json".parse().unwrap());
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("Action", operation).append_pair("Version", "2010-05-15");
            flatten(&mut form, "", input);
            form.finish()
        }
    };
    send(place, address, who, service, ("POST", "/"), headers, &body)
}

fn flatten(form: &mut form_urlencoded::Serializer<'_, String>, name: &str, value: &Value) {
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| flatten(form, &format!("{name}.member.{}", i + 1), item)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
            flatten(form, &name, value);
        }),
        Value::String(text) => drop(form.append_pair(name, text)),
        other => drop(form.append_pair(name, &other.to_string())),
    }
}

fn tls(place: &Place) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(place.authority()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    Arc::new(config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth())
}

/// None: the connection broke.
fn send(
    place: &Place,
    address: SocketAddr,
    who: &Credentials,
    service: &str,
    (method, target): (&str, &str),
    mut headers: http::HeaderMap,
    body: &str,
) -> Option<(u16, String)> {
    let payload = PayloadHash::Hex(hex_sha256(body.as_bytes()));
    if service == "s3" {
        headers.insert("x-amz-content-sha256", hex_sha256(body.as_bytes()).parse().unwrap());
    }
    sign(method, target, &mut headers, who, (service, REGION), SystemClock.now(), payload).unwrap();
    let mut request = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| request += &format!("{name}: {}\r\n", value.to_str().unwrap()));
    request = format!("{request}\r\n{body}");
    let stream = TcpStream::connect_timeout(&address, SOON).ok()?;
    stream.set_read_timeout(Some(SOON)).ok()?;
    let connection = ClientConnection::new(tls(place), ServerName::from(address.ip())).ok()?;
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    if length.and_then(|l| l.parse().ok()).is_some_and(|length: usize| body.len() < length) {
        return None;
    }
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_string()))
}

/// The keys and sizes of a bucket's objects, as its listing has them.
pub(crate) fn objects(place: &mut Place, who: &Credentials, bucket: &str) -> Result<Vec<String>, String> {
    let target = format!("/{bucket}?list-type=2");
    let (status, body) = loop {
        let address = place.address()?;
        let mut headers = http::HeaderMap::new();
        headers.insert("host", address.to_string().parse().unwrap());
        match send(place, address, who, "s3", ("GET", &target), headers, "") {
            Some(answer) => break answer,
            None => place.broken()?,
        }
    };
    if status != 200 {
        return Err(format!("{bucket}: {body}"));
    }
    let inside = |part: &str, name: &str| {
        let rest = part.split_once(&format!("<{name}>")).map(|(_, rest)| rest).unwrap_or_default();
        rest.split('<').next().unwrap_or_default().to_string()
    };
    Ok(body.split("<Contents>").skip(1).map(|part| format!("{} {}", inside(part, "Key"), inside(part, "Size"))).collect())
}

/// A session of an account's administrator.
pub(crate) fn administrator(place: &mut Place, account: &str) -> Result<Credentials, String> {
    place.address()?;
    let operator = place.operator();
    let role = format!("arn:aws:iam::{account}:role/OrganizationAccountAccessRole");
    let input = json!({"RoleArn": role, "RoleSessionName": SESSION, "DurationSeconds": 3600});
    let answer = call(place, &operator, "sts", "AssumeRole", &input)?;
    let text = |name: &str| answer["Credentials"][name].as_str().unwrap_or_default().to_string();
    Ok(Credentials {
        access_key_id: text("AccessKeyId"),
        secret_access_key: Secret::new(text("SecretAccessKey")),
        session_token: Some(Secret::new(text("SessionToken"))),
    })
}
