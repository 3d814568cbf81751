use crate::{Effect, Named, Request};
use serde::{Deserialize, Serialize};

/// May it, and if not, in which of two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The request is authorized.
    Allow,
    /// A statement refuses it.
    ExplicitDeny,
    /// Something that is needed does not allow it.
    ImplicitDeny,
}

/// The kind of policy, or other rule, behind a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReasonPolicyKind {
    /// Of a user, group or role.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// A resource's policy.
    Resource,
    /// A role's trust policy.
    Trust,
    /// A KMS key's policy.
    Key,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A VPC endpoint's policy.
    VpcEndpoint,
    /// A KMS grant.
    Grant,
    /// S3's RestrictPublicBuckets.
    BlockPublicAccess,
    /// A rule of the service itself; the element says which.
    Rule,
}

/// What a reason says about the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReasonRole {
    /// A statement, grant or rule that made the verdict.
    Decided,
    /// No policy of this kind allows the action: one is needed.
    Missing,
    /// A statement about this action that would have allowed it, but for the element.
    NearMiss,
}

/// One reason of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// What it says about the verdict.
    pub role: ReasonRole,
    /// The kind of policy.
    pub kind: ReasonPolicyKind,
    /// The policy's name, or the grant's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The statement's index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<usize>,
    /// The statement's Sid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The statement's effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// What failed or decided: "Resource", "Condition StringEquals aws:SourceAccount", or a rule in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// What the element asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What the request has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// Line of the statement in its document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column of the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Reason {
    pub(crate) fn new(role: ReasonRole, kind: ReasonPolicyKind) -> Self {
        Self {
            role,
            kind,
            policy: None,
            statement: None,
            sid: None,
            effect: None,
            element: None,
            expected: None,
            seen: None,
            line: None,
            column: None,
        }
    }

    pub(crate) fn with_element(mut self, element: impl Into<String>) -> Self {
        self.element = Some(element.into());
        self
    }

    pub(crate) fn of_statement(role: ReasonRole, kind: ReasonPolicyKind, named: Named<'_>, index: usize) -> Self {
        let mut reason = Self::new(role, kind);
        reason.policy = Some(named.name.to_owned());
        reason.statement = Some(index);
        if let Some(statement) = named.policy.list.get(index) {
            reason.sid = statement.sid.as_deref().map(str::to_owned);
            reason.effect = Some(statement.effect);
            reason.line = Some(statement.line);
            reason.column = Some(statement.column);
        }
        reason
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// May it.
    pub verdict: Verdict,
    /// Why; the first is the one that AWS's message names.
    pub reasons: Vec<Reason>,
    /// The options whose other setting would change the verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<&'static str>,
}

impl Decision {
    /// True if the request is authorized.
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allow
    }

    /// AWS's words for a refusal.
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    pub fn message(&self, principal_text: &str, request: &Request<'_>) -> String {
        let Request { action, resource, .. } = request;
        let kind = self.reasons.first().map_or(ReasonPolicyKind::Identity, |reason| reason.kind);
        let because = match (self.verdict, kind) {
            (Verdict::Allow, _) => return format!("User: {principal_text} is authorized to perform: {action} on resource: {resource}"),
            (Verdict::ExplicitDeny, ReasonPolicyKind::BlockPublicAccess) => {
                " because public policies are restricted by the RestrictPublicBuckets setting in S3 Block Public Access".to_owned()
            }
            (Verdict::ExplicitDeny, kind) => format!(" with an explicit deny in {}", with_article(kind)),
            (Verdict::ImplicitDeny, kind) => format!(" because no {} allows the {action} action", words(kind)),
        };
        format!("User: {principal_text} is not authorized to perform: {action} on resource: {resource}{because}")
    }
}

fn words(kind: ReasonPolicyKind) -> &'static str {
    match kind {
        ReasonPolicyKind::Identity => "identity-based policy",
        ReasonPolicyKind::Boundary => "permissions boundary",
        ReasonPolicyKind::Session => "session policy",
        ReasonPolicyKind::Trust => "role trust policy",
        ReasonPolicyKind::ServiceControl => "service control policy",
        ReasonPolicyKind::ResourceControl => "resource control policy",
        ReasonPolicyKind::VpcEndpoint => "VPC endpoint policy",
        ReasonPolicyKind::Resource
        | ReasonPolicyKind::Key
        | ReasonPolicyKind::Grant
        | ReasonPolicyKind::BlockPublicAccess
        | ReasonPolicyKind::Rule => "resource-based policy",
    }
}

fn with_article(kind: ReasonPolicyKind) -> String {
    let article = match kind {
        ReasonPolicyKind::Identity => "an",
        ReasonPolicyKind::Trust => "the",
        _ => "a",
    };
    format!("{article} {}", words(kind))
}
