//! The end of an evaluation, and its reasons.

use crate::{Named, Reason, ReasonPolicyKind as Kind, ReasonRole, Verdict, decide::Evaluation, explain};

/// A statement that applies.
#[derive(Clone, Copy)]
pub(crate) struct Hit<'a> {
    pub(crate) kind: Kind,
    pub(crate) named: Named<'a>,
    pub(crate) statement: usize,
}

/// The most statements that a verdict hangs on: one of each kind of policy.
const MOST: usize = 7;

/// The statements that made a verdict.
pub(crate) struct Hits<'a>(pub(crate) [Option<Hit<'a>>; MOST]);

impl<'a> Hits<'a> {
    pub(crate) fn of<const N: usize>(some: [Option<Hit<'a>>; N]) -> Self {
        let mut hits = [None; MOST];
        hits.iter_mut().zip(some).for_each(|(place, hit)| *place = hit);
        Self(hits)
    }
}

/// The end of an evaluation, before it is put into words.
pub(crate) enum Outcome<'a> {
    Allowed(Hits<'a>),
    AllowedByGrant(&'a str),
    AllowedByRule(&'static str),
    Denied(Hits<'a>),
    PublicAccessBlocked,
    /// Kinds that would have to allow, the first for the message; a statement that names the account only.
    Lacking(Vec<Kind>, Option<Hit<'a>>),
    RefusedByRule(&'static str),
}

impl Outcome<'_> {
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Allowed(_) | Self::AllowedByGrant(_) | Self::AllowedByRule(_) => Verdict::Allow,
            Self::Denied(_) | Self::PublicAccessBlocked => Verdict::ExplicitDeny,
            Self::Lacking(..) | Self::RefusedByRule(_) => Verdict::ImplicitDeny,
        }
    }

    pub(crate) fn reasons(&self, evaluation: &Evaluation<'_>) -> Vec<Reason> {
        let decided = |hit: &Hit<'_>| Reason::of_statement(ReasonRole::Decided, hit.kind, hit.named, hit.statement);
        match self {
            Self::Allowed(Hits(hits)) | Self::Denied(Hits(hits)) => hits.iter().flatten().map(decided).collect(),
            Self::AllowedByGrant(id) => {
                let mut reason = Reason::new(ReasonRole::Decided, Kind::Grant);
                reason.policy = Some((*id).to_owned());
                vec![reason]
            }
            Self::AllowedByRule(rule) | Self::RefusedByRule(rule) => {
                vec![Reason::new(ReasonRole::Decided, Kind::Rule).with_element(*rule)]
            }
            Self::PublicAccessBlocked => {
                let rule = "the bucket policy is public, and RestrictPublicBuckets keeps out callers of other accounts";
                vec![Reason::new(ReasonRole::Decided, Kind::BlockPublicAccess).with_element(rule)]
            }
            Self::Lacking(kinds, delegation) => {
                let missing = |kind: &Kind| Reason::new(ReasonRole::Missing, *kind);
                let mut reasons: Vec<Reason> = kinds.iter().map(missing).collect();
                if let Some(hit) = delegation {
                    let mut reason = Reason::of_statement(ReasonRole::NearMiss, hit.kind, hit.named, hit.statement);
                    reason.element = Some("Principal".to_owned());
                    reason.expected = Some("a grant to the caller itself".to_owned());
                    reason.seen = Some("the account, which leaves the choice to identity-based policies".to_owned());
                    reasons.push(reason);
                }
                explain::near_misses(evaluation, kinds, &mut reasons);
                reasons
            }
        }
    }
}
