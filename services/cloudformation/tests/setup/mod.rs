//! One account with stacks, and what tests ask of it.
#![allow(dead_code, reason = "each test file uses its part")]

use base::Clock;
use durable::Engine;
use gate::{Error, Record};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use testworld::{Credentials, World};

pub const ACCOUNT: &str = "111111111111";

pub struct Setup {
    pub world: World,
    pub admin: Credentials,
    engine: Engine,
    store: store::Store,
}

impl Setup {
    pub fn new() -> Self {
        Self::with(logs::service())
    }

    /// With one more service.
    pub fn with(service: gate::Registration) -> Self {
        Self::with_all(vec![service], |_| {})
    }

    /// With more services and their long work.
    pub fn with_all(more: Vec<gate::Registration>, workflows: fn(&mut Engine)) -> Self {
        Self::over(&[ACCOUNT], more, workflows)
    }

    /// With these accounts, the first of which has the stacks.
    pub fn in_accounts(accounts: &[&str]) -> Self {
        Self::over(accounts, vec![logs::service()], |_| {})
    }

    fn over(accounts: &[&str], more: Vec<gate::Registration>, workflows: fn(&mut Engine)) -> Self {
        let mut services = vec![iam::service(), s3::service(), sts::service(), cloudformation::service()];
        services.extend(more);
        let store = store::Store::memory();
        let world = World::over(store.clone(), store::Blobs::memory(), services, accounts);
        let mut engine = Engine::new(world.gate.clone());
        cloudformation::workflows(&mut engine);
        workflows(&mut engine);
        let admin = world.administrator(ACCOUNT);
        world.records();
        Self { world, admin, engine, store }
    }

    /// Lets all work come to its end, tries that are put off included.
    pub fn run(&self) {
        let hour = self.world.clock.now().plus(Duration::from_secs(3600));
        // What comes later, such as the deletion of keys, is no stack's work.
        while self.engine.run_due().unwrap().is_some_and(|next| next < hour) {
            self.world.clock.advance(Duration::from_secs(60));
        }
    }

    /// Does what is due now, and no more.
    pub fn run_now(&self) {
        self.engine.run_due().unwrap();
    }

    pub fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        self.world.call(Some(&self.admin), operation, input)
    }

    #[track_caller]
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    /// The message of an error with this code.
    #[track_caller]
    pub fn fails(&self, code: &str, operation: &str, input: Value) -> String {
        match self.call(operation, input) {
            Ok(answer) => panic!("{operation} was done: {answer}"),
            Err(error) => {
                assert_eq!(error.code, code, "{operation}: {error}");
                error.message
            }
        }
    }

    #[track_caller]
    pub fn create(&self, name: &str, template: &str) -> String {
        let answer = self.ok("cloudformation:CreateStack", with_template(name, template));
        self.run();
        answer["StackId"].as_str().unwrap().to_string()
    }

    #[track_caller]
    pub fn update(&self, name: &str, template: &str) {
        self.ok("cloudformation:UpdateStack", with_template(name, template));
        self.run();
    }

    #[track_caller]
    pub fn stack(&self, name: &str) -> Value {
        self.ok("cloudformation:DescribeStacks", json!({"StackName": name}))["Stacks"][0].clone()
    }

    #[track_caller]
    pub fn status(&self, name: &str) -> String {
        self.stack(name)["StackStatus"].as_str().unwrap().to_string()
    }

    /// `LogicalId STATUS` of all events, oldest first.
    #[track_caller]
    pub fn events(&self, name: &str) -> Vec<String> {
        let mut events = Vec::new();
        let mut token = Value::Null;
        loop {
            let answer = self.ok("cloudformation:DescribeStackEvents", json!({"StackName": name, "NextToken": token}));
            let text = |event: &Value, member: &str| event[member].as_str().unwrap_or_default().to_string();
            events.extend(
                answer["StackEvents"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|e| format!("{} {}", text(e, "LogicalResourceId"), text(e, "ResourceStatus"))),
            );
            token = answer["NextToken"].clone();
            if token.is_null() {
                events.reverse();
                return events;
            }
        }
    }

    /// The reason of the latest event with this status.
    #[track_caller]
    pub fn reason(&self, name: &str, status: &str) -> String {
        let answer = self.ok("cloudformation:DescribeStackEvents", json!({"StackName": name}));
        let event = answer["StackEvents"].as_array().unwrap().iter().find(|e| e["ResourceStatus"] == status);
        event.unwrap_or_else(|| panic!("no event {status}"))["ResourceStatusReason"].as_str().unwrap_or_default().to_string()
    }

    #[track_caller]
    pub fn physical_id(&self, stack: &str, id: &str) -> String {
        let answer = self.ok("cloudformation:DescribeStackResource", json!({"StackName": stack, "LogicalResourceId": id}));
        answer["StackResourceDetail"]["PhysicalResourceId"].as_str().unwrap().to_string()
    }

    pub fn role_exists(&self, name: &str) -> bool {
        self.call("iam:GetRole", json!({"RoleName": name})).is_ok()
    }

    /// A role for a service or an account, with one inline policy that allows the actions.
    #[track_caller]
    pub fn role(&self, name: &str, trusted: Value, actions: Value) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}});
        let made = self.ok("iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()}));
        self.allow(name, actions);
        made["Role"]["Arn"].as_str().unwrap().to_string()
    }

    #[track_caller]
    pub fn allow(&self, role: &str, actions: Value) {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}});
        self.ok("iam:PutRolePolicy", json!({"RoleName": role, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
    }

    /// The keys of all rows, of whatever service, that hold a text.
    pub fn rows_with(&self, text: &str) -> Vec<String> {
        let rows = self.store.begin().scan(store::prefix_range(b""), usize::MAX, false).unwrap();
        let holds = |value: &[u8]| value.windows(text.len()).any(|window| window == text.as_bytes());
        rows.iter().filter(|(_, value)| holds(value)).map(|(key, _)| String::from_utf8_lossy(key).into_owned()).collect()
    }

    /// `service:Operation` and caller of the records of an action since the last time.
    pub fn recorded(&self, action: &str) -> Vec<Arc<Record>> {
        self.world.records().into_iter().filter(|r| r.action == action).collect()
    }
}

pub fn with_template(name: &str, template: &str) -> Value {
    json!({"StackName": name, "TemplateBody": template, "Capabilities": ["CAPABILITY_NAMED_IAM"]})
}

/// A role's resource in a template.
pub fn role(id: &str, properties: &str) -> String {
    let trust =
        r#"{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: codebuild.amazonaws.com}, Action: "sts:AssumeRole"}]}"#;
    format!("  {id}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {trust}\n{properties}")
}

/// A template of these resources.
pub fn template(resources: &[String]) -> String {
    format!("Resources:\n{}", resources.join(""))
}
