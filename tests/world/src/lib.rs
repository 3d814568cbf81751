//! A world in memory for tests: calls are signed and go through a real gate, like anybody's.

mod calls;
mod issuer;

use base::{AccountId, Clock, Entropy, ManualClock, Region, Secret, SeededEntropy, SystemEntropy, Timestamp};
pub use calls::{fails, ok, policy, session};
use gate::{Error, Gate, GateBuilder, OperatorKey, Outcome, Proof, Record, Registration, Request, RequestContext, SignedRequest};
pub use issuer::{IssuerKey, key_set};
use serde_json::{Value, json};
use std::{
    io::Read,
    sync::{Arc, Mutex},
};
pub use wire::sigv4::Credentials;
use wire::sigv4::{PayloadHash, RequestParts, hex_sha256, parse_authorization, sign};

/// The operator's account.
pub const MANAGEMENT: &str = "000000000000";
/// The region of the world.
pub const REGION: &str = "us-east-1";

/// A world.
pub struct World {
    /// Its gate.
    pub gate: Gate,
    /// Its clock, which stands still.
    pub clock: Arc<ManualClock>,
    records: Arc<Mutex<Vec<Arc<Record>>>>,
    operator: Credentials,
}

fn account(id: &str) -> AccountId {
    id.parse().expect("an account id")
}

impl World {
    /// A world with these services (iam and sts among them) and accounts.
    pub fn new(services: Vec<Registration>, accounts: &[&str]) -> Self {
        Self::over(store::Store::memory(), store::Blobs::memory(), services, accounts)
    }

    /// The same over a given store.
    pub fn over(store: store::Store, blobs: store::Blobs, services: Vec<Registration>, accounts: &[&str]) -> Self {
        Self::build(store, blobs, Arc::new(SystemEntropy), services, accounts)
    }

    /// A world whose ids and keys are the same each time, as long as the same calls are made.
    pub fn repeatable(services: Vec<Registration>, accounts: &[&str]) -> Self {
        Self::build(store::Store::memory(), store::Blobs::memory(), Arc::new(SeededEntropy::new(1)), services, accounts)
    }

    fn build(store: store::Store, blobs: store::Blobs, entropy: Arc<dyn Entropy>, services: Vec<Registration>, accounts: &[&str]) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::parse_iso("2026-11-22T05:00:00Z").expect("a time")));
        let mut builder =
            GateBuilder::new(store, blobs, &[7; 32], Region::new(REGION), account(MANAGEMENT)).clock(clock.clone()).entropy(entropy);
        for service in services {
            builder = builder.register(service).expect("services that do not collide");
        }
        let gate = builder.build().expect("a gate");
        let key = OperatorKey { id: "AKIAOPERATOR00000000".into(), secret: Secret::new("operator-secret".into()) };
        gate.found(account(MANAGEMENT), None, &key).expect("the management account");
        for id in accounts {
            gate.found(account(id), None, &key).expect("an account");
        }
        let operator = Credentials { access_key_id: key.id, secret_access_key: key.secret, session_token: None };
        let records: Arc<Mutex<Vec<Arc<Record>>>> = Arc::default();
        let seen = records.clone();
        gate.watch(move |record| seen.lock().expect("records").push(record.clone()));
        Self { gate, clock, records, operator }
    }

    /// The operator's own key.
    pub fn operator(&self) -> &Credentials {
        &self.operator
    }

    /// A session of the account's administrator.
    pub fn administrator(&self, account: &str) -> Credentials {
        let role = format!("arn:aws:iam::{account}:role/OrganizationAccountAccessRole");
        self.assume(&self.operator, &role).expect("the administrator's role")
    }

    /// A session of a role.
    ///
    /// # Errors
    /// AWS's error of AssumeRole.
    pub fn assume(&self, caller: &Credentials, role: &str) -> Result<Credentials, Error> {
        let answer = self.call(Some(caller), "sts:AssumeRole", json!({"RoleArn": role, "RoleSessionName": "test"}))?;
        Ok(credentials(&answer))
    }

    /// A request as it would come from the wire, signed by `caller` or by nobody.
    pub fn request(&self, caller: Option<&Credentials>, operation: &str, input: Value, body: Option<Vec<u8>>) -> Request {
        self.request_signed(caller, operation, input, body, (REGION, self.clock.now()))
    }

    /// A request that is signed for another region or at another time.
    pub fn request_signed(
        &self,
        caller: Option<&Credentials>,
        operation: &str,
        input: Value,
        body: Option<Vec<u8>>,
        (region, time): (&str, Timestamp),
    ) -> Request {
        let (service, name) = operation.split_once(':').expect("service:Operation");
        let mut headers = http::HeaderMap::new();
        headers.insert("host", http::HeaderValue::from_static("127.0.0.1:4566"));
        let hash = hex_sha256(input.to_string().as_bytes());
        let proof = match caller {
            None => Proof::Anonymous,
            Some(caller) => {
                let payload = PayloadHash::Hex(hash.clone());
                sign("POST", "/", &mut headers, caller, (service, region), time, payload).expect("a signature");
                let parts = RequestParts { method: "POST", path_and_query: "/", headers: &headers };
                let authorization = parse_authorization(parts).expect("readable").expect("signed");
                Proof::SigV4(Box::new(SignedRequest {
                    authorization,
                    method: "POST".into(),
                    target: "/".into(),
                    headers: headers.clone(),
                    body_sha256: Some(hash),
                }))
            }
        };
        let context = RequestContext {
            request_id: "request".into(),
            source_ip: "203.0.113.7".into(),
            user_agent: "test".into(),
            secure_transport: true,
            region: Region::new(REGION),
            source_arn: None,
            transport: gate::Transport::default(),
        };
        Request { proof, service: service.into(), operation: name.into(), input: Ok(input), body, context }
    }

    /// Makes a call.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn call(&self, caller: Option<&Credentials>, operation: &str, input: Value) -> Result<Value, Error> {
        self.gate.call_blocking(&self.request(caller, operation, input, None)).map(|answer| answer.output)
    }

    /// Makes a call for another region than the world's own.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn call_in(&self, region: &str, caller: &Credentials, operation: &str, input: Value) -> Result<Value, Error> {
        let mut request = self.request_signed(Some(caller), operation, input, None, (region, self.clock.now()));
        request.context.transport.signature_version = Some("AWS4-HMAC-SHA256");
        self.gate.call_blocking(&request).map(|answer| answer.output)
    }

    /// Makes a call with a body.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn send(&self, caller: &Credentials, operation: &str, input: Value, body: &[u8]) -> Result<Value, Error> {
        self.gate.call_blocking(&self.request(Some(caller), operation, input, Some(body.to_vec()))).map(|answer| answer.output)
    }

    /// Makes a call whose answer has a body.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn receive(&self, caller: &Credentials, operation: &str, input: Value) -> Result<(Value, Vec<u8>), Error> {
        let outcome: Outcome = self.gate.call_blocking(&self.request(Some(caller), operation, input, None));
        let answer = outcome?;
        let mut bytes = Vec::new();
        if let Some((mut reader, _)) = answer.body {
            reader.read_to_end(&mut bytes).expect("the body");
        }
        Ok((answer.output, bytes))
    }

    /// The records since the last time this was asked.
    pub fn records(&self) -> Vec<Arc<Record>> {
        std::mem::take(&mut *self.records.lock().expect("records"))
    }
}

/// The credentials in an answer of sts.
pub fn credentials(answer: &Value) -> Credentials {
    let text = |name: &str| answer["Credentials"][name].as_str().expect("credentials").to_string();
    Credentials {
        access_key_id: text("AccessKeyId"),
        secret_access_key: Secret::new(text("SecretAccessKey")),
        session_token: Some(Secret::new(text("SessionToken"))),
    }
}
