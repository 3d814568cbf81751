//! A load generator: keep-alive connections that send signed requests one after the other.

use crate::Result;
use base::{Clock, Secret, SystemClock};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use std::{
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

/// How much to send.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) time: Duration,
}

type Request = Arc<dyn Fn() -> Vec<u8> + Send + Sync>;

/// Makes a request anew each time: its signature is part of the client's work.
pub(crate) fn signed(env: &Value, address: SocketAddr) -> Request {
    let text = |name: &str| env[name].as_str().unwrap_or_default().to_string();
    let credentials = Credentials {
        access_key_id: text("AWS_ACCESS_KEY_ID"),
        secret_access_key: Secret::new(text("AWS_SECRET_ACCESS_KEY")),
        session_token: Some(Secret::new(text("AWS_SESSION_TOKEN"))),
    };
    let (region, hash, host) = (text("AWS_REGION"), hex_sha256(BODY.as_bytes()), address.to_string());
    Arc::new(move || {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Ok(host) = HeaderValue::from_str(&host) {
            headers.insert("host", host);
        }
        sign("POST", "/", &mut headers, &credentials, ("sts", &region), SystemClock.now(), PayloadHash::Hex(hash.clone()));
        let mut request = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in &headers {
            request.extend_from_slice(name.as_str().as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(format!("content-length: {}\r\n\r\n{BODY}", BODY.len()).as_bytes());
        request
    })
}

impl Load {
    /// Answers a second. Any answer but 200 ends the bench.
    pub(crate) async fn run(self, address: SocketAddr, request: Request) -> Result<f64> {
        let begun = Instant::now();
        let mut workers = Vec::new();
        for _ in 0..self.connections {
            let request = request.clone();
            workers.push(tokio::spawn(async move { connection(address, &request, begun + self.time).await.map_err(|e| e.to_string()) }));
        }
        let mut answers = 0;
        for worker in workers {
            answers += worker.await??;
        }
        Ok(answers as f64 / begun.elapsed().as_secs_f64())
    }
}

async fn connection(address: SocketAddr, request: &Request, end: Instant) -> Result<u64> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8192);
    let mut answers = 0;
    while Instant::now() < end {
        stream.write_all(&request()).await?;
        answer(&mut stream, &mut buffer).await?;
        answers += 1;
    }
    Ok(answers)
}

async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection ended".into());
        }
        let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
        if !head.starts_with("http/1.1 200") {
            return Err(head.into());
        }
        let length = head.lines().find_map(|l| l.strip_prefix("content-length:")).ok_or("no length")?;
        if buffer.len() >= end + 4 + length.trim().parse::<usize>()? {
            return Ok(());
        }
    }
}
