//! The proxy of one build: looks a name up, refuses what is not allowed, and carries bytes.

use super::{
    allow::{Host, is_public},
    head,
};
use std::{
    io,
    net::SocketAddr,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::Sender,
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpStream, lookup_host},
    sync::Semaphore,
    time::timeout,
};

const MAX_HEAD: usize = 16 << 10;
const HEAD_TIME: Duration = Duration::from_secs(30);
const CONNECT_TIME: Duration = Duration::from_secs(15);
/// At once, for one build.
const MAX_CONNECTIONS: usize = 256;
/// What is told of one build; a build that connects for ever does not fill its log with that.
const MAX_LINES: usize = 2_000;

/// The proxy of one build.
pub(super) struct Proxy {
    asked: Vec<Host>,
    allowed: Vec<Host>,
    tell: Sender<String>,
    told: AtomicUsize,
    room: Semaphore,
}

/// Why a connection is not made: the status that the client sees, and the reason that all see.
struct Refusal(&'static str, String);

impl Proxy {
    pub(super) fn new(asked: Vec<Host>, allowed: Vec<Host>, tell: Sender<String>) -> Self {
        Self { asked, allowed, tell, told: AtomicUsize::new(0), room: Semaphore::new(MAX_CONNECTIONS) }
    }

    /// Serves one connection. What breaks it is the client's loss.
    pub(super) async fn serve(&self, stream: std::net::TcpStream) {
        let Ok(_room) = self.room.acquire().await else { return };
        let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
        if let Ok(stream) = stream {
            let _ = self.carry(stream).await;
        }
    }

    async fn carry(&self, mut client: TcpStream) -> io::Result<()> {
        let Ok(read) = timeout(HEAD_TIME, read_head(&mut client)).await else { return Ok(()) };
        let Some((head, rest)) = read? else {
            return refuse(&mut client, "431 Request Header Fields Too Large", "the head is not whole, or too long").await;
        };
        let request = match head::read(&head) {
            Ok(request) => request,
            Err(what) => return refuse(&mut client, "400 Bad Request", what).await,
        };
        let place = format!("{}:{}", request.host, request.port);
        let mut server = match self.connect(&request.host, request.port).await {
            Ok((server, address)) => {
                self.say(format!("Network: {place} allowed ({})", address.ip()));
                server
            }
            Err(Refusal(status, reason)) => {
                self.say(format!("Network: {place} refused: {reason}"));
                return refuse(&mut client, status, &format!("{place}: {reason}")).await;
            }
        };
        match request.forward {
            Some(forward) => server.write_all(&forward).await?,
            None => client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?,
        }
        server.write_all(&rest).await?;
        copy_bidirectional(&mut client, &mut server).await.map(drop)
    }

    async fn connect(&self, host: &str, port: u16) -> Result<(TcpStream, SocketAddr), Refusal> {
        let covers = |list: &[Host]| list.iter().any(|one| one.covers(host, port));
        if !covers(&self.asked) {
            return Err(Refusal("403 Forbidden", "the project does not ask for it in SEKISHO_EGRESS".into()));
        }
        if !covers(&self.allowed) {
            return Err(Refusal("403 Forbidden", "the operator does not allow it".into()));
        }
        let found = match timeout(CONNECT_TIME, lookup_host((host, port))).await {
            Ok(Ok(found)) => found.collect::<Vec<_>>(),
            Ok(Err(e)) => return Err(Refusal("502 Bad Gateway", format!("the name is not found: {e}"))),
            Err(_) => return Err(Refusal("504 Gateway Timeout", "the name is not found in time".into())),
        };
        let named = |address: &SocketAddr| self.allowed.iter().any(|one| one.is_address(address.ip(), port));
        let (open, closed): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| is_public(address.ip()) || named(address));
        let mut last = match closed.first() {
            Some(address) => {
                let reason = format!("it leads to {}, an address of a private network, which the operator does not name", address.ip());
                Refusal("403 Forbidden", reason)
            }
            None => Refusal("502 Bad Gateway", "the name has no address".into()),
        };
        // The address that was looked at is the one that is connected to.
        for address in open {
            match timeout(CONNECT_TIME, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok((stream, address)),
                Ok(Err(e)) => last = Refusal("502 Bad Gateway", format!("{}: {e}", address.ip())),
                Err(_) => last = Refusal("504 Gateway Timeout", format!("{} does not answer", address.ip())),
            }
        }
        Err(last)
    }

    fn say(&self, line: String) {
        let line = match self.told.fetch_add(1, Ordering::Relaxed) {
            0..MAX_LINES => line,
            MAX_LINES => format!("Network: more than {MAX_LINES} connections; the rest is not told"),
            _ => return,
        };
        // The build has ended when nobody listens.
        let _ = self.tell.send(line);
    }
}

/// The head with its empty line, and what came after it. None: it does not end, or is too long.
async fn read_head(client: &mut TcpStream) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(at + 4);
            return Ok(Some((bytes, rest)));
        }
        if bytes.len() >= MAX_HEAD || client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

async fn refuse(client: &mut TcpStream, status: &str, reason: &str) -> io::Result<()> {
    let body = format!("{reason}\n");
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        net::{Ipv4Addr, TcpListener},
        sync::{Arc, mpsc},
    };

    fn hosts(texts: &[String]) -> Vec<Host> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// What a client hears of a proxy, and what is told.
    async fn ask(asked: &[String], allowed: &[String], request: &str) -> (String, Vec<String>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (tell, told) = mpsc::channel();
        let proxy = Arc::new(Proxy::new(hosts(asked), hosts(allowed), tell));
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().unwrap();
        let serving = tokio::spawn({
            let proxy = proxy.clone();
            async move { proxy.serve(stream).await }
        });
        client.write_all(request.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        serving.await.unwrap();
        (answer, told.try_iter().collect())
    }

    /// A host of one's own that answers each request with its first two lines.
    async fn upstream() -> SocketAddr {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut text = String::new();
                stream.read_to_string(&mut text).await.unwrap();
                let heard = text.lines().take(2).collect::<Vec<_>>().join(", ");
                stream.write_all(format!("heard {heard}").as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn what_is_asked_and_allowed_is_reached() {
        let address = upstream().await.to_string();
        let own = std::slice::from_ref(&address);
        let (answer, told) = ask(own, own, &format!("CONNECT {address} HTTP/1.1\r\n\r\nhello\nyou\n")).await;
        assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\nheard hello, you");
        assert_eq!(told, [format!("Network: {address} allowed (127.0.0.1)")]);
        let (answer, _) = ask(own, own, &format!("GET http://{address}/x HTTP/1.1\r\nHost: y\r\n\r\n")).await;
        assert_eq!(answer, format!("heard GET /x HTTP/1.1, Host: {address}"));
    }

    #[tokio::test]
    async fn what_is_not_asked_or_not_allowed_is_refused() {
        let address = upstream().await.to_string();
        let (own, other) = (std::slice::from_ref(&address), ["pypi.org".to_owned()]);
        let request = format!("CONNECT {address} HTTP/1.1\r\n\r\n");
        let (answer, told) = ask(&other, own, &request).await;
        assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("SEKISHO_EGRESS"), "{answer}");
        assert!(told[0].starts_with(&format!("Network: {address} refused: ")), "{told:?}");
        assert!(ask(own, &other, &request).await.0.contains("the operator does not allow it"));
        assert!(ask(own, own, "nonsense\r\n\r\n").await.0.starts_with("HTTP/1.1 400 "));
        assert!(ask(own, own, &"x".repeat(MAX_HEAD + 1)).await.0.starts_with("HTTP/1.1 431 "));
    }

    /// A name that leads to one's own machine is the oldest way in.
    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_refused_unless_that_is_named() {
        let address = upstream().await;
        let name = format!("localhost:{}", address.port());
        let request = format!("CONNECT {name} HTTP/1.1\r\n\r\nhello");
        let (answer, told) = ask(std::slice::from_ref(&name), std::slice::from_ref(&name), &request).await;
        assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("private network"), "{answer}");
        assert!(told[0].contains("refused: it leads to "), "{told:?}");
        let (answer, _) = ask(std::slice::from_ref(&name), &[name.clone(), address.to_string()], &request).await;
        assert!(answer.ends_with("heard hello"), "{answer}");
    }
}
