//! The IAM policy language: parsed, checked and decided, with reasons. Pure.
//!
//! [`Policy::parse`] compiles a document by the rules of its [`PolicyKind`]; [`decide`] answers one
//! [`Request`] from all [`Policies`] that bear on it. Where AWS is silent, [`Options`] has the choice, and a
//! [`Decision`] names the options on which it rests.

pub mod cases;
mod compile;
mod condition;
mod context;
mod decide;
mod decision;
mod document;
mod error;
mod explain;
mod form;
mod grant;
mod index;
mod json;
mod key;
mod needs;
mod options;
mod outcome;
mod pattern;
mod principal;
mod request;
mod resource;
mod rewrite;
mod rules;
mod span;
mod statement;

pub use context::{Context, ContextValue, ValueRef};
pub use decide::{applying, decide};
pub use decision::{Decision, Reason, ReasonPolicyKind, ReasonRole, Verdict};
pub use document::{Policy, PolicyKind, StatementView, quota_length};
pub use error::{Fault, PolicyError};
pub use grant::{Grant, GrantConstraints};
pub use key::Key;
pub use options::{Options, UnresolvedNotResource};
pub use principal::{Principal, PrincipalKind, PrincipalRef};
pub use request::{Named, Policies, Request};
pub use rewrite::rewrite_principals;
pub use span::{StatementSpan, statement_spans};
pub use statement::Effect;
