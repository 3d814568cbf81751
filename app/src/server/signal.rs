//! Signals for wait conditions: a plain PUT to the URL of a handle, which no signature but the URL's own goes with.

use super::{
    Connection, Server, answer,
    body::{self, Arriving},
    route::{self, Body, context},
};
use base::Region;
use gate::{Error, Proof, Request};
use http::{Method, Response, request::Parts};
use hyper::body::Incoming;
use serde_json::{Value, json};

/// The first part of a handle's path, before its region.
const PREFIX: &str = "/cloudformation-waitcondition-";
const SERVICE: &str = "cloudformation";
const OPERATION: &str = "SignalResource";
/// A signal's data and reason have 4 KiB each.
const MAX_SIGNAL: usize = 16 * 1024;

pub(crate) fn is_signal(parts: &Parts) -> bool {
    (parts.method == Method::PUT || parts.method == Method::POST) && parts.uri.path().starts_with(PREFIX)
}

/// The handle that a URL names, and the URL's signature.
fn named(parts: &Parts) -> [(String, Value); 3] {
    let path = parts.uri.path().strip_prefix(PREFIX).and_then(|path| path.split_once('/')).map_or("", |(_, path)| path);
    let path = path.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/");
    let (stack, logical_id) = path.rsplit_once('/').unwrap_or((&path, ""));
    let query = parts.uri.query().unwrap_or_default();
    let signature = query.split('&').find_map(|pair| pair.strip_prefix("Signature=")).unwrap_or_default();
    [("StackName", stack), ("LogicalResourceId", logical_id), ("Signature", signature)].map(|(name, value)| (name.into(), json!(value)))
}

pub(crate) async fn handle(server: &Server, connection: Connection, parts: Parts, incoming: Incoming) -> Response<Body> {
    let mut context = context(server, connection, &parts.headers);
    let region = parts.uri.path().strip_prefix(PREFIX).and_then(|path| path.split_once('/')).map(|(region, _)| region);
    context.region = region.filter(|region| Region::exists(region)).map_or(context.region, Region::new);
    let style = route::style(wire::answer::Form::RestXml, SERVICE, OPERATION, &parts, &context);
    let mut arriving = Arriving::new(incoming, &parts.headers);
    let read = body::whole(&mut arriving, &parts.headers, MAX_SIGNAL).await;
    let input = read.and_then(|bytes| match serde_json::from_slice(&bytes) {
        Ok(Value::Object(mut signal)) => {
            signal.extend(named(&parts));
            Ok(Value::Object(signal))
        }
        _ => {
            let expected = r#"{"Status": "SUCCESS", "UniqueId": "ID", "Data": "text", "Reason": "text"}"#;
            Err(Error::new("MalformedSignal", format!("A signal is JSON such as {expected}")))
        }
    });
    let operation = OPERATION.to_string();
    let request = Request { proof: Proof::Anonymous, service: SERVICE.into(), operation, input, body: None, context };
    let outcome = server.gate.call(&request).await;
    let response = match outcome {
        Ok(_) => Response::new(answer::full("")),
        denied => answer::write(&style, denied),
    };
    arriving.answered(response).await
}
