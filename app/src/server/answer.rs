use super::route::Body;
use bytes::Bytes;
use gate::{Answer, BodyReader, Error, Outcome};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use std::{
    collections::VecDeque,
    io::{self, Read},
};
use tokio::{sync::mpsc, task::JoinHandle};
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
    if let Some(sending) = answer.sending {
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(wire::event_stream::CONTENT_TYPE))]);
        headers.extend(HeaderValue::from_str(&style.request_id).map(|id| (HeaderName::from_static("x-amzn-requestid"), id)));
        return Ok(response(200, headers, super::events::body(&answer.output, sending)));
    }
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

/// Pieces of an object that are read together, one such stretch ahead of the client.
const AHEAD: usize = 2;

fn stream(mut reader: BodyReader, length: u64) -> Result<Body, Error> {
    if length <= AT_ONCE {
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        reader.read_to_end(&mut bytes).map_err(|e| Error::internal(format_args!("the object could not be read: {e}")))?;
        return Ok(full(bytes));
    }
    Ok(object(reader))
}

type Stretch = (Option<BodyReader>, VecDeque<Bytes>);

/// Reads the next pieces, beside the server's own threads; the reader comes back with them unless it has ended.
fn stretch(mut reader: BodyReader) -> JoinHandle<io::Result<Stretch>> {
    tokio::task::spawn_blocking(move || {
        let mut pieces = VecDeque::with_capacity(AHEAD);
        while pieces.len() < AHEAD {
            match reader.piece()? {
                Some(piece) => pieces.push_back(Bytes::from(piece)),
                None => return Ok((None, pieces)),
            }
        }
        Ok((Some(reader), pieces))
    })
}

/// The body of a large object. No thread waits for a client that is slow to take it.
fn object(reader: BodyReader) -> Body {
    let begun = (Some(stretch(reader)), VecDeque::new());
    let frames = futures_util::stream::try_unfold(begun, async |(mut ahead, mut pieces)| {
        if pieces.is_empty()
            && let Some(reading) = ahead.take()
        {
            let (reader, next) = reading.await.map_err(io::Error::other)??;
            (ahead, pieces) = (reader.map(stretch), next);
        }
        Ok(pieces.pop_front().map(|piece| (Frame::data(piece), (ahead, pieces))))
    });
    StreamBody::new(frames).boxed_unsync()
}

/// A body that a thread reads as fast as the client takes it, from a source that may take its time.
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
    framed(futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx)))
}

/// A body of the pieces as they come.
pub(super) fn framed(pieces: impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    StreamBody::new(pieces.map_frames()).boxed_unsync()
}

trait MapFrames: futures_util::Stream<Item = io::Result<Bytes>> + Sized {
    fn map_frames(self) -> impl futures_util::Stream<Item = io::Result<Frame<Bytes>>> {
        futures_util::StreamExt::map(self, |piece| piece.map(Frame::data))
    }
}
impl<S: futures_util::Stream<Item = io::Result<Bytes>>> MapFrames for S {}
