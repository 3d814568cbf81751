use super::route::Body;
use bytes::Bytes;
use gate::{Answer, BodyReader, Error, Outcome};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use std::io::{self, Read};
use tokio::sync::mpsc;
use wire::{
    answer::{Failure, Style},
    rest::RestBody,
};

pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

fn response(status: u16, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

pub(crate) fn write(style: &Style, outcome: Outcome) -> Response<Body> {
    outcome.and_then(|answer| success(style, answer)).unwrap_or_else(|e| failure(style, &e))
}

fn success(style: &Style, answer: Answer) -> Result<Response<Body>, Error> {
    let written = wire::answer::success(style, &answer.output).map_err(Error::internal)?;
    let body = match (written.body, answer.body) {
        (RestBody::Bytes(bytes), _) => full(bytes),
        (RestBody::Stream, Some((reader, length))) => stream(reader, length)?,
        (RestBody::Stream, None) => full(Bytes::new()),
    };
    Ok(response(written.status, written.headers, body))
}

fn failure(style: &Style, error: &Error) -> Response<Body> {
    let failure = Failure { code: &error.code, message: &error.message, status: error.status, members: &error.members };
    let written = wire::answer::failure(style, failure);
    let RestBody::Bytes(bytes) = written.body else { return response(written.status, written.headers, full(Bytes::new())) };
    response(written.status, written.headers, full(bytes))
}

/// Bodies up to this are read at once; larger ones by a thread, a piece at a time.
const AT_ONCE: u64 = 256 * 1024;
/// Small, for a connection holds some twenty of them while its client does not read.
const PIECE: usize = 32 * 1024;

fn stream(mut reader: BodyReader, length: u64) -> Result<Body, Error> {
    if length <= AT_ONCE {
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        reader.read_to_end(&mut bytes).map_err(|e| Error::internal(format_args!("the object could not be read: {e}")))?;
        return Ok(full(bytes));
    }
    Ok(pieces(reader))
}

/// A body that a thread reads as fast as the client takes it.
pub(crate) fn pieces(mut reader: impl Read + Send + 'static) -> Body {
    let (sender, mut receiver) = mpsc::channel::<io::Result<Bytes>>(2);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let next = match reader.read(&mut piece) {
                Ok(0) => return,
                Ok(n) => {
                    piece.truncate(n);
                    Ok(Bytes::from(piece))
                }
                Err(e) => Err(e),
            };
            let failed = next.is_err();
            if sender.blocking_send(next).is_err() || failed {
                return;
            }
        }
    });
    let frames = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx)).map_frames();
    StreamBody::new(frames).boxed_unsync()
}

trait MapFrames: futures_util::Stream<Item = io::Result<Bytes>> + Sized {
    fn map_frames(self) -> impl futures_util::Stream<Item = io::Result<Frame<Bytes>>> {
        futures_util::StreamExt::map(self, |piece| piece.map(Frame::data))
    }
}
impl<S: futures_util::Stream<Item = io::Result<Bytes>>> MapFrames for S {}
