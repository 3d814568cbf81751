//! The tests' world: two accounts, and short words for calls.
#![allow(dead_code, reason = "each test uses some of it")]

use base::Secret;
use gate::Error;
use serde_json::{Value, json};
use std::{ops::Deref, time::Duration};
pub use testworld::{Credentials, credentials};

pub const OWN: &str = "222222222222";
pub const OTHER: &str = "333333333333";

pub struct World(testworld::World);

impl Deref for World {
    type Target = testworld::World;
    fn deref(&self) -> &testworld::World {
        &self.0
    }
}

pub fn document(effect: &str, actions: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": actions, "Resource": "*"}})
}

pub fn trust(principal: &Value, actions: &Value, condition: &Value) -> String {
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": actions});
    if condition.as_object().is_some_and(|keys| !keys.is_empty()) {
        statement["Condition"] = condition.clone();
    }
    json!({"Version": "2012-10-17", "Statement": statement}).to_string()
}

impl World {
    pub fn new() -> Self {
        Self(testworld::World::new(vec![iam::service(), s3::service(), sts::service()], &[OWN, OTHER]))
    }

    #[track_caller]
    pub fn ok(&self, who: &Credentials, operation: &str, input: Value) -> Value {
        self.call(Some(who), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    #[track_caller]
    pub fn error(&self, who: Option<&Credentials>, operation: &str, input: Value) -> Error {
        match self.call(who, operation, input) {
            Ok(answer) => panic!("{operation} was done: {answer}"),
            Err(error) => error,
        }
    }

    /// The error must have this code, and say this.
    #[track_caller]
    pub fn fails(&self, who: &Credentials, operation: &str, input: Value, code: &str, says: &str) -> Error {
        let error = self.error(Some(who), operation, input);
        assert!(error.code == code && error.message.contains(says), "{error}");
        error
    }

    /// A role with one inline policy; its ARN.
    pub fn role(&self, admin: &Credentials, name: &str, trust: &str, policy: &Value) -> String {
        let made =
            self.ok(admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust, "MaxSessionDuration": 7200}));
        self.ok(admin, "iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
        made["Role"]["Arn"].as_str().unwrap().to_owned()
    }

    /// A user with one inline policy, by its access key.
    pub fn user(&self, admin: &Credentials, name: &str, policy: &Value) -> Credentials {
        self.ok(admin, "iam:CreateUser", json!({"UserName": name}));
        self.ok(admin, "iam:PutUserPolicy", json!({"UserName": name, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
        let key = self.ok(admin, "iam:CreateAccessKey", json!({"UserName": name}))["AccessKey"].clone();
        let text = |member: &str| key[member].as_str().unwrap().to_owned();
        Credentials { access_key_id: text("AccessKeyId"), secret_access_key: Secret::new(text("SecretAccessKey")), session_token: None }
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The last record's event.
    pub fn last_event(&self) -> Value {
        self.records().last().expect("a record").event.clone()
    }
}
