//! What lies beyond what was given: policies of others, and projects that no stack makes.

use crate::{
    driver::{Driver, list, text},
    refusals::Refusal,
};
use base::AccountId;
use cloudformation::MadeResource;
use gate::Error;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The kinds of policies that a resource of somebody else has.
const OF_RESOURCES: [&str; 2] = ["resource", "key"];

/// The user or role that a stack made and that an ARN is nearly named like.
pub(crate) fn meant(principal: &str, made: &[MadeResource]) -> Option<String> {
    let (owner, name) = principal.split_once('/')?;
    let known: Vec<&str> =
        made.iter().filter_map(|one| one.attributes.get("Arn").and_then(Value::as_str)?.strip_prefix(owner)?.strip_prefix('/')).collect();
    let sentence = template::did_you_mean(name, known.iter().copied())?;
    let meant = sentence.split('\'').nth(1)?.to_owned();
    (meant != name).then(|| format!("{owner}/{meant}"))
}

impl Driver<'_> {
    /// The resources whose own policies decide, and which nobody made: what those say is not known.
    pub(crate) fn beyond(&mut self, refusals: &[Refusal]) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for refusal in refusals {
            let of_it = |reason: &Value| OF_RESOURCES.contains(&text(reason, "kind")) && text(reason, "role") == "missing";
            if !refusal.reasons.iter().all(of_it) || self.names.of(&refusal.resource).is_some() || self.is_there(&refusal.resource) {
                continue;
            }
            let thing = thing(&refusal.resource).to_owned();
            let who = self.names.of(&refusal.principal).unwrap_or_else(|| refusal.principal.clone());
            let title = format!("{thing} is in none of the stacks: its policy is taken to allow {} to {who}", refusal.action);
            self.assumed(format!("assumed/policy/{}/{}", self.names.id_of(&thing), refusal.action), vec![thing], title);
            all.insert(refusal.resource.clone());
        }
        all
    }

    /// Whether a bucket or a key is there; of others nothing is known.
    fn is_there(&mut self, resource: &str) -> bool {
        let mut parts = resource.splitn(6, ':').skip(2);
        let (service, _, account) = (parts.next(), parts.next(), parts.next().and_then(|id| id.parse::<AccountId>().ok()));
        match (service, account) {
            (Some("kms"), Some(account)) => self.world.call(account, "kms:DescribeKey", json!({"KeyId": resource})).is_ok(),
            (Some("s3"), _) => {
                let bucket = thing(resource).trim_start_matches("arn:aws:s3:::").to_owned();
                let accounts: Vec<AccountId> = self.estate.accounts.iter().map(|account| account.id).collect();
                accounts.iter().any(|account| self.world.call(*account, "s3:GetBucketLocation", json!({"Bucket": bucket})).is_ok())
            }
            _ => true,
        }
    }

    /// Makes the projects that pipelines start and no stack makes.
    pub(crate) fn projects(&mut self, account: AccountId, pipeline: &Value) -> Result<(), Error> {
        for action in list(pipeline, "stages").iter().flat_map(|stage| list(stage, "actions")) {
            let kind = &action["actionTypeId"];
            let name = text(&action["configuration"], "ProjectName").to_owned();
            let of_other = action["region"].as_str().is_some_and(|region| region != self.estate.region.as_str());
            if kind["provider"] != "CodeBuild" || kind["owner"] != "AWS" || name.is_empty() || of_other {
                continue;
            }
            let owner = text(action, "roleArn").split(':').nth(4).and_then(|id| id.parse().ok()).unwrap_or(account);
            let known = self.world.call(owner, "codebuild:ListProjects", json!({})).unwrap_or_default();
            let known: Vec<&str> = list(&known, "projects").iter().filter_map(Value::as_str).collect();
            // Who writes a name almost as one that is there means that one.
            if known.contains(&name.as_str()) || template::did_you_mean(&name, known).is_some() {
                continue;
            }
            let role = self.role_for(owner, "codebuild.amazonaws.com")?;
            let key = pipeline.pointer("/artifactStore/encryptionKey/id").cloned().unwrap_or(Value::Null);
            let mut input = json!({
                "name": name, "source": {"type": "CODEPIPELINE"}, "artifacts": {"type": "CODEPIPELINE"},
                "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
                "serviceRole": role.clone().unwrap_or_else(|| format!("arn:aws:iam::{owner}:role/{ROLE}")),
            });
            if key.is_string() {
                input["encryptionKey"] = key;
            }
            if role.is_none() {
                self.mends.roles.insert(format!("arn:aws:iam::{owner}:role/{ROLE}"));
            }
            if self.world.call(owner, "codebuild:CreateProject", input).is_err() {
                continue;
            }
            let with = role.as_ref().and_then(|role| self.names.of(role));
            let with = with.map_or_else(|| "a role that may do all".to_owned(), |role| format!("{role}, which trusts CodeBuild"));
            let subject = vec![self.account_name(owner.as_str()), name.clone()];
            self.assumed(
                format!("assumed/project/{owner}/{name}"),
                subject,
                format!("the project {name} is in none of the stacks: it is taken to exist, with {with}, and the pipeline's key"),
            );
        }
        Ok(())
    }

    /// The one role of an account's stacks that trusts a service.
    fn role_for(&self, account: AccountId, service: &str) -> Result<Option<String>, Error> {
        let made = cloudformation::made(&self.world.gate)?;
        let trusts = |trust: &Value| {
            let trust = trust.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| trust.clone());
            let one = std::slice::from_ref(&trust["Statement"]);
            let statements = trust["Statement"].as_array().map_or(one, Vec::as_slice);
            let names = |value: &Value| value == service || value.as_array().is_some_and(|all| all.iter().any(|one| one == service));
            statements.iter().any(|one| one["Effect"] == "Allow" && names(&one["Principal"]["Service"]))
        };
        let roles: Vec<String> = made
            .iter()
            .filter(|one| one.account == account && one.resource_type == "AWS::IAM::Role")
            .filter(|one| trusts(&one.properties["AssumeRolePolicyDocument"]))
            .filter_map(|one| one.attributes.get("Arn").and_then(Value::as_str).map(str::to_owned))
            .collect();
        Ok(match roles.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        })
    }
}

/// The role of a project of which nothing is known.
const ROLE: &str = "rehearsed-build";

/// The bucket of an object; else the resource itself.
fn thing(resource: &str) -> &str {
    match resource.strip_prefix("arn:aws:s3:::").and_then(|path| path.find('/')) {
        Some(at) => &resource[..at + "arn:aws:s3:::".len()],
        None => resource,
    }
}
