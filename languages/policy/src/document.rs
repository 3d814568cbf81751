//! Policy documents: parsed, checked by the rules of their kind, compiled.

use crate::{
    PolicyError,
    compile::Compiler,
    error::Places,
    index::Index,
    json,
    principal::{PrincipalKind, PrincipalRef},
    statement::{ActionPattern, Effect, Statement},
};
use serde::{Deserialize, Serialize};

/// Where a policy hangs: it decides which elements are legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PolicyKind {
    /// Of a user, group or role.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Given with a session.
    Session,
    /// Of a resource: bucket, topic, queue, secret.
    Resource,
    /// A role's trust policy.
    Trust,
    /// A KMS key's policy.
    Key,
    /// An organization's service control policy.
    ServiceControl,
    /// An organization's resource control policy.
    ResourceControl,
    /// A VPC endpoint's policy.
    VpcEndpoint,
}

impl PolicyKind {
    /// IAM's Sids are letters and digits, each used once.
    pub(crate) fn has_iam_sids(self) -> bool {
        matches!(self, Self::Identity | Self::Boundary | Self::Session | Self::Trust | Self::ServiceControl)
    }
    /// IAM (or STS) checks it when it is written.
    pub(crate) fn is_kept_by_iam(self) -> bool {
        matches!(self, Self::Identity | Self::Boundary | Self::Session)
    }
    /// Statements say who; the others hang on the one they are about.
    pub(crate) fn has_principal(self) -> bool {
        matches!(self, Self::Resource | Self::Trust | Self::Key | Self::ResourceControl | Self::VpcEndpoint)
    }
}

/// A compiled policy.
#[derive(Debug)]
pub struct Policy {
    pub(crate) kind: PolicyKind,
    /// Version 2012-10-17: policy variables are expanded.
    pub(crate) current: bool,
    pub(crate) list: Box<[Statement]>,
    pub(crate) index: Index,
}

/// A statement as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementView<'a> {
    /// Its Sid.
    pub sid: Option<&'a str>,
    /// Allow or Deny.
    pub effect: Effect,
    /// The actions; with `not_action`, all but these.
    pub actions: Vec<&'a str>,
    /// The element is NotAction.
    pub not_action: bool,
    /// The resources; None where the statement has no such element.
    pub resources: Option<Vec<&'a str>>,
    /// The element is NotResource.
    pub not_resource: bool,
    /// Operator, key and values of every condition.
    pub conditions: Vec<(&'a str, &'a str, Vec<&'a str>)>,
    /// Line of the statement in its text, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl Policy {
    /// The longest text that is read, white space included.
    pub const MAX_BYTES: usize = 128 * 1024;

    /// Parses a document and checks it by AWS's rules for its kind. The quotas on the length are the service's.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        Compiler { text, kind, places: &Places::new(text) }.policy(&parse_document(text)?, "")
    }

    /// Its kind.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// Whether it is of version 2012-10-17.
    pub fn is_current(&self) -> bool {
        self.current
    }

    /// How many statements it has.
    pub fn statements(&self) -> usize {
        self.list.len()
    }

    /// A statement as written; None past the last.
    pub fn statement(&self, index: usize) -> Option<StatementView<'_>> {
        let s = self.list.get(index)?;
        let conditions = s.conditions.iter();
        Some(StatementView {
            sid: s.sid.as_deref(),
            effect: s.effect,
            actions: s.action.list.iter().map(|action| &*action.text).collect(),
            not_action: s.action.negated,
            resources: s.resource.as_ref().map(|r| r.list.iter().map(|pattern| &*pattern.text).collect()),
            not_resource: s.resource.as_ref().is_some_and(|r| r.negated),
            conditions: conditions.map(|c| (&*c.operator_text, &*c.key_text, c.texts.iter().map(|text| &**text).collect())).collect(),
            line: s.line,
            column: s.column,
        })
    }

    /// All principals of all statements, for the check at writing that each of them exists.
    pub fn principals(&self) -> Vec<PrincipalRef<'_>> {
        let mut all = Vec::new();
        for (statement, s) in self.list.iter().enumerate() {
            let Some(clause) = &s.principal else { continue };
            let mut push = |kind, text| all.push(PrincipalRef { kind, text, statement, negated: clause.negated });
            if clause.list.everyone {
                push(PrincipalKind::Aws, "*");
            }
            for name in &clause.list.names {
                push(name.kind, &name.text);
            }
        }
        all
    }

    /// The services that the actions name; an action of `*` has none.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.list.iter().flat_map(|s| s.action.list.iter()).filter_map(ActionPattern::service)
    }

    /// S3's meaning of public: an Allow for everyone without a condition that fixes who or where from.
    pub fn is_public(&self) -> bool {
        self.list.iter().any(|s| {
            let everyone = s.principal.as_ref().is_some_and(|p| p.negated || p.list.everyone);
            s.effect == Effect::Allow && everyone && !s.conditions.iter().any(|c| c.fixes(&FIXING_KEYS))
        })
    }
}

/// The keys whose fixed values make a statement for everyone not public.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
const FIXING_KEYS: [&str; 11] = [
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// The number of characters that IAM's quotas count: all but white space.
pub fn quota_length(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

pub(crate) fn parse_document(text: &str) -> Result<json::Node<'_>, PolicyError> {
    if text.len() > Policy::MAX_BYTES {
        let message = format!("the document has {} bytes; at most {} are read", text.len(), Policy::MAX_BYTES);
        return Err(PolicyError::new(text, 0, "", message));
    }
    json::parse(text)
}
