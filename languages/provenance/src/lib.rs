//! Where artifacts come from: in-toto statements with SLSA provenance, in signed envelopes. Text and keys in, answers out.
//!
//! Must not know services: who signs and what is asked of a statement is the users' matter.

mod demand;
mod envelope;
mod statement;

pub use demand::{Demand, same_branch};
pub use envelope::{Envelope, LONGEST, PAYLOAD_TYPE, Refused, Signature, digest_to_sign, pae};
pub use statement::{
    BUILD_TYPE, BuildDefinition, Builder, Dependency, ExternalParameters, Metadata, PREDICATE_TYPE, Pipeline, Predicate, RunDetails,
    STATEMENT_TYPE, Statement, Subject, sha256,
};
