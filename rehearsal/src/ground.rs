//! What is there before anything is deployed: what accounts hold already, and what is taken to exist.

use crate::{
    Stack, StateIdentity,
    driver::{Driver, StackName},
};
use base::{AccountId, Arn};
use gate::Error;
use serde_json::{Value, json};

/// An ARN's path and name behind its kind: `role/a/b` is `/a/` and `b`.
fn path_and_name<'a>(resource: &'a str, kind: &str) -> Option<(String, &'a str)> {
    let rest = resource.strip_prefix(kind)?.strip_prefix('/')?;
    Some(rest.rsplit_once('/').map_or(("/".to_owned(), rest), |(path, name)| (format!("/{path}/"), name)))
}

impl Driver<'_> {
    /// Makes what is there already. What cannot be made is told: it is not known then.
    pub(crate) fn ground(&mut self) -> Result<(), Error> {
        self.assumed_roles();
        let state = &self.estate.given.state;
        for policy in &state.policies {
            let Some(arn) = policy.arn.parse::<Arn>().ok() else { continue };
            let (Some(account), Some((path, name))) = (arn.account(), path_and_name(arn.resource(), "policy")) else { continue };
            let input = json!({"PolicyName": name, "Path": path, "PolicyDocument": policy.document.to_string()});
            self.make(account, "iam:CreatePolicy", input, &policy.arn);
        }
        // The administrator's role is in every account.
        for role in state.roles.iter().filter(|role| role.identity.name != gate::ADMINISTRATOR_ROLE) {
            let identity = &role.identity;
            let input = json!({
                "RoleName": identity.name, "Path": identity.path, "AssumeRolePolicyDocument": role.trust.to_string(),
                "PermissionsBoundary": identity.boundary, "Tags": tags(identity),
            });
            if self.make(identity.account, "iam:CreateRole", input, &identity.name) {
                self.policies("Role", identity);
            }
        }
        for group in &state.groups {
            if self.make(group.account, "iam:CreateGroup", json!({"GroupName": group.name, "Path": group.path}), &group.name) {
                self.policies("Group", group);
            }
        }
        for user in &state.users {
            let input = json!({"UserName": user.name, "Path": user.path, "PermissionsBoundary": user.boundary, "Tags": tags(user)});
            if self.make(user.account, "iam:CreateUser", input, &user.name) {
                self.policies("User", user);
                for group in &user.groups {
                    self.make(user.account, "iam:AddUserToGroup", json!({"UserName": user.name, "GroupName": group}), &user.name);
                }
            }
        }
        self.keys();
        for bucket in &state.buckets {
            if self.make(bucket.account, "s3:CreateBucket", json!({"Bucket": bucket.name}), &bucket.name)
                && let Some(policy) = &bucket.policy
            {
                let input = json!({"Bucket": bucket.name, "Policy": policy.to_string()});
                self.make(bucket.account, "s3:PutBucketPolicy", input, &bucket.name);
            }
            if let Some(key) = &bucket.key {
                let rule = json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}});
                let input = json!({"Bucket": bucket.name, "ServerSideEncryptionConfiguration": {"Rules": [rule]}});
                self.make(bucket.account, "s3:PutBucketEncryption", input, &bucket.name);
            }
        }
        for parameter in &state.parameters {
            let Some(account) = self.account(&parameter.account).or_else(|| parameter.account.parse().ok()) else { continue };
            let input = json!({"Name": parameter.name, "Type": parameter.kind, "Value": parameter.value});
            self.make(account, "ssm:PutParameter", input, &parameter.name);
        }
        self.exports()?;
        self.policed()?;
        self.organization()?;
        // What is told of here is no fault of the delivery.
        self.world.refusals.take();
        Ok(())
    }

    fn policies(&mut self, kind: &str, identity: &StateIdentity) {
        let name = format!("{kind}Name");
        for (policy, document) in &identity.inline {
            let mut input = json!({"PolicyName": policy, "PolicyDocument": document.to_string()});
            input[&name] = json!(identity.name);
            self.make(identity.account, &format!("iam:Put{kind}Policy"), input, &identity.name);
        }
        for arn in &identity.attached {
            let mut input = json!({"PolicyArn": arn});
            input[&name] = json!(identity.name);
            self.make(identity.account, &format!("iam:Attach{kind}Policy"), input, &identity.name);
        }
    }

    /// Makes a call for something that is there already.
    pub(crate) fn make(&mut self, account: AccountId, operation: &str, input: Value, what: &str) -> bool {
        match self.world.call(account, operation, input) {
            Ok(_) => true,
            Err(error) => {
                self.not_made(what, &error.message);
                false
            }
        }
    }

    pub(crate) fn not_made(&mut self, what: &str, why: &str) {
        let title = format!("{what}, which is there already, is not in the rehearsal: {why}");
        self.unknown(format!("unknown/state/{what}"), vec!["account state".into()], title, Vec::new());
    }

    /// Roles that an earlier rehearsal missed.
    fn assumed_roles(&mut self) {
        for arn in self.mends.roles.clone() {
            self.assumed_role(&arn, &|account| json!({"AWS": format!("arn:aws:iam::{account}:root")}));
        }
        for arn in self.mends.ahead.clone().into_keys() {
            self.assumed_role(&arn, &|_| json!({"AWS": "*", "Service": ["codepipeline.amazonaws.com", "cloudformation.amazonaws.com"]}));
        }
    }

    fn assumed_role(&mut self, arn: &str, trusted: &dyn Fn(AccountId) -> Value) {
        let Ok(role) = arn.parse::<Arn>() else { return };
        let (Some(account), Some((path, name))) = (role.account(), path_and_name(role.resource(), "role")) else { return };
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": trusted(account), "Action": "sts:AssumeRole"},
        ]});
        let input = json!({"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trust.to_string()});
        self.make(account, "iam:CreateRole", input, arn);
    }

    /// Takes away what stands ready for roles that a stack makes.
    pub(crate) fn make_room(&mut self, stack: &Stack) {
        let of_it = |name: &StackName| name.0 == stack.account && name.1 == stack.name;
        let roles: Vec<String> = self.mends.ahead.iter().filter(|(_, by)| of_it(by)).map(|(arn, _)| arn.clone()).collect();
        for role in roles.iter().filter_map(|arn| arn.parse::<Arn>().ok()) {
            if let (Some(account), Some((_, name))) = (role.account(), path_and_name(role.resource(), "role")) {
                // If it is not there, there is room.
                let _ = self.world.call(account, "iam:DeleteRole", json!({"RoleName": name}));
            }
        }
    }
}

fn tags(identity: &StateIdentity) -> Vec<Value> {
    identity.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

#[cfg(test)]
mod tests {
    use super::path_and_name;

    #[test]
    fn paths_are_told_from_names() {
        assert_eq!(path_and_name("role/a/b/c", "role"), Some(("/a/b/".into(), "c")));
        assert_eq!(path_and_name("role/c", "role"), Some(("/".into(), "c")));
        assert_eq!(path_and_name("user/c", "role"), None);
    }
}
