use super::{
    Connection, Server, answer,
    route::{self, Body, Parsed, Signer, context, proof},
    wanted::{SMALL, Wanted},
};
use bytes::Bytes;
use gate::{Error, Outcome, Protocol, Request, RequestContext, Transport, Upload};
use http::{HeaderMap, HeaderValue, Response, header, request::Parts};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;
use wire::{
    checksum::Algorithm,
    chunked::{ChunkError, Decoder, Expect, Kind, Trailers},
    rest::BodyKind,
    sigv4::{ALGORITHM, PayloadHash, hex_sha256},
};

/// A client that sends nothing, or takes nothing of its answer, for this long has gone.
pub(crate) const IDLE: Duration = Duration::from_secs(30);
/// Bytes a second that a body brings at least, after the first moments: drop by drop a connection could be held for ever.
const LEAST_RATE: u64 = 1024;
/// How much of an unwanted body is read for the client's sake, and for how long.
const MAX_DRAINED: usize = 256 * 1024 * 1024;
/// Up to this an unwanted body is asked for, where its client waits for the word.
const PATIENTLY_READ: u64 = 1024 * 1024;
const DRAINING: Duration = Duration::from_secs(10);
/// Bytes of a large body that are taken together: hashing, sealing and writing them leaves the server's own threads once.
const BATCH: usize = 256 * 1024;
/// The service whose requests these are.
const SERVICE: &str = "s3";
/// XML and text bodies of S3.
const MAX_DOCUMENT: usize = 4 * 1024 * 1024;
/// What aws-chunked adds to such an object at most: a client that cuts it finer sends an upload.
const MAX_FRAMING: usize = 16 * 1024;

fn broken_off() -> Error {
    Error::new("RequestTimeout", "The body did not arrive in full: the connection ended or stood still. Send it again.")
}

/// A request's body as it arrives.
pub(crate) struct Arriving {
    incoming: Incoming,
    began: Instant,
    received: u64,
    /// Whether the client waits for a word before it sends much (`Expect: 100-continue`), and none was said yet.
    waits: bool,
}

impl Arriving {
    pub(crate) fn new(incoming: Incoming, headers: &HeaderMap) -> Self {
        // Some wait but a moment, and would send a small body into a connection that is being closed.
        let much = announced(headers, "content-length").is_none_or(|length| length > PATIENTLY_READ);
        Self { incoming, began: Instant::now(), received: 0, waits: much && headers.contains_key("expect") }
    }

    /// Reads on for a while what nobody wants any more: a client that is still sending would not hear the answer, only
    /// that its connection broke. One that still waits for the word to send is told that the connection ends with the answer.
    pub(crate) async fn answered<B>(mut self, mut response: Response<B>) -> Response<B> {
        let read = async {
            let mut left = MAX_DRAINED;
            while left > 0
                && let Some(Ok(frame)) = self.incoming.frame().await
            {
                left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            }
        };
        if self.waits {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        } else {
            // A client slower than this has lost the answer.
            let _ = tokio::time::timeout(DRAINING, read).await;
        }
        response
    }
}

/// The next piece of a body; None at its end.
pub(crate) async fn next(arriving: &mut Arriving) -> Result<Option<Bytes>, Error> {
    arriving.waits = false;
    loop {
        let latest = arriving.began + IDLE + Duration::from_secs(arriving.received / LEAST_RATE);
        let limit = latest.min(Instant::now() + IDLE);
        match tokio::time::timeout_at(limit, arriving.incoming.frame()).await {
            Ok(None) => return Ok(None),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    arriving.received += data.len() as u64;
                    return Ok(Some(data));
                }
            }
            Ok(Some(Err(_))) | Err(_) => return Err(broken_off()),
        }
    }
}

/// The next pieces of a large body, and whether more follow.
async fn batch(arriving: &mut Arriving) -> Result<(Vec<Bytes>, bool), Error> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while bytes < BATCH {
        let Some(data) = next(arriving).await? else { return Ok((batch, false)) };
        bytes += data.len();
        batch.push(data);
    }
    Ok((batch, true))
}

pub(super) fn announced(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// A body that is read as a whole.
pub(crate) async fn whole(incoming: &mut Arriving, headers: &HeaderMap, limit: usize) -> Result<Vec<u8>, Error> {
    let too_large = || Error::new("RequestEntityTooLarge", format!("The request's body is larger than {limit} bytes")).status(413);
    if announced(headers, "content-length").is_some_and(|n| n > limit as u64) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(data) = next(incoming).await? {
        if bytes.len() + data.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// What S3's condition keys tell of the request.
fn transport(connection: Connection, parsed: &Parsed) -> Transport {
    let tls = Transport { tls_version: connection.tls, ..Transport::default() };
    match parsed {
        Err(_) | Ok(Signer::Nobody) => tls,
        Ok(Signer::V2(_)) => Transport { auth_type: Some("REST-QUERY-STRING"), signature_version: Some("AWS"), ..tls },
        Ok(Signer::V4(a)) => Transport {
            auth_type: Some(if a.is_presigned() { "REST-QUERY-STRING" } else { "REST-HEADER" }),
            signature_version: Some(ALGORITHM),
            presigned: a.is_presigned().then_some(a.date),
            content_sha256: a.payload.text().map(str::to_string),
            ..tls
        },
    }
}

pub(crate) async fn s3(
    server: &Server,
    connection: Connection,
    parts: &Parts,
    target: &str,
    parsed: Parsed,
    incoming: &mut Arriving,
) -> Response<Body> {
    let context = RequestContext { transport: transport(connection, &parsed), ..context(server, connection, &parts.headers) };
    let decoded = wire::s3::decode(parts.method.as_str(), target, &parts.headers, &server.host_suffixes);
    let mut style = route::style(wire::answer::Form::RestXml, SERVICE, "", parts, &context);
    let request = |operation: &str, input, body, hash, parsed| Request {
        proof: proof(parsed, Protocol::RestXml, parts, target, hash),
        service: SERVICE.into(),
        operation: operation.to_string(),
        input,
        body,
        context: context.clone(),
    };
    let mut rest = match decoded {
        Ok(rest) => rest,
        Err(e) => {
            let operation = match &e {
                wire::rest::RestError::NotImplemented { operation } => operation.clone(),
                wire::rest::RestError::Invalid { .. } => "Unreadable".into(),
            };
            let code = e.code();
            let input = Err(Error::new(code, e.to_string()).status(e.status()));
            return answer::write(&style, server.gate.call(&request(&operation, input, None, None, parsed)).await);
        }
    };
    style.operation = rest.operation.to_string();
    if rest.body == BodyKind::Stream {
        let authorization = parsed.as_ref().ok().and_then(Signer::v4);
        let kind = authorization.and_then(|a| Kind::of(&a.payload));
        let stated = authorization.and_then(|a| match &a.payload {
            PayloadHash::Hex(hash) => Some(hash.clone()),
            _ => None,
        });
        let outcome = match Wanted::of_object(&parts.headers, stated, &mut rest.input) {
            Err(e) => server.gate.call(&request(rest.operation, Err(e), None, None, parsed)).await,
            Ok(wanted) if wanted.is_small(kind) => {
                let read = small(wanted, kind, incoming, &parts.headers, &mut rest.input).await;
                let (input, body, hash) = match read {
                    Ok((bytes, hash)) => (Ok(rest.input), Some(bytes), hash),
                    Err(e) => (Err(e), None, None),
                };
                server.gate.call(&request(rest.operation, input, body, hash, parsed)).await
            }
            Ok(wanted) => {
                let request = request(rest.operation, Ok(rest.input), None, None, parsed);
                upload(server, &request, &parts.headers, kind, wanted, incoming).await
            }
        };
        return answer::write(&style, outcome);
    }
    let read = whole(incoming, &parts.headers, MAX_DOCUMENT).await;
    let hash = read.as_ref().ok().map(|b| hex_sha256(b));
    let input = read.and_then(|bytes| {
        let mut wanted = Wanted::from_headers(&parts.headers, None)?;
        if rest.operation == "CompleteMultipartUpload" {
            // They speak of the object, not of the document that lists its parts.
            wanted.sums.clear();
        }
        let mut sums = wanted.begin();
        sums.update(&bytes);
        sums.check()?;
        wire::s3::finish_body(&mut rest, &bytes).map_err(|e| Error::new(e.code(), e.to_string()).status(e.status()))?;
        Ok(rest.input)
    });
    answer::write(&style, server.gate.call(&request(&style.operation, input, None, hash, parsed)).await)
}

/// The bytes of a small object, and their hash for the signature of a plain one.
async fn small(
    wanted: Wanted,
    kind: Option<Kind>,
    incoming: &mut Arriving,
    headers: &HeaderMap,
    input: &mut Value,
) -> Result<(Vec<u8>, Option<String>), Error> {
    let read = whole(incoming, headers, SMALL as usize + MAX_FRAMING).await?;
    let trailing = wanted.trailing;
    let mut sums = wanted.begin();
    if kind.is_none() {
        sums.update(&read);
        sums.check()?;
        let hash = hex_sha256(&read);
        return Ok((read, Some(hash)));
    }
    let mut bytes = Vec::with_capacity(read.len());
    let mut decoder = Decoder::unsigned(Expect::from_headers(headers).map_err(chunk_error)?);
    decoder.push(&read, &mut bytes).map_err(chunk_error)?;
    let trailers = decoder.finish().map_err(chunk_error)?;
    sums.update(&bytes);
    sums.check()?;
    merge(input, announced_behind(trailing, Some(&trailers))?);
    Ok((bytes, None))
}

/// The checksum that came behind the body, as a member of the input.
fn announced_behind(trailing: Option<Algorithm>, trailers: Option<&Trailers>) -> Result<Value, Error> {
    let found = trailers.and_then(Trailers::checksum).filter(|(found, _)| trailing == Some(*found));
    match found {
        Some((algorithm, value)) if !algorithm.is_value(value) => {
            Err(Error::new("InvalidRequest", format!("Value for {} trailing header is invalid.", algorithm.header())))
        }
        Some((algorithm, value)) => Ok(json!({algorithm.member(): value})),
        None => Ok(json!({})),
    }
}

async fn upload(
    server: &Server,
    request: &Request,
    headers: &HeaderMap,
    kind: Option<Kind>,
    wanted: Wanted,
    incoming: &mut Arriving,
) -> Outcome {
    let mut upload = server.gate.open_upload(request).await?;
    let received = receive(&mut upload, headers, kind, wanted, incoming).await;
    // The flush takes as long as the disk does.
    match received.and_then(|sums| tokio::task::block_in_place(|| upload.finish()).map(|()| sums)) {
        Ok(sums) => upload.link(move |input| merge(input, sums)).await,
        Err(error) => Err(upload.abandon(error).await),
    }
}

fn merge(input: &mut Value, sums: Value) {
    if let (Value::Object(input), Value::Object(sums)) = (input, sums) {
        input.extend(sums);
    }
}

fn chunk_error(e: ChunkError) -> Error {
    let (code, status) = e.code();
    Error::new(code, e.to_string()).status(status)
}

async fn receive(
    upload: &mut Upload,
    headers: &HeaderMap,
    kind: Option<Kind>,
    wanted: Wanted,
    incoming: &mut Arriving,
) -> Result<Value, Error> {
    let mut decoder = match kind {
        Some(kind) => {
            let expect = Expect::from_headers(headers).map_err(chunk_error)?;
            let seed =
                upload.signature().ok_or_else(|| Error::new("AccessDenied", "A streamed body needs a signed request").status(403))?;
            Some(Decoder::new(kind, seed, expect))
        }
        None => None,
    };
    let stated_length = wanted.length;
    let trailing = wanted.trailing;
    let mut sums = wanted.begin();
    let (mut length, mut plain) = (0u64, Vec::new());
    let mut more = true;
    while more {
        let (pieces, follow) = batch(incoming).await?;
        more = follow;
        tokio::task::block_in_place(|| {
            pieces.iter().try_for_each(|data| {
                let bytes: &[u8] = match &mut decoder {
                    Some(decoder) => {
                        plain.clear();
                        decoder.push(data, &mut plain).map_err(chunk_error)?;
                        &plain
                    }
                    None => data,
                };
                length += bytes.len() as u64;
                sums.update(bytes);
                upload.write(bytes)
            })
        })?;
    }
    let trailers = decoder.map(Decoder::finish).transpose().map_err(chunk_error)?;
    if stated_length.is_some_and(|stated| stated != length) {
        return Err(Error::new("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header."));
    }
    sums.check()?;
    announced_behind(trailing, trailers.as_ref())
}
