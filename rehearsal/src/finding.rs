//! What a rehearsal finds.

use crate::{Patch, Place};
use serde::Serialize;
use serde_json::Value;

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// What CloudFormation, or a call that creates something, would refuse.
    Undeployable,
    /// A call that a run would see denied.
    Denied,
    /// Two parts of the delivery that do not fit each other.
    Mismatch,
    /// A way to more rights than the delivery means to give.
    Deputy,
    /// A pattern that matches more than what is needed.
    Wide,
    /// A grant that no call needs.
    Unused,
    /// A statement that can never match.
    Dead,
    /// What lies outside of what was given and is taken to exist.
    Assumed,
    /// What cannot be known from what was given.
    Unknown,
}

impl Kind {
    /// All kinds, with what they are called in reports, and what they say in general.
    pub const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Undeployable, "undeployable", "CloudFormation, or a call that creates something, would refuse this"),
        (Self::Denied, "denied", "A call that the delivery makes would be denied"),
        (Self::Mismatch, "mismatch", "Two parts of the delivery do not fit each other"),
        (Self::Deputy, "deputy", "Somebody gets more rights in this way than the delivery means to give"),
        (Self::Wide, "wide", "A pattern matches more than what the delivery needs"),
        (Self::Unused, "unused", "No call of the delivery needs this grant"),
        (Self::Dead, "dead", "This statement can never match a call"),
        (Self::Assumed, "assumed", "This lies outside of what was given, and is taken to exist"),
        (Self::Unknown, "unknown", "This cannot be known from what was given"),
    ];

    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The delivery goes through; it is not as it should be.
    Warning,
    /// The delivery does not go through, or is not safe.
    Error,
}

/// When a user would meet it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Layer {
    /// While the stacks and pipelines are made.
    Deployment,
    /// While a pipeline runs.
    Run,
    /// Besides: what policies give that nothing needs, or that is not meant.
    Grants,
}

/// Whether AWS's documentation settles it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Certainty {
    /// It does.
    Certain,
    /// It is silent on a point that decides.
    DependsOn {
        /// The names of the options that stand for such points.
        options: Vec<String>,
        /// What would be so if they were set the other way.
        otherwise: String,
    },
}

/// A call, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The caller's ARN (of a session: the role's session), or the service's name.
    pub caller: String,
    /// The ARN of the caller's role or user, without a session's name; the service's name.
    pub principal: String,
    /// The action, `service:Name`.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// The operation that demanded it, `service:Operation`.
    pub operation: String,
    /// The operations around it, the outermost first: `s3:GetObject` of a `kms:Decrypt`.
    pub within: Vec<String>,
    /// The context keys that mattered: those that conditions of the policies at hand ask for, and those that the call itself set.
    pub context: Vec<(String, String)>,
}

/// A reason, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// In words: `no statement of the key policy allows it`.
    pub text: String,
    /// Where.
    pub place: Option<Place>,
}

/// A change that mends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Repair {
    /// In one line, an imperative: `Allow kms:Decrypt to role Deploy in the key policy of Key`.
    pub title: String,
    /// The statement that is to be added or to stand instead, as JSON; null where it is another kind of change.
    pub statement: Value,
    /// The change of the user's own files; empty where the document is in none of them.
    pub patches: Vec<Patch>,
    /// The guardrail (a Deny, a boundary, an organization's policy, a condition of trust) that the repair would weaken: it is
    /// applied only when the user names it.
    pub guardrail: Option<String>,
}

/// One thing that a rehearsal found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The same for the same fault in every rehearsal, whatever stands around it: kind, and what it is about.
    pub id: String,
    /// What kind of fault.
    pub kind: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// When a user would meet it.
    pub layer: Layer,
    /// Where in the delivery, from the outside in: account, stack and resource; or account, pipeline, stage and action.
    pub subject: Vec<String>,
    /// What is wrong, in one line.
    pub title: String,
    /// The call, of a finding that is about one.
    pub call: Option<Call>,
    /// Why, the deciding cause first. The first that has a place is where reports point.
    pub causes: Vec<Cause>,
    /// What else is good to know, a sentence each: how AWS reports it, what rests on it.
    pub notes: Vec<String>,
    /// Whether AWS's documentation settles it.
    pub certainty: Certainty,
    /// Ways to mend it, the best first.
    pub repairs: Vec<Repair>,
}

impl Finding {
    /// Where reports point.
    pub fn place(&self) -> Option<&Place> {
        self.causes.iter().find_map(|cause| cause.place.as_ref())
    }
}
