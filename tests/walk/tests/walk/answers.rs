//! Every operation's answers as they go over the wire, for a judge that knows AWS's own models: `tests/clients/test_answers.py`.

use crate::{cases::Case, kinds::everything, prepared::Prepared};
use base64::{Engine, engine::general_purpose::STANDARD};
use gate::{Outcome, Protocol};
use serde_json::{Value, json};
use std::io::Read;
use testworld::Credentials;
use wire::{
    answer::{Failure, Form, Style, failure, success},
    rest::{RestBody, RestResponse},
};

/// The folder into which the answers are written.
pub const FOLDER: &str = "SEKISHO_WALK_ANSWERS";
/// What no service gave out as the place where a list goes on.
const JUNK: &str = "SnVuayB0aGF0IG5vYm9keSBnYXZlIG91dA==";
/// Members that say where a list goes on, in all services.
const TOKENS: [&str; 11] = [
    "ContinuationToken",
    "KeyMarker",
    "Marker",
    "NextToken",
    "PaginationToken",
    "PartNumberMarker",
    "UploadIdMarker",
    "VersionIdMarker",
    "forwardToken",
    "marker",
    "nextToken",
];

/// A call and its answer, as one line of JSON.
pub struct Line {
    pub label: String,
    pub kind: &'static str,
    pub status: u16,
    pub json: Value,
}

fn form(protocol: Protocol) -> Form {
    match protocol {
        Protocol::Json => Form::Json(wire::json::Version::V1_1),
        Protocol::Query => Form::Query,
        Protocol::RestXml => Form::RestXml,
    }
}

fn head(case: &Case) -> bool {
    case.operation.protocol == Protocol::RestXml && wire::s3::API.binding(case.operation.name).is_some_and(|b| b.method == "HEAD")
}

fn bytes(written: RestBody, outcome: Outcome) -> Result<Vec<u8>, String> {
    match (written, outcome) {
        (RestBody::Bytes(bytes), _) => Ok(bytes),
        (RestBody::Stream, Ok(gate::Answer { body: Some((mut reader, _)), .. })) => {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
            Ok(bytes)
        }
        (RestBody::Stream, _) => Ok(Vec::new()),
    }
}

impl Prepared {
    /// The call, and what goes over the wire.
    fn line(&self, case: &Case, kind: &'static str, caller: Option<&Credentials>, input: Value) -> Result<Line, String> {
        let request = self.world.request(caller, &self.operation, input.clone(), self.body.clone());
        let outcome = self.world.gate.call_blocking(&request);
        let style = Style {
            form: form(case.operation.protocol),
            service: case.operation.service.into(),
            operation: case.operation.name.into(),
            path: "/".into(),
            request_id: request.context.request_id,
            head: head(case),
        };
        let written = match &outcome {
            Ok(answer) => success(&style, &answer.output).map_err(|e| e.to_string())?,
            Err(e) => failure(&style, Failure { code: &e.code, message: &e.message, status: e.status, members: &e.members }),
        };
        let RestResponse { status, headers, body } = written;
        let headers: Vec<[&str; 2]> = headers.iter().map(|(name, value)| [name.as_str(), value.to_str().unwrap_or("?")]).collect();
        let json = json!({
            "service": case.operation.service, "operation": case.operation.name, "variation": case.variation, "kind": kind,
            "input": input, "sent": self.body.as_ref().map(|b| STANDARD.encode(b)),
            "status": status, "headers": headers, "body": STANDARD.encode(bytes(body, outcome)?),
        });
        Ok(Line { label: case.label(), kind, status, json })
    }
}

/// The same input with one member more, or one less, or one of another shape.
fn altered(input: &Value) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    for name in input.as_object().into_iter().flat_map(|members| members.keys()) {
        let mut missing = input.clone();
        missing.as_object_mut().map(|members| members.shift_remove(name));
        all.push(("missing", missing));
        let mut misshapen = input.clone();
        misshapen[name] = json!([[{"wrong": 1}]]);
        all.push(("misshapen", misshapen));
        if input[name].is_string() {
            let mut odd = input.clone();
            odd[name] = json!("\u{1}~ what nobody has ~");
            all.push(("odd", odd));
        }
    }
    for name in TOKENS {
        let mut junk = input.clone();
        junk[name] = json!(JUNK);
        all.push(("junk token", junk));
    }
    all
}

fn allowed(prepared: Prepared) -> Prepared {
    prepared.allow(&[everything()]);
    prepared
}

/// The answer to one who may do everything, and those to one who has no rights, in a world without what is asked for, and of
/// input that is not right.
pub fn answers(case: &Case) -> Result<Vec<Line>, String> {
    let prepared = Prepared::new(case)?;
    let caller = prepared.walker.credentials.as_ref();
    let input = prepared.input.clone();
    let mut lines = vec![prepared.line(case, "denied", Some(caller.unwrap_or(&prepared.admin)), input.clone())?];
    prepared.allow(&[everything()]);
    // What is done changes the world: the calls after it are made in another.
    let mut ready = None;
    for (kind, input) in altered(&input) {
        let world = match ready.take() {
            Some(world) => world,
            None => allowed(Prepared::new(case)?),
        };
        let line = world.line(case, kind, world.walker.credentials.as_ref(), input)?;
        ready = (line.status >= 400 || case.operation.read_only).then_some(world);
        lines.push(line);
    }
    lines.push(prepared.line(case, "done", caller, input.clone())?);
    let bare = allowed(Prepared::bare(case)?);
    lines.push(bare.line(case, "bare", bare.walker.credentials.as_ref(), input)?);
    Ok(lines)
}

/// What holds of all answers without AWS's models: a fault is never ours, and what is done is said to be done.
pub fn check(walked: Vec<(Case, Result<Vec<Line>, String>)>) {
    let mut wrong = Vec::new();
    let mut text = String::new();
    for (case, lines) in walked {
        match lines {
            Err(e) => wrong.push(format!("{}: {e}", case.label())),
            Ok(lines) => {
                for line in lines {
                    let expected = match (line.kind, case.example.fails) {
                        ("done", None) => line.status < 400,
                        _ => line.status < 500 || line.status == 501,
                    };
                    if !expected {
                        wrong.push(format!("{} {}: {}", line.label, line.kind, line.json));
                    }
                    text.push_str(&line.json.to_string());
                    text.push('\n');
                }
            }
        }
    }
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = std::path::PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("answers.jsonl"), text).unwrap();
        // What of S3's requests is read: all other headers and parameters are nothing to it.
        let members = |operation| wire::s3::API.binding(operation).into_iter().flat_map(|b| b.members()).map(|m| m.name).collect();
        let read: std::collections::BTreeMap<&str, Vec<&str>> = wire::s3::API.operations().map(|o| (o, members(o))).collect();
        std::fs::write(folder.join("bindings.json"), json!(read).to_string()).unwrap();
    }
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
