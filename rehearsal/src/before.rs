//! What is there before anything is deployed, beside principals and buckets: keys, an organization, exports, and what has policies.

use crate::{
    driver::{Driver, text},
    imagined,
    refusals::Refusal,
};
use base::{AccountId, Arn};
use gate::Error;
use organizations::{ImaginedNode, ImaginedOrganization, ImaginedPolicy};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The outputs that a stack has at most.
const MOST_OUTPUTS: usize = 200;

impl Driver<'_> {
    /// Keys with their policies and aliases.
    pub(crate) fn keys(&mut self) {
        for key in &self.estate.given.state.keys {
            let Ok(arn) = key.arn.parse::<Arn>() else { continue };
            if let Err(error) = kms::imagine(&self.world.gate, &arn, &key.policy.to_string()) {
                self.not_made(&key.arn, &error.message);
                continue;
            }
            for alias in key.aliases.iter().filter(|alias| !alias.starts_with("alias/aws/")) {
                let id = arn.resource_of("key").unwrap_or_default();
                self.make(key.account, "kms:CreateAlias", json!({"AliasName": alias, "TargetKeyId": id}), alias);
            }
        }
    }

    /// The organization with the policies that limit the accounts. They limit nothing that is made before.
    pub(crate) fn organization(&mut self) -> Result<(), Error> {
        let state = &self.estate.given.state;
        let (tree, guardrails) = (&state.tree, &state.organization);
        if guardrails.is_empty() && tree.id.is_none() {
            return Ok(());
        }
        let root = tree.nodes.iter().find(|(id, ..)| id.starts_with("r-")).map(|(id, ..)| id.clone());
        let told = guardrails.iter().flat_map(|guardrail| &guardrail.targets).find(|target| target.starts_with("r-"));
        let root = root.or_else(|| told.cloned()).unwrap_or_else(|| "r-root".into());
        let mut nodes = vec![ImaginedNode { id: root.clone(), name: "Root".into(), parent: None }];
        let below = tree.nodes.iter().filter(|(id, ..)| *id != root);
        nodes.extend(below.map(|(id, name, parent)| ImaginedNode { id: id.clone(), name: name.clone(), parent: parent.clone() }));
        let mut policies: Vec<ImaginedPolicy> = Vec::new();
        for guardrail in guardrails {
            let unknown: Vec<&String> =
                guardrail.targets.iter().filter(|id| id.starts_with("ou-") && !nodes.iter().any(|node| node.id == **id)).collect();
            let mut targets = guardrail.targets.clone();
            if let Some(unit) = unknown.first() {
                let title =
                    format!("{} is attached to {unit}, and nothing tells of its accounts: it is taken to limit all", guardrail.name);
                self.assumed(format!("assumed/guardrail/{}", guardrail.id), vec!["account state".into()], title);
            }
            if targets.is_empty() || !unknown.is_empty() {
                targets.push(root.clone());
            }
            let (id, name, kind) = (guardrail.id.clone(), guardrail.name.clone(), guardrail.kind.clone());
            match policies.iter_mut().find(|known| known.id == id) {
                Some(known) => known.targets.append(&mut targets),
                None => policies.push(ImaginedPolicy { id, name, kind, content: guardrail.document.to_string(), targets }),
            }
        }
        let whole = policies.iter().any(|policy| policy.id == "p-FullAWSAccess");
        let organization = ImaginedOrganization { id: tree.id.clone(), management: tree.management, nodes, policies, whole };
        for (name, error) in organizations::imagine(&self.world.gate, &organization)? {
            self.not_made(&name, &error.message);
        }
        Ok(())
    }

    /// Where the account state tells of what decided.
    pub(crate) fn told_in_state(&self, refusal: &Refusal) -> Vec<String> {
        let state = &self.estate.given.state;
        let mut told: Vec<String> = Vec::new();
        for reason in &refusal.reasons {
            let (kind, policy) = (text(reason, "kind"), text(reason, "policy"));
            let guardrail = state.organization.iter().find(|one| kind.ends_with("Control") && policy.contains(&format!("({})", one.id)));
            let key = state.keys.iter().find(|key| kind == "key" && key.arn == refusal.resource);
            let found =
                guardrail.map(|one| (one.name.as_str(), &one.file, one.line)).or(key.map(|key| ("the key policy", &key.file, key.line)));
            let note = found.map(|(name, file, line)| format!("{name} stands in {file}, in the answer that begins in line {line}"));
            told.extend(note.filter(|note| !told.contains(note)));
        }
        told
    }

    /// Exports of stacks: of one that makes nothing besides.
    pub(crate) fn exports(&mut self) -> Result<(), Error> {
        let mut exports: BTreeMap<AccountId, BTreeMap<&str, &str>> = BTreeMap::new();
        for export in &self.estate.given.state.exports {
            exports.entry(export.account).or_default().insert(&export.name, &export.value);
        }
        for (account, exports) in exports {
            let all: Vec<(&str, &str)> = exports.into_iter().collect();
            for (n, some) in all.chunks(MOST_OUTPUTS).enumerate() {
                let output =
                    |(n, (name, value)): (usize, &(&str, &str))| (format!("Output{n}"), json!({"Value": value, "Export": {"Name": name}}));
                let outputs: Map<String, Value> = some.iter().enumerate().map(output).collect();
                let template = json!({
                    "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}, "Outputs": outputs,
                });
                let stack = format!("exports-that-are-there-{}", n + 1);
                let input = json!({"StackName": stack, "TemplateBody": template.to_string()});
                if self.make(account, "cloudformation:CreateStack", input, "the exports of stacks") {
                    self.world.run_until(|world| {
                        let answer = world.call(account, "cloudformation:DescribeStacks", json!({"StackName": stack}))?;
                        Ok(answer["Stacks"][0]["StackStatus"].as_str().is_none_or(|status| !status.ends_with("_IN_PROGRESS")))
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Repositories of images, topics and queues.
    pub(crate) fn policed(&mut self) -> Result<(), Error> {
        for one in &self.estate.given.state.policed {
            let Ok(arn) = one.arn.parse::<Arn>() else { continue };
            match (arn.service(), arn.account(), arn.resource_of("repository")) {
                ("ecr", Some(account), Some(name)) => {
                    let made = self.make(account, "ecr:CreateRepository", json!({"repositoryName": name}), &one.arn);
                    if let (true, Some(policy)) = (made, &one.policy) {
                        let input = json!({"repositoryName": name, "policyText": policy});
                        self.make(account, "ecr:SetRepositoryPolicy", input, &one.arn);
                    }
                }
                ("sns" | "sqs", Some(_), None) => imagined::hold(&self.world.gate, &arn, one.policy.clone())?,
                _ => {}
            }
        }
        Ok(())
    }
}
