//! The door. Every call, by anyone, passes here:
//!
//! authenticate → decode → demands → authorize → execute → record → commit → answer
//!
//! `pass.rs` is that path, for a request from the wire, for a call that an operation makes inside, and for a
//! step of long work. There is no other way to an effect: [`Authorized`] and [`Caller`] are made in this crate alone.
//!
//! Knows no service and no protocol's bytes; never opens a socket, a file or a process.

mod assumptions;
mod authenticate;
mod authorize;
mod body;
mod builder;
mod caller;
mod client;
mod compiled;
mod core;
mod decided;
mod decoded;
mod demands;
mod encoded;
mod error;
mod example;
mod facts;
mod federation;
mod flood;
mod founding;
mod gate;
mod keys;
mod lockout;
mod operation;
mod organization;
mod origin;
mod pass;
mod privilege;
mod record;
mod refusal;
mod request;
mod resource_tags;
mod resource_type;
mod retention;
mod scope;
mod seal;
mod sending;
mod service_event;
mod step;
mod sums;
mod table;
mod temporary;
mod trail;
mod upload;
mod uses;

pub use self::core::About;
pub use assumptions::{Fault, Mender, Refused};
pub use authenticate::{Proof, SignedGit, SignedRequest};
pub use body::{Body, BodyKey, BodyOut, BodyPart, BodyReader, ReceivedBody};
pub use builder::GateBuilder;
pub use caller::{Actor, Caller, FederatedSession, Identity, Session, SessionPolicy, StoredCaller, Temporary, WebIdentity};
pub use client::Client;
pub use decided::Decided;
pub use demands::{Demand, Demands, Part};
pub use error::{Denial, Error};
pub use example::{Before, BeforeBy, CalledBy, Example};
pub use facts::{AccessKey, Document, IdentityProvider, OperatorKey, PrincipalPolicies, ResourceFacts, RoleFacts, View};
pub use federation::WebIdentityToken;
pub use founding::{ADMINISTRATOR_ROLE, Founder};
pub use gate::Gate;
pub use operation::{Operation, OperationInfo, Protocol, Registration, Service};
pub use organization::{Level, Organization, Standing};
pub use origin::{Origin, Sought};
pub use policy::{Context, ContextValue, Verdict};
pub use privilege::{CreatesAccounts, FollowsUse, FoundsAccounts, IssuesSessions, KeepsTrail, ReadsTrail};
pub use record::{Record, RecordKind};
pub use request::{Answer, Outcome, Request, RequestContext, Transport};
pub use resource_tags::ResourceTags;
pub use resource_type::{Physical, Property, ResourceContext, ResourceRequest, ResourceType, Shape, Update};
pub use scope::{Authorized, Scope};
pub use sending::Sending;
pub use service_event::ServiceEvent;
pub use step::StepContext;
pub use table::{RowKey, Table};
pub use upload::Upload;
pub use uses::{Use, Uses};
