//! The answers' shapes.

use super::source::PolicySource;
use gate::Error;
use policy::Verdict;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a simulation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum EvalDecision {
    Allowed,
    ImplicitDeny,
    ExplicitDeny,
}

impl From<Verdict> for EvalDecision {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allow => Self::Allowed,
            Verdict::ImplicitDeny => Self::ImplicitDeny,
            Verdict::ExplicitDeny => Self::ExplicitDeny,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Position {
    pub line: usize,
    pub column: usize,
}

/// A statement that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Statement {
    pub source_policy_id: String,
    pub source_policy_type: &'static str,
    pub start_position: Position,
    pub end_position: Position,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BoundaryDetail {
    pub allowed_by_permissions_boundary: bool,
}

impl BoundaryDetail {
    pub fn of(allowed: bool) -> Self {
        Self { allowed_by_permissions_boundary: allowed }
    }
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OrganizationsDetail {
    pub allowed_by_organizations: bool,
}

/// What each side says across accounts, as a map.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Details {
    #[serde(rename = "$map")]
    pub map: BTreeMap<&'static str, EvalDecision>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceResult {
    pub eval_resource_name: String,
    pub eval_resource_decision: EvalDecision,
    pub matched_statements: Vec<Statement>,
    pub missing_context_values: Vec<String>,
    pub eval_decision_details: Option<Details>,
    pub permissions_boundary_decision_detail: Option<BoundaryDetail>,
    /// Told of all resources together.
    #[serde(skip)]
    pub organizations_decision_detail: Option<OrganizationsDetail>,
}

/// What becomes of an action: on all resources together, the most restrictive, and on each.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EvaluationResult {
    pub(super) eval_action_name: String,
    pub(super) eval_resource_name: Option<String>,
    pub(super) eval_decision: EvalDecision,
    pub(super) matched_statements: Vec<Statement>,
    pub(super) missing_context_values: Vec<String>,
    pub(super) organizations_decision_detail: Option<OrganizationsDetail>,
    pub(super) permissions_boundary_decision_detail: Option<BoundaryDetail>,
    pub(super) eval_decision_details: Option<Details>,
    pub(super) resource_specific_results: Option<Vec<ResourceResult>>,
}

/// The answer of both simulations.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SimulatePolicyOutput {
    pub(super) evaluation_results: Vec<EvaluationResult>,
    pub(super) is_truncated: bool,
    pub(super) marker: Option<String>,
}

/// The condition keys that policies ask for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContextKeys {
    context_key_names: Vec<String>,
}

impl ContextKeys {
    pub(crate) fn of(policies: &[PolicySource]) -> Self {
        let mut names: Vec<String> = Vec::new();
        for key in policies.iter().flat_map(|source| source.policy.context_keys()) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(&key)) {
                names.push(key);
            }
        }
        Self { context_key_names: names }
    }
}

/// A policy that the engine cannot read, though it was given or kept.
pub(super) fn unreadable(id: &str, error: &policy::PolicyError) -> Error {
    crate::error::invalid_input(format!("The policy {id} is not valid: {error}"))
}
