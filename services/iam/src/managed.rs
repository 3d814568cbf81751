//! AWS's own managed policies, of those that a pipeline meets: word for word, as data (`data/generate.py`).
//! Source: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use base::{Arn, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::sync::{LazyLock, OnceLock};

/// One of them.
pub(crate) struct AwsPolicy {
    pub(crate) name: String,
    /// `/`, `/service-role/` or `/job-function/`.
    pub(crate) path: String,
    /// Where it is known.
    pub(crate) id: Option<String>,
    /// Where it is known.
    pub(crate) description: Option<String>,
    pub(crate) version: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) document: String,
}

impl AwsPolicy {
    pub(crate) fn arn(&self) -> String {
        format!("{PREFIX}{}{}", self.path, self.name)
    }
}

const PREFIX: &str = "arn:aws:iam::aws:policy";

pub(crate) const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A policy's line, and the policy once it was asked for: most never are, and some are long.
struct Entry {
    name: &'static str,
    line: &'static str,
    read: OnceLock<AwsPolicy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    name: String,
    path: String,
    id: Option<String>,
    description: Option<String>,
    version: u64,
    created: String,
    updated: String,
    document: Value,
}

/// In the order of their names.
static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let lines = include_str!("../data/managed-policies.json").lines();
    let named = |line: &'static str| {
        let line = line.trim_end_matches([',', ']']);
        let (name, _) = line.strip_prefix(r#"{"Name":""#)?.split_once('"')?;
        Some(Entry { name, line, read: OnceLock::new() })
    };
    lines.filter_map(named).collect()
});

impl Entry {
    fn policy(&self) -> &AwsPolicy {
        self.read.get_or_init(|| {
            let line: Line = serde_json::from_str(self.line).expect("the data's test reads every line");
            let time = |text: &str| Timestamp::parse_iso(text).expect("the data's test reads every line");
            AwsPolicy {
                created: time(&line.created),
                updated: time(&line.updated),
                document: line.document.to_string(),
                name: line.name,
                path: line.path,
                id: line.id,
                description: line.description,
                version: line.version,
            }
        })
    }
}

/// All that are here, in the order of their names.
pub(crate) fn all() -> impl Iterator<Item = &'static AwsPolicy> {
    ALL.iter().map(Entry::policy)
}

/// Whether an ARN is that of one of AWS's policies, here or not.
pub(crate) fn is_of_aws(arn: &Arn) -> bool {
    arn.as_str().starts_with(PREFIX)
}

/// Which there are, for those who ask for another.
pub(crate) fn told() -> String {
    format!(
        " Of AWS's own policies Sekisho has {}, which `aws iam list-policies --scope AWS` lists; write the statements of another into a policy of the account.",
        ALL.len()
    )
}

/// AWS's policy of this ARN.
pub(crate) fn find(arn: &Arn) -> Option<&'static AwsPolicy> {
    let name = arn.as_str().strip_prefix(PREFIX)?.rsplit('/').next()?;
    let found = ALL.iter().find(|entry| entry.name == name)?.policy();
    (found.arn() == arn.as_str()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{Policy, PolicyKind};

    #[test]
    fn all_are_legal_and_found() {
        let lines = include_str!("../data/managed-policies.json").lines().count();
        assert_eq!(all().count() + 1, lines, "the first line says where they are from");
        for own in all() {
            Policy::parse(&own.document, PolicyKind::Identity).unwrap_or_else(|e| panic!("{}: {e}", own.name));
            let arn: Arn = own.arn().parse().unwrap();
            assert!(is_of_aws(&arn) && find(&arn).unwrap().name == own.name);
        }
        assert!(all().map(|own| &own.name).is_sorted());
    }

    #[test]
    fn a_policy_is_found_under_its_own_path_only() {
        let found = |arn: &str| find(&arn.parse().unwrap()).map(|own| own.version);
        assert_eq!(found(ADMINISTRATOR), Some(1));
        assert_eq!(found("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"), Some(1));
        assert_eq!(found("arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy"), None);
        assert_eq!(found("arn:aws:iam::aws:policy/Unknown"), None);
    }
}
