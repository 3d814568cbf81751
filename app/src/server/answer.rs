use super::route::{Body, Style};
use bytes::Bytes;
use gate::{Answer, BodyReader, Error, Outcome, Protocol};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::json;
use std::{
    collections::VecDeque,
    io::{self, Read},
};
use tokio::{sync::mpsc, task::JoinHandle};

/// The namespaces of the query services' answers.
const NAMESPACES: [(&str, &str); 3] = [
    ("sts", "https://sts.amazonaws.com/doc/2011-06-15/"),
    ("iam", "https://iam.amazonaws.com/doc/2010-05-08/"),
    ("cloudformation", "http://cloudformation.amazonaws.com/doc/2010-05-15/"),
];

fn namespace(service: &str) -> &'static str {
    NAMESPACES.iter().find(|(s, _)| *s == service).map_or("http://webservices.amazon.com/AWSFault/2005-15-09", |(_, n)| n)
}

pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

fn response(status: u16, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

fn typed(content_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static("-"))
}

pub(crate) fn write(style: &Style, outcome: Outcome) -> Response<Body> {
    let mut response = match outcome {
        Ok(answer) => success(style, answer).unwrap_or_else(|e| failure(style, &e)),
        Err(error) => failure(style, &error),
    };
    let headers = response.headers_mut();
    headers.insert("x-amzn-requestid", text(&style.request_id));
    if style.protocol == Protocol::RestXml {
        headers.insert("x-amz-request-id", text(&style.request_id));
    }
    response
}

fn success(style: &Style, answer: Answer) -> Result<Response<Body>, Error> {
    match style.protocol {
        Protocol::Json => Ok(response(200, typed(style.json.content_type()), full(wire::json::response(&answer.output)))),
        Protocol::Query if style.query_as_json => {
            let mut members = json!({"ResponseMetadata": {"RequestId": style.request_id}});
            members[format!("{}Result", style.operation)] = answer.output;
            let mut whole = json!({});
            whole[format!("{}Response", style.operation)] = members;
            Ok(response(200, typed("application/json"), full(whole.to_string())))
        }
        Protocol::Query => {
            let xml = wire::query::response(&style.operation, namespace(&style.service), &answer.output, &style.request_id);
            Ok(response(200, typed("text/xml"), full(xml)))
        }
        Protocol::RestXml => rest(style, answer),
    }
}

fn rest(style: &Style, answer: Answer) -> Result<Response<Body>, Error> {
    let written = wire::s3::encode(&style.operation, &answer.output).map_err(Error::internal)?;
    let body = match (written.body, answer.body) {
        (wire::rest::RestBody::Bytes(bytes), _) => full(bytes),
        (wire::rest::RestBody::Stream, Some((reader, length))) => stream(reader, length)?,
        (wire::rest::RestBody::Stream, None) => full(Bytes::new()),
    };
    Ok(response(written.status, written.headers, body))
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
    let frames = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx)).map_frames();
    StreamBody::new(frames).boxed_unsync()
}

trait MapFrames: futures_util::Stream<Item = io::Result<Bytes>> + Sized {
    fn map_frames(self) -> impl futures_util::Stream<Item = io::Result<Frame<Bytes>>> {
        futures_util::StreamExt::map(self, |piece| piece.map(Frame::data))
    }
}
impl<S: futures_util::Stream<Item = io::Result<Bytes>>> MapFrames for S {}

fn failure(style: &Style, error: &Error) -> Response<Body> {
    match style.protocol {
        Protocol::Json => json_failure(style, error),
        Protocol::Query if style.query_as_json => {
            let kind = if error.status < 500 { "Sender" } else { "Receiver" };
            let body = json!({"Error": {"Type": kind, "Code": error.code, "Message": error.message}, "RequestId": style.request_id});
            response(error.status, typed("application/json"), full(body.to_string()))
        }
        Protocol::Query => {
            let xml = wire::query::error(namespace(&style.service), error.status < 500, &error.code, &error.message, &style.request_id);
            response(error.status, typed("text/xml"), full(xml))
        }
        Protocol::RestXml => {
            let bodyless = style.head || error.status == 304;
            let details: Vec<(&str, &str)> = error.members.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?))).collect();
            let xml =
                if bodyless { Vec::new() } else { wire::s3::error(&error.code, &error.message, &style.path, &style.request_id, &details) };
            response(error.status, typed("application/xml"), full(xml))
        }
    }
}

fn json_failure(style: &Style, error: &Error) -> Response<Body> {
    let mut body = json!({"__type": error.code, "message": error.message});
    for (name, value) in &error.members {
        body[name] = value.clone();
    }
    let mut headers = typed(style.json.content_type());
    headers.insert("x-amzn-errortype", text(&error.code));
    response(error.status, headers, full(body.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_empty_output_is_a_result_all_the_same() {
        let style = Style {
            protocol: Protocol::Query,
            json: wire::json::Version::V1_1,
            query_as_json: false,
            service: "cloudformation".into(),
            operation: "ExecuteChangeSet".into(),
            path: "/".into(),
            request_id: "1".into(),
            head: false,
        };
        for (output, result) in [(json!({}), true), (json!(null), false)] {
            let response = write(&style, Ok(Answer { output, body: None }));
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert_eq!(text.contains("<ExecuteChangeSetResult></ExecuteChangeSetResult>"), result, "{text}");
        }
    }
}
