//! Stack policies: what an update may do to which resources.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html>

use crate::{error::invalid, state::Stack};
use gate::Error;
use serde_json::{Map, Value};

/// What an update does to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Modify,
    Replace,
    Delete,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Modify => "Update:Modify",
            Self::Replace => "Update:Replace",
            Self::Delete => "Update:Delete",
        }
    }
}

const ACTIONS: [&str; 4] = ["Update:Modify", "Update:Replace", "Update:Delete", "Update:*"];

/// AWS's own limit.
const LONGEST: usize = 16_384;
const MOST_STATEMENTS: usize = 1000;

/// How a resource is named in a policy.
const ID: &str = "LogicalResourceId/";

/// A list of patterns: of those that it is about, or of those that it is not about.
struct Patterns {
    list: Vec<String>,
    others: bool,
}

impl Patterns {
    /// The pattern that takes `text` in, as it is shown.
    fn takes(&self, text: &str) -> Option<&str> {
        let found = self.list.iter().find(|pattern| like(pattern, text));
        match (found, self.others) {
            (Some(pattern), false) => Some(pattern),
            (None, true) => Some("*"),
            _ => None,
        }
    }
}

struct Statement {
    allow: bool,
    actions: Patterns,
    resources: Patterns,
    /// The resource types of a condition; `*` and `?` count only with `StringLike`.
    types: Vec<(Vec<String>, bool)>,
}

/// A stack's policy.
pub(crate) struct Protection(Vec<Statement>);

/// `*` and `?` as in IAM. Never slower than the product of the lengths.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&letter) if letter == b'?' || letter == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == b'*')
}

fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(list) => list.iter().map(|item| item.as_str().map(str::to_string)).collect(),
        _ => None,
    }
}

/// The patterns under `name` or `Not` + `name`. One of them at most.
fn patterns(statement: &Map<String, Value>, name: &str) -> Option<Option<Patterns>> {
    match (statement.get(name), statement.get(&format!("Not{name}"))) {
        (Some(_), Some(_)) => None,
        (Some(value), None) => Some(Some(Patterns { list: strings(value)?, others: false })),
        (None, Some(value)) => Some(Some(Patterns { list: strings(value)?, others: true })),
        (None, None) => Some(None),
    }
}

fn condition(value: &Value) -> Option<Vec<(Vec<String>, bool)>> {
    let operators = value.as_object()?.iter();
    operators
        .map(|(operator, keys)| {
            let wild = match operator.as_str() {
                "StringEquals" => false,
                "StringLike" => true,
                _ => return None,
            };
            let keys = keys.as_object()?;
            (keys.len() == 1).then_some(())?;
            Some((strings(keys.get("ResourceType")?)?, wild))
        })
        .collect()
}

fn statement(value: &Value) -> Option<Statement> {
    const KNOWN: [&str; 9] = ["Sid", "Effect", "Action", "NotAction", "Principal", "NotPrincipal", "Resource", "NotResource", "Condition"];
    let members = value.as_object()?;
    members.keys().all(|key| KNOWN.contains(&key.as_str())).then_some(())?;
    let allow = match members.get("Effect")?.as_str()? {
        "Allow" => true,
        "Deny" => false,
        _ => return None,
    };
    // A stack policy is about everybody.
    (strings(members.get("Principal")?)? == ["*"]).then_some(())?;
    let actions = patterns(members, "Action")??;
    actions.list.iter().all(|action| ACTIONS.contains(&action.as_str())).then_some(())?;
    // A statement without resources is accepted, and is about none.
    let resources = patterns(members, "Resource")?.unwrap_or(Patterns { list: Vec::new(), others: false });
    resources.list.iter().all(|resource| resource == "*" || resource.starts_with(ID)).then_some(())?;
    let types = members.get("Condition").map_or(Some(Vec::new()), condition)?;
    Some(Statement { allow, actions, resources, types })
}

impl Protection {
    /// Reads a policy. None: it has no statements, and protects nothing.
    fn parse(text: &str) -> Result<Option<Self>, Error> {
        let wrong = || invalid("Error validating stack policy: Invalid stack policy");
        if text.len() > LONGEST {
            return Err(invalid(format!(
                "1 validation error detected: Value at 'stackPolicyBody' failed to satisfy constraint: Member must have length less than or equal to {LONGEST}"
            )));
        }
        if text.trim().is_empty() {
            return Ok(None);
        }
        let document: Value = serde_json::from_str(text).map_err(|_| wrong())?;
        let members = document.as_object().ok_or_else(wrong)?;
        if members.keys().any(|key| !["Version", "Id", "Statement"].contains(&key.as_str())) {
            return Err(wrong());
        }
        let statements = match members.get("Statement") {
            None => return Ok(None),
            Some(Value::Array(list)) if list.len() <= MOST_STATEMENTS => list.iter().map(statement).collect::<Option<Vec<_>>>(),
            Some(one @ Value::Object(_)) => statement(one).map(|one| vec![one]),
            Some(_) => None,
        };
        Ok(Some(Self(statements.ok_or_else(wrong)?)))
    }

    /// The policy that holds for the update under way.
    pub(crate) fn of(stack: &Stack) -> Result<Option<Self>, Error> {
        match stack.policy_during_update.as_ref().or(stack.policy.as_ref()) {
            Some(text) => Self::parse(text),
            None => Ok(None),
        }
    }

    /// Whether the policy lets an update do this, or why not, in AWS's words. Once there is a policy, what no statement allows
    /// is denied.
    pub(crate) fn check(&self, action: Action, id: &str, resource_type: &str) -> Result<(), String> {
        let resource = format!("{ID}{id}");
        let mut allowed = false;
        for (number, statement) in self.0.iter().enumerate() {
            let of_type = |(types, wild): &(Vec<String>, bool)| {
                types.iter().any(|pattern| pattern == resource_type || (*wild && like(pattern, resource_type)))
            };
            let (Some(by), Some(on)) = (statement.actions.takes(action.name()), statement.resources.takes(&resource)) else { continue };
            if !statement.types.iter().all(of_type) {
                continue;
            }
            if !statement.allow {
                return Err(format!(
                    "Action denied by stack policy: Statement [#{}] does not allow [{by}] for resource [{on}];",
                    number + 1
                ));
            }
            allowed = true;
        }
        if allowed {
            return Ok(());
        }
        Err(format!("Action denied by stack policy: No statement allows [{}] for resource [{resource}];", action.name()))
    }
}

/// A policy as it is kept: it can be read, and the resources that it names are among `ids`.
pub(crate) fn checked<'i>(text: String, ids: impl IntoIterator<Item = &'i str>) -> Result<String, Error> {
    let Some(protection) = Protection::parse(&text)? else { return Ok(text) };
    let ids: std::collections::HashSet<&str> = ids.into_iter().collect();
    for resource in protection.0.iter().flat_map(|statement| &statement.resources.list) {
        if let Some(id) = resource.strip_prefix(ID).filter(|id| !id.contains(['*', '?']) && !ids.contains(id)) {
            return Err(invalid(format!(
                "Error validating stack policy: Unknown logical id '{ID}{id}' in statement {{}} - stack policies can only be applied to logical ids referenced in the template"
            )));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy(statements: Value) -> Protection {
        Protection::parse(&json!({"Statement": statements}).to_string()).unwrap().unwrap()
    }

    #[test]
    fn deny_wins_and_nothing_is_allowed_by_itself() {
        let everything = json!({"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"});
        let table = json!({"Effect": "Deny", "Principal": "*", "Action": ["Update:Replace", "Update:Delete"], "Resource": "LogicalResourceId/Table"});
        let found = policy(json!([everything, table]));
        assert_eq!(found.check(Action::Modify, "Table", "T"), Ok(()));
        assert_eq!(found.check(Action::Replace, "Other", "T"), Ok(()));
        assert_eq!(
            found.check(Action::Replace, "Table", "T").unwrap_err(),
            "Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for resource [LogicalResourceId/Table];"
        );
        let only =
            policy(json!({"Effect": "Allow", "Principal": "*", "Action": "Update:Modify", "NotResource": "LogicalResourceId/Prod*"}));
        assert_eq!(only.check(Action::Modify, "Test", "T"), Ok(()));
        assert!(only.check(Action::Modify, "Production", "T").unwrap_err().contains("No statement allows [Update:Modify]"));
        assert!(only.check(Action::Delete, "Test", "T").is_err());
    }

    #[test]
    fn conditions_name_types() {
        let of = |operator: &str, pattern: &str| {
            policy(json!([
                {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
                {"Effect": "Deny", "Principal": "*", "Action": "Update:*", "Resource": "*", "Condition": {operator: {"ResourceType": [pattern]}}}
            ]))
        };
        assert!(of("StringEquals", "AWS::IAM::Role").check(Action::Modify, "A", "AWS::IAM::Role").is_err());
        assert!(of("StringEquals", "AWS::IAM::*").check(Action::Modify, "A", "AWS::IAM::Role").is_ok());
        assert!(of("StringLike", "AWS::IAM::*").check(Action::Modify, "A", "AWS::IAM::Role").is_err());
        assert!(of("StringLike", "AWS::S3::*").check(Action::Modify, "A", "AWS::IAM::Role").is_ok());
    }

    #[test]
    fn what_is_no_stack_policy() {
        let good = json!({"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"});
        let with = |key: &str, value: Value| {
            let mut one = good.clone();
            one[key] = value;
            json!({"Statement": [one]}).to_string()
        };
        for text in [
            "policy".to_string(),
            "[]".into(),
            with("Principal", json!("arn:aws:iam::1:root")),
            with("Action", json!("s3:GetObject")),
            with("Effect", json!("Maybe")),
            with("Resource", json!("arn:aws:s3:::b")),
            with("Condition", json!({"NumericEquals": {"ResourceType": "1"}})),
            with("Other", json!(1)),
            format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)),
        ] {
            let error = Protection::parse(&text).err().unwrap_or_else(|| panic!("{text} is accepted"));
            assert!(error.message.contains("Invalid stack policy") || error.message.contains("16384"), "{error}");
        }
        assert!(Protection::parse("{}").unwrap().is_none());
        let unknown = checked(with("Resource", json!("LogicalResourceId/Gone")), ["Here"]).unwrap_err();
        assert!(unknown.message.starts_with("Error validating stack policy: Unknown logical id 'LogicalResourceId/Gone'"));
    }
}
