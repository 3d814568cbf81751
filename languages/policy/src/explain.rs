//! Statements that nearly allowed a request, and what kept them from it.

use crate::{Effect, Named, Reason, ReasonPolicyKind as Kind, ReasonRole, decide::Evaluation, statement::Statement};

/// More would hide the one that matters.
const MAX_NEAR_MISSES: usize = 5;
/// The nearest are sought among so many.
const MAX_LOOKED_AT: usize = 50;
/// Longer lists are cut in explanations.
const MAX_EXPECTED: usize = 300;

/// Adds the Allows about this very action, in policies of the kinds that are missing, that fail elsewhere: the nearest first.
pub(crate) fn near_misses(evaluation: &Evaluation<'_>, kinds: &[Kind], reasons: &mut Vec<Reason>) {
    let mut found = Vec::new();
    for (rank, kind) in kinds.iter().enumerate() {
        for named in policies(evaluation, *kind) {
            for index in named.policy.index.about(&evaluation.asked) {
                let statement = &named.policy.list[index];
                if found.len() == MAX_LOOKED_AT {
                    break;
                }
                if statement.effect != Effect::Allow || !statement.covers_action(&evaluation.asked, &evaluation.none) {
                    continue;
                }
                let Some(failure) = failure(evaluation, statement) else { continue };
                let order = (rank, failure.element.ends_with("Principal"), std::cmp::Reverse(failure.alike()));
                let mut reason = Reason::of_statement(ReasonRole::NearMiss, *kind, named, index);
                reason.element = Some(failure.element);
                reason.expected = Some(cut(failure.expected));
                reason.seen = Some(failure.seen);
                found.push((order, reason));
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    reasons.extend(found.into_iter().take(MAX_NEAR_MISSES).map(|(_, reason)| reason));
}

fn policies<'a>(evaluation: &Evaluation<'a>, kind: Kind) -> Vec<Named<'a>> {
    let all = evaluation.policies;
    match kind {
        Kind::Identity => all.identity.to_vec(),
        Kind::Boundary => all.boundary.into_iter().collect(),
        Kind::Session => all.session.unwrap_or_default().to_vec(),
        Kind::Resource | Kind::Trust | Kind::Key => evaluation.effective_resource_policy().into_iter().collect(),
        Kind::ServiceControl => evaluation.service_control().concat(),
        Kind::ResourceControl => evaluation.resource_control().concat(),
        Kind::VpcEndpoint => all.vpc_endpoint.into_iter().collect(),
        Kind::Grant | Kind::BlockPublicAccess | Kind::Rule => Vec::new(),
    }
}

struct Failure {
    element: String,
    expected: String,
    seen: String,
}

impl Failure {
    /// How many letters of what is expected were seen.
    fn alike(&self) -> usize {
        let of = |one: &str| one.chars().zip(self.seen.chars()).take_while(|(a, b)| a == b).count();
        self.expected.split(", ").map(of).max().unwrap_or_default()
    }
}

/// The first element that keeps a statement about the action from applying.
fn failure(evaluation: &Evaluation<'_>, statement: &Statement) -> Option<Failure> {
    let request = evaluation.request;
    if let (Some(clause), None) = (&statement.principal, evaluation.closeness(statement)) {
        let element = if clause.negated { "NotPrincipal" } else { "Principal" };
        return Some(Failure { element: element.to_owned(), expected: clause.list.text(), seen: request.principal.text() });
    }
    if let Some(resource) = &statement.resource
        && !statement.covers_resource(&evaluation.target, request.context, &evaluation.asks)
    {
        let element = if resource.negated { "NotResource" } else { "Resource" };
        let expected = resource.list.iter().map(|pattern| &*pattern.text).collect::<Vec<_>>().join(", ");
        return Some(Failure { element: element.to_owned(), expected, seen: request.resource.to_owned() });
    }
    let condition = statement.conditions.iter().find(|c| !c.holds(request.context, &evaluation.asks))?;
    Some(Failure {
        element: format!("Condition {} {}", condition.operator_text, condition.key_text),
        expected: condition.texts.join(", "),
        seen: condition.seen(request.context).map_or_else(|| "not present".to_owned(), |value| value.to_string()),
    })
}

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(MAX_EXPECTED) {
        text.truncate(at);
        text.push_str("...");
    }
    text
}
