//! A load generator: keep-alive connections that send signed requests one after the other.

use crate::Result;
use base::{Clock, Secret, SystemClock};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use wire::sigv4::{Credentials, PayloadHash, hex_sha256, sign};

/// The hash of a body that is not signed.
pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const LOOKUP: &str = "CloudTrail_20131101.LookupEvents";
/// Answers with longer bodies are read and dropped.
const KEPT: usize = 1 << 20;

/// How much to send.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) time: Duration,
}

/// A request on its way: its own mark, its head with a small body, and a large body apart.
pub(crate) struct Message {
    pub(crate) mark: u64,
    pub(crate) head: Vec<u8>,
    pub(crate) body: Option<Arc<[u8]>>,
}

/// Makes the next request, anew each time: its signature is part of the client's work. None: all were made.
pub(crate) type Request = Arc<dyn Fn() -> Option<Message> + Send + Sync>;

/// Looks at an answer's body; an answer that is not as it should be ends the bench.
type Check = Arc<dyn Fn(u64, &[u8]) -> std::result::Result<(), String> + Send + Sync>;

/// A request that was answered with success: its mark, and the server's id for it if it gave one.
pub(crate) struct Answered {
    pub(crate) mark: u64,
    pub(crate) id: String,
}

/// What is asked for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) service: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

/// Signs requests with the credentials of an environment.
#[derive(Clone)]
pub(crate) struct Signer {
    credentials: Credentials,
    region: String,
    host: String,
}

impl Signer {
    pub(crate) fn new(env: &Value, address: SocketAddr) -> Self {
        let text = |name: &str| env[name].as_str().unwrap_or_default().to_string();
        let credentials = Credentials {
            access_key_id: text("AWS_ACCESS_KEY_ID"),
            secret_access_key: Secret::new(text("AWS_SECRET_ACCESS_KEY")),
            session_token: env["AWS_SESSION_TOKEN"].as_str().map(|token| Secret::new(token.to_string())),
        };
        Self { credentials, region: text("AWS_REGION"), host: address.to_string() }
    }

    /// The head of a request with a body of this hash and length.
    pub(crate) fn head(&self, call: Call<'_>, hash: &str, length: u64) -> Vec<u8> {
        let mut headers = HeaderMap::new();
        for (name, value) in call.headers.iter().copied().chain([("host", self.host.as_str())]) {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        let hash = if hash == UNSIGNED { PayloadHash::Unsigned } else { PayloadHash::Hex(hash.into()) };
        let scope = (call.service, self.region.as_str());
        sign(call.method, call.target, &mut headers, &self.credentials, scope, SystemClock.now(), hash);
        let mut head = format!("{} {} HTTP/1.1\r\n", call.method, call.target).into_bytes();
        for (name, value) in &headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(format!("content-length: {length}\r\n\r\n").as_bytes());
        head
    }

    /// A whole request.
    pub(crate) fn request(&self, call: Call<'_>, body: &[u8]) -> Vec<u8> {
        let mut request = self.head(call, &hex_sha256(body), body.len() as u64);
        request.extend_from_slice(body);
        request
    }

    /// A call of a service that speaks JSON.
    pub(crate) fn json(&self, service: &str, target: &str, input: &Value) -> Vec<u8> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.request(Call { method: "POST", target: "/", service, headers: &headers }, input.to_string().as_bytes())
    }
}

/// The same call again and again.
pub(crate) fn again(make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Request {
    Arc::new(move || Some(Message { mark: 0, head: make(), body: None }))
}

/// GetCallerIdentity.
pub(crate) fn signed(env: &Value, address: SocketAddr) -> Request {
    let signer = Signer::new(env, address);
    again(move || signer.request(Call { method: "POST", target: "/", service: "sts", headers: FORM }, IDENTITY.as_bytes()))
}

impl Load {
    /// Any answer but a success ends the bench.
    pub(crate) async fn run(self, address: SocketAddr, request: Request) -> Result<Vec<Answered>> {
        self.checked(address, request, Arc::new(|_, _| Ok(()))).await
    }

    /// As `run`, with a look at each answer.
    pub(crate) async fn checked(self, address: SocketAddr, request: Request, check: Check) -> Result<Vec<Answered>> {
        let mut answers = Vec::new();
        for (answered, failure) in self.all(address, request, check).await {
            if let Some(failure) = failure {
                return Err(failure.into());
            }
            answers.extend(answered);
        }
        Ok(answers)
    }

    /// All that was answered before the connections broke.
    pub(crate) async fn until_it_breaks(self, address: SocketAddr, request: Request) -> Vec<Answered> {
        self.all(address, request, Arc::new(|_, _| Ok(()))).await.into_iter().flat_map(|(answered, _)| answered).collect()
    }

    async fn all(self, address: SocketAddr, request: Request, check: Check) -> Vec<(Vec<Answered>, Option<String>)> {
        let end = Instant::now() + self.time;
        let workers: Vec<_> =
            (0..self.connections).map(|_| tokio::spawn(connection(address, request.clone(), check.clone(), end))).collect();
        let mut all = Vec::new();
        for worker in workers {
            all.push(worker.await.unwrap_or_else(|e| (Vec::new(), Some(e.to_string()))));
        }
        all
    }
}

async fn connection(address: SocketAddr, request: Request, check: Check, end: Instant) -> (Vec<Answered>, Option<String>) {
    let mut answered = Vec::new();
    let sent = async {
        let mut stream = connect(address).await?;
        let mut buffer = Vec::with_capacity(8192);
        while Instant::now() < end
            && let Some(message) = request()
        {
            stream.write_all(&message.head).await?;
            if let Some(body) = &message.body {
                stream.write_all(body).await?;
            }
            let answer = answer(&mut stream, &mut buffer).await?;
            check(message.mark, &buffer[answer.body.clone()])?;
            answered.push(Answered { mark: message.mark, id: answer.id });
            if answer.last {
                stream = connect(address).await?;
            }
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    let failure = sent.await.err().map(|e| e.to_string());
    (answered, failure)
}

async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}

/// An answer that was read: where its body lies in the buffer (nowhere, if it was too long to keep).
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) body: std::ops::Range<usize>,
    pub(crate) length: usize,
    /// Whether the server ends the connection.
    last: bool,
}

/// Reads one answer.
pub(crate) async fn answer(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> std::result::Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    buffer.clear();
    let end = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection ended".into());
        }
        if let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
    let succeeded = head.split_whitespace().nth(1).is_some_and(|status| status.starts_with('2'));
    let length: usize = header(&head, "content-length").map_or(Ok(0), str::parse)?;
    let last = head.starts_with("http/1.0") || header(&head, "connection") == Some("close");
    let keep = !succeeded || length <= KEPT;
    let mut got = buffer.len() - end;
    while got < length {
        if !keep {
            buffer.truncate(end);
            buffer.reserve(KEPT);
        }
        match stream.read_buf(buffer).await? {
            0 => return Err("the connection ended in the middle of an answer".into()),
            n => got += n,
        }
    }
    if !succeeded {
        return Err(String::from_utf8_lossy(buffer).into());
    }
    let body = if keep { end..end + length } else { end..end };
    Ok(Answer { id: header(&head, "x-amzn-requestid").unwrap_or_default().to_string(), body, length, last })
}

/// Makes one call; the body of its answer.
pub(crate) async fn once(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = connect(address).await?;
    exchange(&mut stream, request).await
}

/// As `once`, on a connection.
pub(crate) async fn exchange(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &[u8]) -> Result<Vec<u8>> {
    stream.write_all(request).await?;
    let mut buffer = Vec::new();
    let answer = answer(stream, &mut buffer).await.map_err(|e| e.to_string())?;
    Ok(buffer[answer.body].to_vec())
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
    let answer: Value = serde_json::from_slice(&once(address, &Signer::new(env, address).json("cloudtrail", LOOKUP, &input)).await?)?;
    let texts = answer["Events"].as_array().into_iter().flatten().filter_map(|event| event["CloudTrailEvent"].as_str());
    let events = texts.map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
    Ok((events, answer["NextToken"].clone()))
}
