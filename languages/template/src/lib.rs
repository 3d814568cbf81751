//! The CloudFormation template language: parsed, checked and evaluated, with the origin of each value. Pure.
//!
//! [`Template::parse`] reads YAML or JSON and checks what can be checked without inputs; [`Template::plan`] takes the
//! [`Inputs`] of a stack, and a [`Plan`] says which resources there are, in which order, and what their properties are.
//! Every value is [`Located`]: it knows the line and the column where its text was written.
//!
//! This crate knows no service, no resource type and no store: what a resource's attributes are is asked through
//! [`Attributes`].

mod check;
mod cidr;
mod diagnostic;
pub mod document;
mod dynamic;
mod evaluate;
mod expression;
mod extensions;
mod functions;
mod graph;
mod inputs;
mod json;
mod located;
mod node;
mod parameters;
mod plan;
mod references;
mod sections;
mod span;
mod suggest;
mod template;
mod yaml;

pub use diagnostic::{Diagnostic, Severity};
pub use dynamic::{DynamicReference, dynamic_references};
pub use inputs::{Attributes, Inputs, Resolver};
pub use located::{Located, LocatedValue};
pub use parameters::{Parameter, ParameterValue};
pub use plan::{Output, Plan, ResourceAttribute, ResourcePlan};
pub use references::Reference;
pub use span::{Part, Span};
pub use suggest::did_you_mean;
pub use template::{OutputDeclaration, Resource, Template};
