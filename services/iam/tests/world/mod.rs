//! The tests' world: three accounts, short words for calls, and CloudFormation's way of using resource types.

use base::{AccountId, Region, Secret};
use gate::{Actor, Error, Physical, Protocol, Registration, ResourceContext, ResourceRequest, ResourceType, Service, StepContext};
use serde_json::{Value, json};
use std::ops::Deref;
pub use testworld::{Credentials, MANAGEMENT, REGION};

pub const TOOLS: &str = "222222222222";
pub const PROD: &str = "333333333333";

pub struct World(testworld::World);

impl Deref for World {
    type Target = testworld::World;
    fn deref(&self) -> &testworld::World {
        &self.0
    }
}

fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

/// A policy that allows an action on a resource.
pub fn allow(action: &str, resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}})
}

/// A document, as answers show it, decoded.
pub fn decoded(shown: &Value) -> String {
    percent_encoding::percent_decode_str(shown.as_str().unwrap()).decode_utf8().unwrap().into_owned()
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
        // An account that is founded twice stays as it is.
        Self(testworld::World::new(services.into_iter().collect(), &[TOOLS, PROD, TOOLS, MANAGEMENT]))
    }

    /// Makes a call.
    pub fn call(&self, who: &Credentials, operation: &str, input: Value) -> Result<Value, Error> {
        self.0.call(Some(who), operation, input)
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

    /// A role that `trusted` (a principal element) may assume, with one inline policy. Gives its ARN.
    pub fn role(&self, admin: &Credentials, name: &str, trusted: Value, policy: Option<Value>) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}});
        let made = self.ok(admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()}));
        if let Some(policy) = policy {
            self.ok(admin, "iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
        }
        made["Role"]["Arn"].as_str().unwrap().to_owned()
    }

    /// A new user with one inline policy, and a key of it.
    pub fn user(&self, admin: &Credentials, name: &str, policy: Option<Value>) -> Credentials {
        self.ok(admin, "iam:CreateUser", json!({"UserName": name}));
        if let Some(policy) = policy {
            self.ok(admin, "iam:PutUserPolicy", json!({"UserName": name, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
        }
        self.key(admin, name)
    }

    /// A new key of a user.
    pub fn key(&self, admin: &Credentials, name: &str) -> Credentials {
        let made = self.ok(admin, "iam:CreateAccessKey", json!({"UserName": name}));
        let member = |name: &str| made["AccessKey"][name].as_str().unwrap().to_owned();
        let secret_access_key = Secret::new(member("SecretAccessKey"));
        Credentials { access_key_id: member("AccessKeyId"), secret_access_key, session_token: None }
    }

    /// A new managed policy. Gives its ARN.
    pub fn policy(&self, admin: &Credentials, name: &str, document: Value) -> String {
        let made = self.ok(admin, "iam:CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document.to_string()}));
        made["Policy"]["Arn"].as_str().unwrap().to_owned()
    }

    /// All records since the last time, as text.
    pub fn recorded(&self) -> String {
        self.records().iter().map(|record| record.event.to_string()).collect::<Vec<_>>().join(
            "
",
        )
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
        self.role(&self.administrator(TOOLS), "stacks", json!({"Service": "cloudformation.amazonaws.com"}), Some(all));
    }
}
