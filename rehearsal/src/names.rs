//! What resources are called, for people: by their template's names.

use crate::driver::text;
use base::AccountId;
use serde_json::Value;
use std::collections::BTreeMap;

/// The names of what stacks made, by physical id: accounts may have the same.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, Vec<Named>>);

struct Named {
    account: AccountId,
    logical_id: String,
    kind: String,
    /// The account's and the stack's name.
    stack: (String, String),
}

impl Names {
    pub(crate) fn learn(&mut self, account: AccountId, account_name: &str, stack: &str, resource: &Value) {
        let named = Named {
            account,
            logical_id: text(resource, "LogicalResourceId").into(),
            kind: text(resource, "ResourceType").rsplit("::").next().unwrap_or_default().to_lowercase(),
            stack: (account_name.into(), stack.into()),
        };
        self.0.entry(text(resource, "PhysicalResourceId").into()).or_default().push(named);
    }

    /// `role Deploy (staging/target)`, if a stack made what the ARN names.
    pub(crate) fn of(&self, arn: &str) -> Option<String> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, _, account, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let of = |id: &str| self.0.get(id).into_iter().flatten().find(|named| account.is_empty() || named.account.as_str() == account);
        // A bucket's objects; what else is named by its last part.
        let (name, rest) = match service {
            "s3" => resource.split_once('/').unwrap_or((resource, "")),
            _ => (resource.rsplit(['/', ':']).next().unwrap_or(resource), ""),
        };
        let found = of(arn).or_else(|| of(name))?;
        let (account, stack) = &found.stack;
        let name = format!("{} {} ({account}/{stack})", found.kind, found.logical_id);
        Some(if rest.is_empty() { name } else { format!("{rest} in {name}") })
    }
}
