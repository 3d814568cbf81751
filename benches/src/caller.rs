//! Calls one after the other, as one principal, whose answers are read.

use crate::{
    Result,
    client::{Call, Signer, once},
    process::Server,
};
use serde_json::Value;

pub(crate) struct Caller<'s> {
    pub(crate) server: &'s Server,
    signer: Signer,
    runtime: tokio::runtime::Runtime,
}

/// As forms have it.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl<'s> Caller<'s> {
    pub(crate) fn new(server: &'s Server, env: &Value) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { server, signer: Signer::new(env, server.address), runtime })
    }

    fn send(&self, request: &[u8]) -> Result<Vec<u8>> {
        self.runtime.block_on(once(self.server.address, request))
    }

    /// A call of CloudFormation, with the rest of its form. The answer is XML.
    pub(crate) fn cloudformation(&self, operation: &str, input: &str) -> Result<String> {
        let body = format!("Action={operation}&Version=2010-05-15{input}");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let call = Call { method: "POST", target: "/", service: "cloudformation", headers: &headers };
        let text = String::from_utf8(self.send(&self.signer.request(call, body.as_bytes()))?)?;
        if text.contains("<ErrorResponse") { Err(format!("{operation}: {text}").into()) } else { Ok(text) }
    }

    /// A call of a service that speaks JSON.
    pub(crate) fn json(&self, service: &str, target: &str, input: &Value) -> Result<Value> {
        let answer: Value = serde_json::from_slice(&self.send(&self.signer.json(service, target, input))?)?;
        if answer.get("__type").is_some() { Err(format!("{target}: {answer}").into()) } else { Ok(answer) }
    }

    /// Puts an object.
    pub(crate) fn put(&self, target: &str, body: &[u8]) -> Result<()> {
        let answer = self.send(&self.signer.request(Call { method: "PUT", target, service: "s3", headers: &[] }, body))?;
        let text = String::from_utf8_lossy(&answer);
        if text.contains("<Error>") { Err(format!("{target}: {text}").into()) } else { Ok(()) }
    }
}
