//! As much of HTTP/1.1 as git needs.

use super::{Hook, World, context};
use codecommit::GitRequest;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, atomic::Ordering},
    thread,
};

pub fn listen(world: World) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let world = world.clone();
            // A client that goes away ends its connection, not the test.
            thread::spawn(move || drop(serve(&world, stream.unwrap())));
        }
    });
    port
}

fn serve(world: &World, mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let (method, target) = {
        let mut parts = line.split(' ');
        (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned())
    };
    let mut headers = HeaderMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value.trim()).unwrap());
    }
    let header = |name: &str| headers.get(name).map(|v| v.to_str().unwrap().to_owned());
    if header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if header("content-encoding").as_deref() == Some("gzip") {
        world.compressed.fetch_add(1, Ordering::Relaxed);
    }
    let chunked = header("transfer-encoding").is_some();
    let length = header("content-length").map_or(0, |l| l.parse().unwrap());
    let body: Box<dyn Read + Send> =
        if chunked { Box::new(Chunked { reader, left: 0, ended: false }) } else { Box::new(reader.take(length)) };
    let hook = if method == "POST" && target.ends_with("git-receive-pack") { world.at_end_of_push.clone() } else { Arc::default() };
    let body = Box::new(Hooked { body, hook });
    let answer = world.server.handle(GitRequest { method, target, headers, context: context(&world.gate), body });
    write!(stream, "HTTP/1.1 {} Answer\r\nconnection: close\r\ntransfer-encoding: chunked\r\n", answer.status)?;
    for (name, value) in &answer.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    let mut body = answer.body;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let count = body.read(&mut chunk)?;
        write!(stream, "{count:x}\r\n")?;
        stream.write_all(&chunk[..count])?;
        stream.write_all(b"\r\n")?;
        if count == 0 {
            return stream.flush();
        }
    }
}

struct Hooked {
    body: Box<dyn Read + Send>,
    hook: Arc<Mutex<Option<Hook>>>,
}

impl Read for Hooked {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.body.read(out)?;
        if count == 0 {
            let hook = self.hook.lock().unwrap().take();
            hook.map_or(Ok(()), |hook| hook())?;
        }
        Ok(count)
    }
}

struct Chunked {
    reader: BufReader<TcpStream>,
    left: u64,
    ended: bool,
}

impl Chunked {
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Read for Chunked {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.ended {
            let line = self.line()?;
            self.left = u64::from_str_radix(&line, 16).map_err(io::Error::other)?;
            if self.left == 0 {
                self.line()?;
                self.ended = true;
            }
        }
        if self.ended {
            return Ok(0);
        }
        let count = (&mut self.reader).take(self.left).read(out)?;
        self.left -= count as u64;
        if self.left == 0 {
            self.line()?;
        }
        Ok(count)
    }
}
