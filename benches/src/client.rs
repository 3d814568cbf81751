//! A load generator: keep-alive connections that send signed requests one after the other.

use crate::Result;
use base::{Clock, Secret, SystemClock};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wire::sigv4::{Credentials, PayloadHash, hex_sha256, sign};

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const LOOKUP: &[(&str, &str)] = &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "CloudTrail_20131101.LookupEvents")];

/// How much to send.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) time: Duration,
}

type Request = Arc<dyn Fn() -> Vec<u8> + Send + Sync>;

/// Signs requests with the credentials of an environment.
#[derive(Clone)]
struct Signer {
    credentials: Credentials,
    region: String,
    host: String,
}

impl Signer {
    fn new(env: &Value, address: SocketAddr) -> Self {
        let text = |name: &str| env[name].as_str().unwrap_or_default().to_string();
        let credentials = Credentials {
            access_key_id: text("AWS_ACCESS_KEY_ID"),
            secret_access_key: Secret::new(text("AWS_SECRET_ACCESS_KEY")),
            session_token: Some(Secret::new(text("AWS_SESSION_TOKEN"))),
        };
        Self { credentials, region: text("AWS_REGION"), host: address.to_string() }
    }

    fn request(&self, service: &str, fixed: &'static [(&'static str, &'static str)], hash: &str, body: &str) -> Vec<u8> {
        let mut headers = HeaderMap::new();
        for (name, value) in fixed {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        if let Ok(host) = HeaderValue::from_str(&self.host) {
            headers.insert("host", host);
        }
        sign("POST", "/", &mut headers, &self.credentials, (service, &self.region), SystemClock.now(), PayloadHash::Hex(hash.into()));
        let mut request = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in &headers {
            request.extend_from_slice(name.as_str().as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(format!("content-length: {}\r\n\r\n{body}", body.len()).as_bytes());
        request
    }
}

/// Makes a request anew each time: its signature is part of the client's work.
pub(crate) fn signed(env: &Value, address: SocketAddr) -> Request {
    let (signer, hash) = (Signer::new(env, address), hex_sha256(BODY.as_bytes()));
    Arc::new(move || signer.request("sts", FORM, &hash, BODY))
}

impl Load {
    /// The request ids of the answers (empty where the server gives none). Any answer but 200 ends the bench.
    pub(crate) async fn run(self, address: SocketAddr, request: Request) -> Result<Vec<String>> {
        let mut answers = Vec::new();
        for (ids, failure) in self.all(address, request).await {
            if let Some(failure) = failure {
                return Err(failure.into());
            }
            answers.extend(ids);
        }
        Ok(answers)
    }

    /// The request ids of all answers that came before the connections broke.
    pub(crate) async fn until_it_breaks(self, address: SocketAddr, request: Request) -> Vec<String> {
        self.all(address, request).await.into_iter().flat_map(|(ids, _)| ids).collect()
    }

    async fn all(self, address: SocketAddr, request: Request) -> Vec<(Vec<String>, Option<String>)> {
        let end = Instant::now() + self.time;
        let workers: Vec<_> = (0..self.connections).map(|_| tokio::spawn(connection(address, request.clone(), end))).collect();
        let mut all = Vec::new();
        for worker in workers {
            all.push(worker.await.unwrap_or_else(|e| (Vec::new(), Some(e.to_string()))));
        }
        all
    }
}

async fn connection(address: SocketAddr, request: Request, end: Instant) -> (Vec<String>, Option<String>) {
    let mut ids = Vec::new();
    let sent = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut buffer = Vec::with_capacity(8192);
        while Instant::now() < end {
            stream.write_all(&request()).await?;
            let (head, _) = answer(&mut stream, &mut buffer).await?;
            ids.push(header(&head, "x-amzn-requestid").unwrap_or_default().to_string());
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let failure = sent.await.err().map(|e| e.to_string());
    (ids, failure)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}

/// Reads one answer: its head in small letters, and where its body lies in the buffer.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(String, std::ops::Range<usize>)> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection ended".into());
        }
        let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
        if !head.starts_with("http/1.1 200") {
            return Err(String::from_utf8_lossy(buffer).into());
        }
        let length: usize = header(&head, "content-length").ok_or("no length")?.parse()?;
        if buffer.len() >= end + 4 + length {
            return Ok((head, end + 4..end + 4 + length));
        }
    }
}

/// The request ids of the last records of the account, at least so many if there are.
pub(crate) async fn lookup(env: &Value, address: SocketAddr, wanted: usize) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    let mut token = Value::Null;
    while found.len() < wanted {
        let (events, next) = page(env, address, &token).await?;
        found.extend(events.iter().filter_map(|event| Some(event["requestID"].as_str()?.to_string())));
        token = next;
        if token.is_null() {
            break;
        }
    }
    Ok(found)
}

/// A page of records, newest first, and the token of the next.
pub(crate) async fn page(env: &Value, address: SocketAddr, token: &Value) -> Result<(Vec<Value>, Value)> {
    let mut input = json!({"MaxResults": 50});
    if !token.is_null() {
        input["NextToken"] = token.clone();
    }
    let body = input.to_string();
    let request = Signer::new(env, address).request("cloudtrail", LOOKUP, &hex_sha256(body.as_bytes()), &body);
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(&request).await?;
    let mut buffer = Vec::new();
    let (_, body) = answer(&mut stream, &mut buffer).await?;
    let answer: Value = serde_json::from_slice(&buffer[body])?;
    let texts = answer["Events"].as_array().into_iter().flatten().filter_map(|event| event["CloudTrailEvent"].as_str());
    let events = texts.map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
    Ok((events, answer["NextToken"].clone()))
}
