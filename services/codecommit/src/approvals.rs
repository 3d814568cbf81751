//! Approval rules: what they say, and whom they count. Pure.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-create-pull-request-approval-rule.html>

use base::Arn;
use serde::Deserialize;

/// The letters that a rule has at most.
pub(crate) const MAX_CONTENT: usize = 3000;
const VERSION: &str = "2018-11-08";
const POOL_PREFIX: &str = "CodeCommitApprovers:";
const MAX_NEEDED: u32 = 100;
const MAX_POOL: usize = 100;

/// A rule's content.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Content {
    version: String,
    #[serde(default)]
    destination_references: Option<Vec<String>>,
    statements: Vec<Statement>,
}

#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(rename = "Type")]
    kind: String,
    number_of_approvals_needed: u32,
    #[serde(default)]
    approval_pool_members: Option<Vec<String>>,
}

impl Content {
    /// Reads a rule, or says what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.chars().count() > MAX_CONTENT {
            return Err(format!("it has 1 to {MAX_CONTENT} characters"));
        }
        let content: Self = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if content.version != VERSION {
            return Err(format!("Version is {VERSION}"));
        }
        if content.statements.is_empty() {
            return Err("there are no Statements".into());
        }
        for statement in &content.statements {
            if statement.kind != "Approvers" {
                return Err("a statement's Type is Approvers".into());
            }
            if !(1..=MAX_NEEDED).contains(&statement.number_of_approvals_needed) {
                return Err(format!("NumberOfApprovalsNeeded is 1 to {MAX_NEEDED}"));
            }
            let pool = statement.approval_pool_members.as_deref().unwrap_or_default();
            if pool.len() > MAX_POOL {
                return Err(format!("a pool has at most {MAX_POOL} members"));
            }
            if let Some(bad) = pool.iter().find(|member| !is_member(member)) {
                return Err(format!("'{bad}' is neither the ARN of a user or session nor {POOL_PREFIX}ACCOUNT:NAME"));
            }
        }
        let references = content.destination_references.as_deref().unwrap_or_default();
        if let Some(bad) = references.iter().find(|r| !r.starts_with("refs/heads/")) {
            return Err(format!("DestinationReferences: '{bad}' is not the full name of a branch"));
        }
        Ok(content)
    }

    /// Whether a template of this content is for pull requests into `reference`.
    pub(crate) fn is_for(&self, reference: &str) -> bool {
        self.destination_references.as_ref().is_none_or(|list| list.is_empty() || list.iter().any(|r| matches(r, reference)))
    }

    /// Whether these approvals are enough.
    pub(crate) fn satisfied<'a>(&self, approvers: impl Iterator<Item = &'a str> + Clone) -> bool {
        self.statements.iter().all(|statement| {
            let counts = |arn: &&str| match statement.approval_pool_members.as_deref() {
                None | Some([]) => true,
                Some(pool) => pool.iter().any(|member| is_named(member, arn)),
            };
            approvers.clone().filter(counts).count() >= statement.number_of_approvals_needed as usize
        })
    }
}

fn is_member(member: &str) -> bool {
    match member.strip_prefix(POOL_PREFIX) {
        Some(rest) => rest.split_once(':').is_some_and(|(account, name)| is_account(account) && !name.is_empty()),
        None => member.parse::<Arn>().is_ok_and(|arn| ["iam", "sts"].contains(&arn.service()) && !arn.resource().is_empty()),
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a member of a pool stands for this caller.
pub(crate) fn is_named(member: &str, arn: &str) -> bool {
    let Some((account, name)) = member.strip_prefix(POOL_PREFIX).and_then(|rest| rest.split_once(':')) else {
        return matches(member, arn);
    };
    let Ok(arn) = arn.parse::<Arn>() else { return false };
    if arn.account().is_none_or(|own| own.as_str() != account) {
        return false;
    }
    let (kind, who) = arn.resource().split_once('/').unwrap_or((arn.resource(), ""));
    match (arn.service(), kind) {
        // A user counts by its name, whatever its path.
        ("iam", "user") => matches(name, who.rsplit('/').next().unwrap_or(who)),
        ("sts", "federated-user" | "assumed-role") => matches(name, who),
        _ => false,
    }
}

/// `*` stands for any letters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_for_users_and_sessions() {
        let (user, session) = ("arn:aws:iam::111111111111:user/team/Ann", "arn:aws:sts::111111111111:assumed-role/Review/Ann");
        let federated = "arn:aws:sts::111111111111:federated-user/Ann";
        let cases = [
            ("CodeCommitApprovers:111111111111:Ann", [true, false, true]),
            ("CodeCommitApprovers:111111111111:*Ann", [true, true, true]),
            ("CodeCommitApprovers:111111111111:Review/*", [false, true, false]),
            ("CodeCommitApprovers:222222222222:*", [false, false, false]),
            ("arn:aws:sts::111111111111:assumed-role/Review/*", [false, true, false]),
            ("arn:aws:iam::111111111111:user/team/Ann", [true, false, false]),
            ("arn:aws:iam::111111111111:user/Ann", [false, false, false]),
        ];
        for (member, expected) in cases {
            assert!(is_member(member), "{member}");
            assert_eq!([user, session, federated].map(|arn| is_named(member, arn)), expected, "{member}");
        }
        for bad in ["Ann", "CodeCommitApprovers:Ann", "CodeCommitApprovers:1:Ann", "arn:aws:s3:::bucket"] {
            assert!(!is_member(bad), "{bad}");
        }
    }

    #[test]
    fn a_star_takes_no_letter_twice() {
        for (pattern, text, expected) in [
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*", "", true),
            ("a*b*c", "abbc", true),
            ("a*b*c", "acb", false),
            ("abc", "abcd", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn rules_count_the_approvals_of_their_pool() {
        let rule = |n: u32| {
            let text = format!(
                r#"{{"Version": "2018-11-08", "DestinationReferences": ["refs/heads/rel*"], "Statements": [{{"Type": "Approvers", "NumberOfApprovalsNeeded": {n}, "ApprovalPoolMembers": ["CodeCommitApprovers:111111111111:A*"]}}]}}"#
            );
            Content::read(&text).unwrap()
        };
        let approvers = ["arn:aws:iam::111111111111:user/Ann", "arn:aws:iam::111111111111:user/Bob"];
        assert!(rule(1).satisfied(approvers.into_iter()));
        assert!(!rule(2).satisfied(approvers.into_iter()));
        assert!(rule(1).is_for("refs/heads/release") && !rule(1).is_for("refs/heads/main"));
        for bad in [
            "",
            "{}",
            r#"{"Version": "2018-11-08", "Statements": []}"#,
            r#"{"Version": "1", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1}]}"#,
            r#"{"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 0}]}"#,
        ] {
            assert!(Content::read(bad).is_err(), "{bad}");
        }
    }
}
