//! A memory world: a gate with some services, called with real signatures.

use base::{AccountId, ManualClock, Region, Secret, Timestamp};
use gate::{
    Actor, Error, Example, Gate, GateBuilder, OperatorKey, Physical, Proof, Protocol, Record, Registration, Request, RequestContext, ResourceContext, ResourceRequest,
    ResourceType, Service, SignedRequest, StepContext,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use wire::sigv4::{Credentials, PayloadHash, RequestParts, parse_authorization, sign};

pub const MANAGEMENT: &str = "111111111111";
pub const TOOLS: &str = "222222222222";
pub const PROD: &str = "333333333333";
pub const REGION: &str = "us-east-1";

pub struct World {
    pub gate: Gate,
    pub clock: Arc<ManualClock>,
    pub operator: Credentials,
    records: Arc<Mutex<Vec<Arc<Record>>>>,
}

pub fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

fn credentials(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: id.into(),
        secret_access_key: Secret::new(secret.into()),
        session_token: token.map(|t| Secret::new(t.into())),
    }
}

/// A service that does the work of stacks in these tests.
struct Stacks;
impl Service for Stacks {
    const NAME: &'static str = "cloudformation";
    const PRINCIPAL: &'static str = "cloudformation.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}

impl World {
    pub fn new(services: impl IntoIterator<Item = Registration>) -> Self {
        let mut builder = GateBuilder::new(store::Store::memory(), store::Blobs::memory(), &[7; 32], Region::new(REGION), account(MANAGEMENT));
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_800_000_000)));
        builder = builder.clock(clock.clone());
        for service in services {
            builder = builder.register(service).unwrap();
        }
        let gate = builder.build().unwrap();
        let records = Arc::new(Mutex::new(Vec::new()));
        let seen = records.clone();
        gate.watch(move |record| seen.lock().unwrap().push(record.clone()));
        let key = OperatorKey { id: "AKIAOPERATOR00000000".into(), secret: Secret::new("operator's secret".into()) };
        // Twice: what is there stays as it is.
        for id in [MANAGEMENT, TOOLS, PROD, MANAGEMENT, TOOLS] {
            gate.found(account(id), &key).unwrap();
        }
        Self { gate, clock, operator: credentials(&key.id, key.secret.expose(), None), records }
    }

    /// Makes a call with a signature: `service:Operation`.
    pub fn call(&self, who: &Credentials, operation: &str, input: Value) -> Result<Value, Error> {
        let (service, name) = operation.split_once(':').unwrap();
        let mut headers = http::HeaderMap::new();
        headers.insert("host", http::HeaderValue::from_static("localhost"));
        let hash = wire::sigv4::hex_sha256(b"body");
        let now = self.gate.clock().now();
        sign("POST", "/", &mut headers, who, (service, REGION), now, PayloadHash::Hex(hash.clone())).unwrap();
        let parts = RequestParts { method: "POST", path_and_query: "/", headers: &headers };
        let authorization = parse_authorization(parts).unwrap().unwrap();
        let signed = SignedRequest { authorization, method: "POST".into(), target: "/".into(), headers, body_sha256: Some(hash) };
        let context = RequestContext {
            request_id: base::uuid(&**self.gate.entropy()),
            source_ip: "127.0.0.1".into(),
            user_agent: "test".into(),
            secure_transport: true,
            region: Region::new(REGION),
            operator: false,
        };
        let request =
            Request { proof: Proof::SigV4(Box::new(signed)), service: service.into(), operation: name.into(), input: Ok(input), body: None, context };
        self.gate.call_blocking(&request).map(|answer| answer.output)
    }

    /// A call that must be allowed and done.
    #[track_caller]
    pub fn ok(&self, who: &Credentials, operation: &str, input: Value) -> Value {
        self.call(who, operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    /// A call that must fail; its error's code.
    #[track_caller]
    pub fn fails(&self, who: &Credentials, operation: &str, input: Value) -> String {
        match self.call(who, operation, input) {
            Ok(answer) => panic!("{operation} was done: {answer}"),
            Err(error) => error.code.into_owned(),
        }
    }

    /// A call that must be denied by a decision.
    #[track_caller]
    pub fn denied(&self, who: &Credentials, operation: &str, input: Value) -> Error {
        match self.call(who, operation, input) {
            Ok(answer) => panic!("{operation} was done: {answer}"),
            Err(error) => {
                assert!(error.is_denied(), "{operation}: {error}");
                error
            }
        }
    }

    pub fn assume(&self, who: &Credentials, role_arn: &str) -> Result<Credentials, Error> {
        let answer = self.call(who, "sts:AssumeRole", json!({"RoleArn": role_arn, "RoleSessionName": "test"}))?;
        let member = |name: &str| answer["Credentials"][name].as_str().unwrap();
        Ok(credentials(member("AccessKeyId"), member("SecretAccessKey"), Some(member("SessionToken"))))
    }

    /// An administrator of an account other than the management account.
    pub fn admin(&self, id: &str) -> Credentials {
        self.assume(&self.operator, &format!("arn:aws:iam::{id}:role/OrganizationAccountAccessRole")).unwrap()
    }

    /// A role that `trusted` (a principal element) may assume, with one inline policy. Gives its ARN.
    pub fn role(&self, admin: &Credentials, name: &str, trusted: Value, policy: Option<Value>) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}});
        let made = self.ok(admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()}));
        if let Some(policy) = policy {
            self.ok(admin, "iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
        }
        made["Role"]["Arn"].as_str().unwrap().to_owned()
    }

    /// All records so far, as text.
    pub fn recorded(&self) -> String {
        self.records.lock().unwrap().iter().map(|record| record.event.to_string()).collect::<Vec<_>>().join("\n")
    }

    /// Lets CloudFormation work on a resource type in account `TOOLS`, as the role `stacks` of it.
    pub fn stack<T>(&self, kind: &str, work: impl Fn(&dyn ResourceType, &mut ResourceContext<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let context = StepContext { account: account(TOOLS), region: Region::new(REGION) };
        self.gate.step(&Stacks, &context, |scope| {
            let service: Actor = scope.as_service(account(TOOLS), None);
            let actor = scope.assume(&service, &format!("arn:aws:iam::{TOOLS}:role/stacks"), "stack")?;
            let found = scope.resource_type(kind).expect("the resource type");
            let request = ResourceRequest {
                account: account(TOOLS),
                stack_name: "stack".into(),
                stack_id: format!("arn:aws:cloudformation:{REGION}:{TOOLS}:stack/stack/1"),
                logical_id: "Thing".into(),
                suffix: "ABCDEF123456".into(),
                tags: vec![("stack".into(), "yes".into())],
            };
            scope.with_resource(&actor, request, |resource| work(&*found, resource))
        })
    }

    pub fn create(&self, kind: &str, properties: &Value) -> Result<Physical, Error> {
        self.stack(kind, |found, context| found.create(context, properties))
    }
    pub fn update(&self, kind: &str, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        self.stack(kind, |found, context| found.update(context, id, old, new))
    }
    pub fn delete(&self, kind: &str, id: &str, properties: &Value) -> Result<(), Error> {
        self.stack(kind, |found, context| found.delete(context, id, properties))
    }

    /// The role as which `stack` works.
    pub fn stack_role(&self) {
        let all = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        self.role(&self.admin(TOOLS), "stacks", json!({"Service": "cloudformation.amazonaws.com"}), Some(all));
    }
}

/// Makes the calls of an example, each in its turn; gives the answer to its own call.
pub fn run_example(world: &World, operation: &str, example: &Example) -> Result<Value, Error> {
    let mut answers = Vec::new();
    for (before, input) in &example.before {
        answers.push(world.call(&world.operator, before, filled(input, &answers))?);
    }
    world.call(&world.operator, operation, filled(&example.input, &answers))
}

/// `"$0/Role/Arn"`: a member of the answer to the first call.
fn filled(input: &Value, answers: &[Value]) -> Value {
    match input {
        Value::String(text) => match text.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
            Some((n, path)) => answers[n.parse::<usize>().unwrap()].pointer(&format!("/{path}")).expect("the member").clone(),
            None => input.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, answers)).collect(),
        Value::Object(members) => Value::Object(members.iter().map(|(key, value)| (key.clone(), filled(value, answers))).collect()),
        other => other.clone(),
    }
}
