//! What resources are called, for people: by their template's names.

use crate::driver::text;
use base::AccountId;
use cloudformation::MadeResource;
use serde_json::Value;
use std::collections::BTreeMap;

/// The names of what stacks made, by physical id: accounts may have the same.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, Vec<Named>>);

#[derive(Clone)]
struct Named {
    account: AccountId,
    logical_id: String,
    /// The service and the kind: `IAM`, `Role`.
    service: String,
    kind: String,
    /// The account's and the stack's name.
    stack: (String, String),
}

impl Names {
    pub(crate) fn learn(&mut self, account: AccountId, account_name: &str, stack: &str, resource: &Value) {
        let named = Named {
            account,
            logical_id: text(resource, "LogicalResourceId").into(),
            service: text(resource, "ResourceType").split("::").nth(1).unwrap_or_default().to_lowercase(),
            kind: text(resource, "ResourceType").rsplit("::").next().unwrap_or_default().to_lowercase(),
            stack: (account_name.into(), stack.into()),
        };
        self.0.entry(text(resource, "PhysicalResourceId").into()).or_default().push(named);
    }

    /// The ARN of what a stack made, where that is another than `Ref` gives.
    pub(crate) fn learn_arn(&mut self, made: &MadeResource) {
        let Some(arn) = made.attributes.get("Arn").and_then(Value::as_str) else { return };
        let of = |named: &&Named| named.account == made.account && named.logical_id == made.logical_id && named.stack.1 == made.stack;
        let known = self.0.get(&made.physical_id).into_iter().flatten().find(of).cloned();
        if let Some(named) = known {
            self.0.entry(arn.into()).or_default().push(named);
        }
    }

    /// `role Deploy (staging/target)`, if a stack made what the ARN names.
    pub(crate) fn of(&self, arn: &str) -> Option<String> {
        let (found, rest) = self.find(arn)?;
        let (account, stack) = &found.stack;
        let name = format!("{} {} ({account}/{stack})", found.kind, found.logical_id);
        Some(if rest.is_empty() { name } else { format!("{} in {name}", lasting(rest)) })
    }

    /// The kind and the physical id of what a stack made under a logical id.
    pub(crate) fn made(&self, account: AccountId, stack: (&str, &str), logical_id: &str) -> Option<(&str, &str)> {
        let of_it = |named: &&Named| {
            named.account == account && named.logical_id == logical_id && (named.stack.0.as_str(), named.stack.1.as_str()) == stack
        };
        self.0.iter().find_map(|(physical, all)| all.iter().find(of_it).map(|named| (named.kind.as_str(), physical.as_str())))
    }

    /// The stack that made what the ARN names: its account's name and its own.
    pub(crate) fn stack_of(&self, arn: &str) -> Option<(String, String)> {
        self.find(arn).map(|(found, _)| found.stack.clone())
    }

    /// The type, the name in the template and what lies within it of what this stack made.
    pub(crate) fn within<'s, 'a>(&'s self, arn: &'a str, account: &str, stack: &str) -> Option<(&'s str, &'s str, &'a str)> {
        let (found, rest) = self.find(arn)?;
        (found.stack.0 == account && found.stack.1 == stack).then_some((found.kind.as_str(), found.logical_id.as_str(), rest))
    }

    /// What an ARN is about in every rehearsal alike: the template's name, or the ARN without what is made at random.
    pub(crate) fn id_of(&self, arn: &str) -> String {
        match self.find(arn) {
            Some((found, rest)) => {
                let ((account, stack), rest) = (&found.stack, lasting(rest));
                format!("{account}/{stack}/{}{}{rest}", found.logical_id, if rest.is_empty() { "" } else { "/" })
            }
            None => lasting(arn),
        }
    }

    /// What a stack made, and what lies within it.
    fn find<'s, 'a>(&'s self, arn: &'a str) -> Option<(&'s Named, &'a str)> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, _, account, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let of = |id: &str| {
            let all = self.0.get(id).into_iter().flatten().filter(|named| account.is_empty() || named.account.as_str() == account);
            all.clone().find(|named| named.service == service).or_else(|| all.clone().find(|_| id == arn))
        };
        // A bucket's objects; what else is named by its last part.
        let (name, rest) = match service {
            "s3" => resource.split_once('/').unwrap_or((resource, "")),
            "logs" => resource.trim_start_matches("log-group:").split_once(':').unwrap_or((resource.trim_start_matches("log-group:"), "")),
            _ => (resource.rsplit(['/', ':']).next().unwrap_or(resource), ""),
        };
        Some((of(arn).or_else(|| of(name))?, rest))
    }
}

/// A name without what is made at random: ids are `*`, and so are the names of artifacts' objects.
pub(crate) fn lasting(name: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    let is_artifact = |part: &&str| part.len() == ARTIFACT && part.chars().all(|c| c.is_ascii_alphanumeric());
    // PIPELINE/ARTIFACT/NAME, and the same behind a bucket's ARN.
    let of_artifact = parts.len() >= 3 && parts.last().is_some_and(is_artifact);
    if let (true, Some(last)) = (of_artifact, parts.last_mut()) {
        *last = "*";
    }
    let parts: Vec<String> = parts.iter().map(|part| without_ids(part)).collect();
    parts.join("/")
}

/// Letters and digits of an artifact's name.
const ARTIFACT: usize = 7;
/// The lengths of the parts of a UUID.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

fn without_ids(part: &str) -> String {
    part.split(':').map(|word| if is_uuid(word) { "*" } else { word }).collect::<Vec<_>>().join(":")
}

fn is_uuid(word: &str) -> bool {
    let mut groups = word.split('-');
    UUID.iter().all(|length| groups.next().is_some_and(|group| group.len() == *length && group.chars().all(|c| c.is_ascii_hexdigit())))
        && groups.next().is_none()
}
