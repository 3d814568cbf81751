//! From the JSON tree to a compiled policy, with the rules that AWS checks when a policy is written.

use crate::{
    Policy, PolicyError, PolicyKind,
    condition::Condition,
    error::{Fault, Places},
    form::{check_action, check_resource},
    index::Index,
    json::{Member, Node, Value},
    principal::{Name, PrincipalKind, Principals},
    resource::{ResourcePattern, Short},
    statement::{ActionPattern, Effect, OneOf, Statement},
};
use std::collections::HashSet;

pub(crate) struct Compiler<'t> {
    /// The text of which the nodes' offsets are; it may hold more than the policy.
    pub text: &'t str,
    pub kind: PolicyKind,
    pub places: &'t Places<'t>,
}

/// What every step answers.
type Checked<T> = Result<T, PolicyError>;

impl Compiler<'_> {
    fn error(&self, at: usize, path: &str, message: impl Into<String>) -> PolicyError {
        PolicyError::new(self.text, at, path, message)
    }

    fn members<'n>(&self, node: &'n Node<'_>, path: &str, known: &[&str]) -> Checked<&'n [Member<'n>]> {
        let Value::Object(members) = &node.value else {
            return Err(self.error(node.at, path, format!("expected an object, found {}", node.kind())));
        };
        for member in members {
            if !known.is_empty() && !known.contains(&&*member.key) {
                let similar = known.iter().find(|name| name.eq_ignore_ascii_case(&member.key));
                let hint = match similar {
                    Some(name) => format!("names are case-sensitive: write {name}"),
                    None => format!("known here: {}", known.join(", ")),
                };
                return Err(self.error(member.at, path, format!("unknown element '{}'; {hint}", member.key)));
            }
        }
        Ok(members)
    }

    fn text<'n>(&self, node: &'n Node<'_>, path: &str) -> Checked<&'n str> {
        node.text().ok_or_else(|| self.error(node.at, path, format!("expected a string, found {}", node.kind())))
    }

    /// A string or a list of strings, each parsed; not empty.
    fn texts<T>(
        &self,
        node: &Node<'_>,
        path: &str,
        [empty, wrong]: [Fault; 2],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Checked<Vec<T>> {
        let nodes = node.one_or_many();
        if nodes.is_empty() {
            return Err(self.error(node.at, path, "the list is empty").of(empty));
        }
        let one = |node| parse(self.text(node, path)?).map_err(|message| self.error(node.at, path, message).of(wrong));
        nodes.iter().map(one).collect()
    }

    /// Compiles a document; `path` says where it lies within a larger text.
    pub fn policy(&self, node: &Node<'_>, path: &str) -> Checked<Policy> {
        let members = self.members(node, path, &["Version", "Id", "Statement"])?;
        let mut current = false;
        let mut list = None;
        for member in members {
            let path = join(path, &member.key);
            match &*member.key {
                "Version" => current = self.version(&member.node, &path)?,
                "Id" => {
                    self.text(&member.node, &path)?;
                }
                _ => list = Some((&member.node, path)),
            }
        }
        let Some((node, path)) = list else {
            return Err(self.error(node.at, path, "Missing required field Statement").of(Fault::Missing("Statement")));
        };
        let mut sids = HashSet::new();
        let mut statements = Vec::new();
        for (n, node) in node.one_or_many().iter().enumerate() {
            statements.push(self.statement(node, &format!("{path}[{n}]"), current, &mut sids)?);
        }
        if statements.is_empty() {
            return Err(self
                .error(node.at, &path, "the list is empty; a policy has at least one statement")
                .of(Fault::Missing("Statement")));
        }
        Ok(Policy { kind: self.kind, current, index: Index::of(&statements), list: statements.into() })
    }

    fn version(&self, node: &Node<'_>, path: &str) -> Checked<bool> {
        match self.text(node, path)? {
            "2012-10-17" => Ok(true),
            "2008-10-17" => Ok(false),
            other => Err(self.error(node.at, path, format!("'{other}' is no version; write \"2012-10-17\""))),
        }
    }

    fn statement(&self, node: &Node<'_>, path: &str, current: bool, sids: &mut HashSet<String>) -> Checked<Statement> {
        let names = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
        let members = self.members(node, path, &names)?;
        let find = |name: &str| members.iter().find(|member| member.key == name);
        let sid = find("Sid").map(|m| self.sid(&m.node, &join(path, "Sid"), sids)).transpose()?;
        let effect = match find("Effect") {
            Some(m) => self.effect(&m.node, &join(path, "Effect"))?,
            None => return Err(self.error(node.at, path, "Missing required field Effect").of(Fault::Missing("Effect"))),
        };
        let action = self.one_of(node, members, path, "Action")?;
        let Some((negated, member)) = action else {
            let message = "Missing required field Action; one of Action and NotAction is needed";
            return Err(self.error(node.at, path, message).of(Fault::Missing("Action")));
        };
        let list = self.actions(&member.node, &join(path, &member.key))?;
        let (line, column) = self.places.of(node.at);
        Ok(Statement {
            sid,
            effect,
            principal: self.principal(node, members, path)?,
            action: OneOf { negated, list },
            resource: self.resource(node, members, path, current)?,
            conditions: match find("Condition") {
                Some(m) => self.conditions(&m.node, &join(path, "Condition"), current)?,
                None => Box::default(),
            },
            line,
            column,
        })
    }

    fn sid(&self, node: &Node<'_>, path: &str, sids: &mut HashSet<String>) -> Checked<Box<str>> {
        let sid = self.text(node, path)?;
        if self.kind.has_iam_sids() {
            if !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
                let message = format!("Statement IDs (SID) must be alpha-numeric; '{sid}' has other characters");
                return Err(self.error(node.at, path, message).of(Fault::Sid));
            }
            if !sid.is_empty() && !sids.insert(sid.to_owned()) {
                let message = format!("Statement IDs (SID) in a single policy must be unique; '{sid}' is there twice");
                return Err(self.error(node.at, path, message).of(Fault::DuplicateSid));
            }
        }
        Ok(sid.into())
    }

    fn effect(&self, node: &Node<'_>, path: &str) -> Checked<Effect> {
        match self.text(node, path)? {
            "Allow" => Ok(Effect::Allow),
            "Deny" => Ok(Effect::Deny),
            other => Err(self.error(node.at, path, format!("Invalid effect: {other}; write Allow or Deny"))),
        }
    }

    /// `Name` or `NotName`, not both.
    fn one_of<'n>(&self, node: &Node<'_>, members: &'n [Member<'n>], path: &str, name: &str) -> Checked<Option<(bool, &'n Member<'n>)>> {
        let negated = format!("Not{name}");
        let find = |name: &str| members.iter().find(|member| member.key == name);
        match (find(name), find(&negated)) {
            (Some(_), Some(_)) => {
                Err(self.error(node.at, path, format!("{name} and {negated} are both there; a statement has one of them")))
            }
            (Some(member), None) => Ok(Some((false, member))),
            (None, Some(member)) => Ok(Some((true, member))),
            (None, None) => Ok(None),
        }
    }

    fn actions(&self, node: &Node<'_>, path: &str) -> Checked<Box<[ActionPattern]>> {
        let parse = |text: &str| check_action(text).and_then(|()| ActionPattern::parse(text));
        let actions = self.texts(node, path, [Fault::Missing("Action"), Fault::Action], parse)?;
        let foreign = |action: &&ActionPattern| !action.service().is_some_and(|s| s.eq_ignore_ascii_case("sts"));
        if self.kind == PolicyKind::Trust
            && let Some(action) = actions.iter().find(foreign)
        {
            let message = format!("AssumeRole policy may only specify STS AssumeRole actions, not {}", action.text);
            return Err(self.error(node.at, path, message).of(Fault::Action));
        }
        Ok(actions.into())
    }

    fn resource(
        &self,
        node: &Node<'_>,
        members: &[Member<'_>],
        path: &str,
        current: bool,
    ) -> Checked<Option<OneOf<Box<[ResourcePattern]>>>> {
        let Some((negated, member)) = self.one_of(node, members, path, "Resource")? else {
            // Trust and repository policies mean the resource they hang on.
            if matches!(self.kind, PolicyKind::Trust | PolicyKind::Resource) {
                return Ok(None);
            }
            let message = "Missing required field Resource; one of Resource and NotResource is needed";
            return Err(self.error(node.at, path, message).of(Fault::Missing("Resource")));
        };
        if self.kind == PolicyKind::Trust {
            let message = format!("Has prohibited field {}; a trust policy is about its role", member.key);
            return Err(self.error(member.at, path, message).of(Fault::Prohibited("Resource")));
        }
        let short = match self.kind {
            PolicyKind::ServiceControl | PolicyKind::ResourceControl => Short::Refused,
            PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session => Short::Padded,
            _ => Short::PaddedWithWildcard,
        };
        let parse = |text: &str| check_resource(text, self.kind).and_then(|()| ResourcePattern::parse(text, short, current));
        let list = self.texts(&member.node, &join(path, &member.key), [Fault::Missing("Resource"), Fault::Resource], parse)?.into();
        Ok(Some(OneOf { negated, list }))
    }

    fn principal(&self, node: &Node<'_>, members: &[Member<'_>], path: &str) -> Checked<Option<OneOf<Principals>>> {
        let found = self.one_of(node, members, path, "Principal")?;
        if !self.kind.has_principal() {
            return match found {
                Some((_, member)) => {
                    let message = format!("Has prohibited field {}; only policies of resources name principals", member.key);
                    Err(self.error(member.at, path, message).of(Fault::Prohibited("Principal")))
                }
                None => Ok(None),
            };
        }
        let Some((negated, member)) = found else {
            return Err(self.error(node.at, path, "Missing required field Principal").of(Fault::Missing("Principal")));
        };
        if negated && matches!(self.kind, PolicyKind::Trust | PolicyKind::ResourceControl) {
            return Err(self.error(member.at, path, "Has prohibited field NotPrincipal").of(Fault::Prohibited("NotPrincipal")));
        }
        let at = member.node.at;
        let path = join(path, &member.key);
        let list = self.principals(&member.node, &path)?;
        if self.kind == PolicyKind::ResourceControl && (!list.everyone || !list.names.is_empty()) {
            return Err(self.error(at, &path, "a resource control policy is for everyone: write \"Principal\": \"*\""));
        }
        Ok(Some(OneOf { negated, list }))
    }

    fn principals(&self, node: &Node<'_>, path: &str) -> Checked<Principals> {
        let mut principals = Principals::default();
        if let Some(text) = node.text() {
            if text != "*" {
                let message = format!("Invalid principal in policy: '{text}'; write \"*\" or {{\"AWS\": \"{text}\"}}");
                return Err(self.error(node.at, path, message).of(Fault::Principal));
            }
            principals.everyone = true;
            return Ok(principals);
        }
        for member in self.members(node, path, &["AWS", "Service", "Federated", "CanonicalUser"])? {
            let kind = match &*member.key {
                "AWS" => PrincipalKind::Aws,
                "Service" => PrincipalKind::Service,
                "Federated" => PrincipalKind::Federated,
                _ => PrincipalKind::CanonicalUser,
            };
            let parse = |text: &str| match (kind, text) {
                (PrincipalKind::Aws, "*") => Ok(None),
                _ => Name::parse(kind, text).map(Some),
            };
            for name in self.texts(&member.node, &join(path, &member.key), [Fault::Principal; 2], parse)? {
                principals.everyone |= name.is_none();
                principals.names.extend(name);
            }
        }
        if !principals.everyone && principals.names.is_empty() {
            return Err(self.error(node.at, path, "Invalid principal in policy: nobody is named").of(Fault::Principal));
        }
        Ok(principals)
    }

    fn conditions(&self, node: &Node<'_>, path: &str, current: bool) -> Checked<Box<[Condition]>> {
        let mut conditions = Vec::new();
        for operator in self.members(node, path, &[])? {
            let path = join(path, &operator.key);
            for key in self.members(&operator.node, &path, &[])? {
                let path = join(&path, &key.key);
                if !key.key.contains(':') {
                    let message = format!("'{}' is no condition key: keys begin with a vendor, as aws:SourceArn", key.key);
                    return Err(self.error(key.at, &path, message).of(Fault::Condition));
                }
                let values = key.node.one_or_many().iter().map(|value| self.condition_value(value, &path));
                let values = values.collect::<Checked<Vec<_>>>()?;
                let condition = Condition::parse(&operator.key, &key.key, values, current)
                    .map_err(|message| self.error(operator.at, &path, message).of(Fault::Condition))?;
                conditions.push(condition);
            }
        }
        Ok(conditions.into())
    }

    fn condition_value(&self, node: &Node<'_>, path: &str) -> Checked<Box<str>> {
        match &node.value {
            Value::Text(text) => Ok((&**text).into()),
            Value::Number(number) => Ok((*number).into()),
            Value::Bool(value) => Ok(if *value { "true" } else { "false" }.into()),
            _ => Err(self.error(node.at, path, format!("expected a string, boolean or number, found {}", node.kind()))),
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
