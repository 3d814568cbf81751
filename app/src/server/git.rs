use super::{
    Connection, Server, answer,
    body::{self, Arriving},
    route::{Body, context},
};
use bytes::Bytes;
use codecommit::GitRequest;
use http::{HeaderName, HeaderValue, Response, StatusCode, request::Parts};
use hyper::body::Incoming;
use std::io::{self, Read};
use tokio::sync::mpsc;

/// The body of a request, handed to a blocking reader piece by piece.
struct Pieces {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    present: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.present.is_empty() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.present = piece?,
            }
        }
        let n = out.len().min(self.present.len());
        out[..n].copy_from_slice(&self.present.split_to(n));
        Ok(n)
    }
}

fn reader(mut arriving: Arriving) -> Pieces {
    let (sender, receiver) = mpsc::channel(8);
    tokio::spawn(async move {
        loop {
            let piece = match body::next(&mut arriving).await {
                Ok(None) => return,
                Ok(Some(data)) => Ok(data),
                Err(e) => Err(io::Error::other(e)),
            };
            let failed = piece.is_err();
            if sender.send(piece).await.is_err() || failed {
                return;
            }
        }
    });
    Pieces { receiver, present: Bytes::new() }
}

/// Smart HTTP: the repositories answer on a blocking thread, the bytes stream both ways.
pub(crate) async fn handle(server: &Server, connection: Connection, parts: Parts, incoming: Incoming) -> Response<Body> {
    let context = context(server, connection, &parts.headers);
    let target = parts.uri.path_and_query().map_or("/", |t| t.as_str()).to_string();
    let body = Box::new(reader(Arriving::new(incoming, &parts.headers)));
    let request = GitRequest { method: parts.method.as_str().to_string(), target, headers: parts.headers, context, body };
    let git = server.git.wait().await.clone();
    let answered = tokio::task::spawn_blocking(move || git.handle(request)).await;
    let Ok(answered) = answered else {
        let mut response = Response::new(answer::full("git: internal failure\n"));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = Response::new(answer::pieces(answered.body));
    *response.status_mut() = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answered.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
