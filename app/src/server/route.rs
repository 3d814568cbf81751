use super::{
    Connection, Server, answer, backup,
    body::{self, Arriving},
};
use base::uuid;
use bytes::Bytes;
use gate::{Error, Proof, Protocol, Request, RequestContext, SignedRequest, Transport};
use http::{HeaderMap, Response, request::Parts};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use serde_json::Value;
use wire::{
    answer::{Form, Style},
    sigv2::Presigned,
    sigv4::{Authorization, Dialect, RequestParts, SignatureError, hex_sha256, parse_authorization},
};

pub(crate) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// `X-Amz-Target` prefixes of the JSON services.
const TARGETS: [(&str, &str); 14] = [
    ("Sekisho_20261122", "operator"),
    ("TrentService", "kms"),
    ("Logs_20140328", "logs"),
    ("CodeCommit_20150413", "codecommit"),
    ("CodeBuild_20161006", "codebuild"),
    ("CodePipeline_20150709", "codepipeline"),
    ("CloudTrail_20131101", "cloudtrail"),
    ("AWSOrganizationsV20161128", "organizations"),
    ("secretsmanager", "secretsmanager"),
    ("AmazonEC2ContainerRegistry_V20150921", "ecr"),
    ("AmazonSSM", "ssm"),
    ("AWSEvents", "events"),
    ("com.amazonaws.codeconnections.CodeConnections_20231201", "codeconnections"),
    ("com.amazonaws.codestar.connections.CodeStar_connections_20191201", "codestar-connections"),
];
/// CloudTrail's target as botocore writes it.
const LONG_CLOUDTRAIL: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";

/// API versions of the query services, for requests that are not signed.
const VERSIONS: [(&str, &str); 3] = [("2011-06-15", "sts"), ("2010-05-08", "iam"), ("2010-05-15", "cloudformation")];

/// Bodies of requests that are not objects.
const MAX_BODY: usize = 12 * 1024 * 1024;

pub(crate) fn style(form: Form, service: &str, operation: &str, parts: &Parts, context: &RequestContext) -> Style {
    Style {
        form,
        service: service.to_string(),
        operation: operation.to_string(),
        path: parts.uri.path().to_string(),
        request_id: context.request_id.clone(),
        head: parts.method == http::Method::HEAD,
    }
}

pub(crate) async fn handle(server: &Server, connection: Connection, request: http::Request<Incoming>) -> Response<Body> {
    let (mut parts, incoming) = request.into_parts();
    if codecommit::GitServer::is_git(parts.uri.path()) {
        return super::git::handle(server, connection, parts, incoming).await;
    }
    if super::signal::is_signal(&parts) {
        return super::signal::handle(server, connection, parts, incoming).await;
    }
    if super::webhook::is_webhook(&parts) {
        return super::webhook::handle(server, connection, parts, incoming).await;
    }
    let target = parts.uri.path_and_query().map_or("/", |t| t.as_str()).to_string();
    let (_, query) = wire::encoding::split_target(&target);
    let authorization = signer(server, &mut parts, &target);
    let mut arriving = Arriving::new(incoming, &parts.headers);
    let incoming = &mut arriving;
    let response = if wire::json::is_json(&parts.headers) {
        json(server, connection, &mut parts, target, authorization, incoming).await
    } else if wire::query::is_query(&parts.headers, query) {
        form(server, connection, &mut parts, target, authorization, incoming).await
    } else if signed_for(&authorization).is_some_and(|service| service != "s3") {
        elsewhere(server, connection, &mut parts, target, authorization, incoming).await
    } else {
        body::s3(server, connection, &parts, &target, authorization, incoming).await
    };
    arriving.answered(response).await
}

/// What a request says of its signer, not believed yet.
pub(crate) enum Signer {
    Nobody,
    V4(Box<Authorization>),
    V2(Box<Presigned>),
}

impl Signer {
    pub(crate) fn v4(&self) -> Option<&Authorization> {
        match self {
            Self::V4(authorization) => Some(authorization),
            Self::Nobody | Self::V2(_) => None,
        }
    }
}

pub(crate) type Parsed = Result<Signer, SignatureError>;

/// Reads a request's signature. A presigned URL of version 2 brings headers along.
fn signer(server: &Server, parts: &mut Parts, target: &str) -> Parsed {
    let hosts = parts.headers.get_all("host").iter().count();
    if hosts != 1 && parts.version == http::Version::HTTP_11 {
        // RFC 9112, 3.2: whose request it is would be anybody's guess.
        return Err(SignatureError::Malformed("the request must have one 'Host' header".into()));
    }
    let bucket = |headers: &HeaderMap| wire::s3::bucket_of_host(headers, &server.host_suffixes);
    if let Some(presigned) = wire::sigv2::read(parts.method.as_str(), target, &mut parts.headers, bucket)? {
        return Ok(Signer::V2(Box::new(presigned)));
    }
    let request = RequestParts { method: parts.method.as_str(), path_and_query: target, headers: &parts.headers };
    Ok(parse_authorization(request)?.map_or(Signer::Nobody, |a| Signer::V4(Box::new(a))))
}

pub(crate) fn context(server: &Server, connection: Connection, headers: &HeaderMap) -> RequestContext {
    let agent = headers.get("user-agent").and_then(|v| v.to_str().ok()).unwrap_or("-");
    RequestContext {
        request_id: uuid(&**server.gate.entropy()),
        source_ip: connection.peer.to_string(),
        user_agent: agent.chars().take(256).collect(),
        secure_transport: connection.tls.is_some(),
        region: server.gate.region().clone(),
        source_arn: None,
        transport: Transport::default(),
    }
}

fn dialect(protocol: Protocol) -> Dialect {
    match protocol {
        Protocol::Query => Dialect::Query,
        Protocol::Json => Dialect::Json,
        Protocol::RestXml => Dialect::S3,
    }
}

/// What a request shows of its caller; the gate judges it.
pub(crate) fn proof(parsed: Parsed, protocol: Protocol, parts: &Parts, target: &str, body_sha256: Option<String>) -> Proof {
    shown_by(parsed, protocol, |authorization| {
        let (method, target, headers) = (parts.method.as_str().to_string(), target.to_string(), parts.headers.clone());
        SignedRequest { authorization, method, target, headers, body_sha256 }
    })
}

fn shown_by(parsed: Parsed, protocol: Protocol, request: impl FnOnce(Authorization) -> SignedRequest) -> Proof {
    match parsed {
        Ok(Signer::Nobody) => Proof::Anonymous,
        Ok(Signer::V4(authorization)) => Proof::SigV4(Box::new(request(*authorization))),
        Ok(Signer::V2(presigned)) => Proof::SigV2(presigned),
        Err(e) => {
            let answer = e.answer(dialect(protocol));
            Proof::Malformed(Error::new(answer.code, answer.message).status(answer.status))
        }
    }
}

/// The proof of a request with a whole body, which takes the headers with it; without the body no signature can be verified,
/// and why it is not there is the answer.
fn shown(parsed: Parsed, protocol: Protocol, parts: &mut Parts, target: String, read: &Result<Vec<u8>, Error>) -> Proof {
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(e) => return Proof::Malformed(e.clone()),
    };
    shown_by(parsed, protocol, |authorization| {
        let (method, headers) = (parts.method.as_str().to_string(), std::mem::take(&mut parts.headers));
        SignedRequest { authorization, method, target, headers, body_sha256: Some(hex_sha256(bytes)) }
    })
}

/// The service that a request was signed for, where its form does not name one.
fn signed_for(parsed: &Parsed) -> Option<&str> {
    parsed.as_ref().ok().and_then(Signer::v4).map(|a| a.service.as_str())
}

async fn json(
    server: &Server,
    connection: Connection,
    parts: &mut Parts,
    target: String,
    parsed: Parsed,
    incoming: &mut Arriving,
) -> Response<Body> {
    let context = context(server, connection, &parts.headers);
    let named = parts.headers.get("x-amz-target").and_then(|v| v.to_str().ok()).unwrap_or_default().to_string();
    let (prefix, name) = named.rsplit_once('.').unwrap_or((&named, ""));
    let known =
        TARGETS.iter().find(|(p, _)| *p == prefix).map(|(_, service)| *service).or((prefix == LONG_CLOUDTRAIL).then_some("cloudtrail"));
    let service = known.or(signed_for(&parsed)).unwrap_or("unknown").to_string();
    let style = style(Form::Json(wire::json::Version::of(&parts.headers)), &service, name, parts, &context);
    let read = body::whole(incoming, &parts.headers, MAX_BODY).await;
    let signed = signed_for(&parsed).is_some();
    let shown = shown(parsed, Protocol::Json, parts, target, &read);
    let input = read.and_then(|bytes| wire::json::read_body(&bytes, MAX_BODY).map_err(|e| Error::new(e.code, e.message)));
    if service == "codecommit" {
        server.git.wait().await;
    }
    let operation = if known.is_some() || signed { name } else { &named };
    let mut request = Request { proof: shown, service, operation: operation.to_string(), input, body: None, context };
    if (request.service.as_str(), operation) != backup::OPERATION {
        return answer::write(&style, server.gate.call(&request).await);
    }
    match server.backups.place() {
        Err(busy) => {
            request.input = Err(busy);
            answer::write(&style, server.gate.call(&request).await)
        }
        Ok(place) => match server.gate.call(&request).await {
            Ok(_) => server.backups.answer(&style, place).await,
            denied => answer::write(&style, denied),
        },
    }
}

/// A call of a service with paths of its own (`GET /2015-03-31/functions`), none of which is there: recorded, and told.
async fn elsewhere(
    server: &Server,
    connection: Connection,
    parts: &mut Parts,
    target: String,
    parsed: Parsed,
    incoming: &mut Arriving,
) -> Response<Body> {
    let context = context(server, connection, &parts.headers);
    let service = signed_for(&parsed).unwrap_or("unknown").to_string();
    let operation = format!("{} {}", parts.method, parts.uri.path());
    let style = style(Form::Json(wire::json::Version::of(&parts.headers)), &service, &operation, parts, &context);
    let read = body::whole(incoming, &parts.headers, MAX_BODY).await;
    let shown = shown(parsed, Protocol::Json, parts, target, &read);
    let input = read.map(|_| Value::Null);
    let request = Request { proof: shown, service, operation, input, body: None, context };
    answer::write(&style, server.gate.call(&request).await)
}

async fn form(
    server: &Server,
    connection: Connection,
    parts: &mut Parts,
    target: String,
    parsed: Parsed,
    incoming: &mut Arriving,
) -> Response<Body> {
    let context = context(server, connection, &parts.headers);
    let read = body::whole(incoming, &parts.headers, MAX_BODY).await;
    let signed = signed_for(&parsed).map(str::to_string);
    let form = read.as_ref().map_err(Clone::clone).and_then(|bytes| {
        let (_, query) = wire::encoding::split_target(&target);
        let text = if bytes.is_empty() { query.as_bytes() } else { bytes };
        wire::query::Form::read(text).map_err(|e| Error::new(e.code, e.message))
    });
    let version = form.as_ref().map(|f| f.version.as_str()).unwrap_or_default();
    let by_version = VERSIONS.iter().find(|(v, _)| *v == version).map(|(_, service)| *service);
    let service = signed.or(by_version.map(str::to_string)).unwrap_or_else(|| "unknown".into());
    let operation = form.as_ref().map(|f| f.operation.clone()).unwrap_or_default();
    let accepts_json = parts.headers.get("accept").is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let style = style(if accepts_json { Form::QueryAsJson } else { Form::Query }, &service, &operation, parts, &context);
    let shown = shown(parsed, Protocol::Query, parts, target, &read);
    let input: Result<Value, Error> = form.map(|f| f.input);
    let request = Request { proof: shown, service, operation, input, body: None, context };
    answer::write(&style, server.gate.call(&request).await)
}
