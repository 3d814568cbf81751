//! Webhooks: a plain POST to the URL of a connection, a project or a pipeline's webhook, signed as its sender signs it and not as AWS does.

use super::{
    Connection, Server, answer,
    body::{self, Arriving},
    route::{self, Body, context},
};
use base::Region;
use gate::{Error, Proof, Request};
use http::{HeaderMap, Method, Response, request::Parts};
use hyper::body::Incoming;
use serde_json::{Value, json};

/// The first part of a URL's path, before service, account, region and the connection's id or the project's or webhook's name.
const PREFIX: &str = "/webhooks/";
/// Services that take webhooks, what of theirs does, and the member that names it.
const SERVICES: [[&str; 3]; 4] = [
    ["codebuild", "project/", "ProjectArn"],
    ["codeconnections", "connection/", "ConnectionArn"],
    [PIPELINES, "webhook:", "WebhookArn"],
    ["codestar-connections", "connection/", "ConnectionArn"],
];
/// Its webhooks are anybody's, not git hosts' alone.
const PIPELINES: &str = "codepipeline";
const OPERATION: &str = "ReceiveWebhook";
/// A push of thousands of commits has less.
const MAX_WEBHOOK: usize = 4 * 1024 * 1024;
/// Providers, and the headers with their events, deliveries and signatures. Gitea sends GitHub's too.
const PROVIDERS: [[&str; 4]; 4] = [
    ["Gitea", "x-gitea-event", "x-gitea-delivery", "x-gitea-signature"],
    ["GitHub", "x-github-event", "x-github-delivery", "x-hub-signature-256"],
    ["GitLab", "x-gitlab-event", "idempotency-key", "x-gitlab-token"],
    ["Bitbucket", "x-event-key", "x-request-uuid", "x-hub-signature"],
];

/// The service, the member and the ARN that a URL names.
fn named(path: &str) -> Option<(&'static str, &'static str, String)> {
    let mut rest = path.strip_prefix(PREFIX)?.split('/');
    let [service, kind, member] = rest.next().and_then(|text| SERVICES.into_iter().find(|known| known[0] == text))?;
    match (rest.next(), rest.next(), rest.next(), rest.next()) {
        (Some(account), Some(region), Some(id), None) => {
            Some((service, member, format!("arn:aws:{service}:{region}:{account}:{kind}{id}")))
        }
        _ => None,
    }
}

pub(crate) fn is_webhook(parts: &Parts) -> bool {
    parts.method == Method::POST && named(parts.uri.path()).is_some()
}

/// A request to a pipeline's webhook: what is not sent is not proven.
fn of_pipeline(arn: &str, query: Option<&str>, headers: &HeaderMap, bytes: Vec<u8>) -> Result<Value, Error> {
    let header = |names: [&str; 2]| names.into_iter().find_map(|name| headers.get(name)).and_then(|value| value.to_str().ok());
    let [event, delivery] = [1, 2].map(|at| PROVIDERS.into_iter().find_map(|provider| header([provider[at]; 2])));
    Ok(json!({
        "WebhookArn": arn, "Token": query.and_then(|query| query.split('&').find_map(|part| part.strip_prefix("t="))),
        "Event": event, "Delivery": delivery, "Signature": header(["x-hub-signature-256", "x-hub-signature"]), "Body": text(bytes)?,
    }))
}

fn text(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::validation("The webhook's body is no JSON"))
}

fn input(member: &str, arn: &str, headers: &HeaderMap, bytes: Vec<u8>) -> Result<Value, Error> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let [provider, event, delivery, signature] = PROVIDERS
        .into_iter()
        .find(|[_, event, ..]| headers.contains_key(*event))
        .ok_or_else(|| Error::validation("This is no webhook of GitHub, GitLab, Gitea or Bitbucket: it has no header with its event"))?;
    Ok(json!({
        member: arn, "Provider": provider, "Event": header(event).unwrap_or_default(), "Delivery": header(delivery),
        "Signature": header(signature).unwrap_or_default(), "Body": text(bytes)?,
    }))
}

pub(crate) async fn handle(server: &Server, connection: Connection, parts: Parts, incoming: Incoming) -> Response<Body> {
    let (service, member, arn) = named(parts.uri.path()).unwrap_or_default();
    let mut context = context(server, connection, &parts.headers);
    let region = arn.split(':').nth(3).filter(|region| Region::exists(region));
    context.region = region.map_or(context.region, Region::new);
    let style = route::style(wire::answer::Form::Json(wire::json::Version::of(&parts.headers)), service, OPERATION, &parts, &context);
    let mut arriving = Arriving::new(incoming, &parts.headers);
    let read = body::whole(&mut arriving, &parts.headers, MAX_WEBHOOK).await;
    let input = read.and_then(|bytes| match service {
        PIPELINES => of_pipeline(&arn, parts.uri.query(), &parts.headers, bytes),
        _ => input(member, &arn, &parts.headers, bytes),
    });
    let request = Request { proof: Proof::Anonymous, service: service.into(), operation: OPERATION.into(), input, body: None, context };
    let outcome = server.gate.call(&request).await;
    let response = match outcome {
        Err(error) if error.code.starts_with("AccessDenied") => answer::write(&style, Err(error.status(403))),
        answered => answer::write(&style, answered),
    };
    arriving.answered(response).await
}
