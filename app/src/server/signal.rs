//! Signals for wait conditions: a plain PUT to the URL of a handle, which no signature but the URL's own goes with.

use super::{
    Connection, Server, answer,
    body::{self, Arriving},
    route::{self, Body, context},
};
use gate::{Error, Proof, Request};
use http::{Method, Response, request::Parts};
use hyper::body::Incoming;
use serde_json::{Value, json};

/// The first part of a handle's path, before its region.
const PREFIX: &str = "/cloudformation-waitcondition-";
const SERVICE: &str = "cloudformation";
const OPERATION: &str = "SignalWaitCondition";
/// A signal's data and reason have 4 KiB each.
const MAX_SIGNAL: usize = 16 * 1024;

pub(crate) fn is_signal(parts: &Parts) -> bool {
    (parts.method == Method::PUT || parts.method == Method::POST) && parts.uri.path().starts_with(PREFIX)
}

pub(crate) async fn handle(server: &Server, connection: Connection, parts: Parts, incoming: Incoming) -> Response<Body> {
    let context = context(server, connection, &parts.headers);
    let style = route::style(wire::answer::Form::RestXml, SERVICE, OPERATION, &parts, &context);
    let mut arriving = Arriving::new(incoming, &parts.headers);
    let read = body::whole(&mut arriving, &parts.headers, MAX_SIGNAL).await;
    let input = read.and_then(|bytes| match serde_json::from_slice(&bytes) {
        Ok(Value::Object(mut signal)) => {
            signal.insert("Handle".into(), json!(parts.uri.to_string()));
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
    arriving.drain().await;
    match outcome {
        Ok(_) => Response::new(answer::full("")),
        denied => answer::write(&style, denied),
    }
}
