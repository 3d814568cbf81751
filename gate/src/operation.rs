use crate::{
    Authorized, Body, BodyKey, Caller, Demands, Document, Error, Example, Founder, Organization, Origin, PrincipalPolicies, ResourceFacts,
    ResourceType, Scope, Sought, Standing, View, WebIdentityToken,
    core::{Core, Frame},
    facts::{AccessKey, IdentityProvider, OrganizationLookups, Registry, RoleFacts},
    pass,
};
use base::{AccountId, Arn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{marker::PhantomData, sync::Arc};

/// The wire protocol of a service: decides codes and shapes of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// AWS query: forms in, XML out (iam, sts, cloudformation).
    Query,
    /// AWS JSON 1.0 or 1.1.
    Json,
    /// REST-XML (s3).
    RestXml,
}

/// A service: one crate. The type is a token that only its crate can make; who has it may open the service's tables.
pub trait Service: 'static {
    /// The prefix of its actions and ARNs, and its name in credential scopes: `s3`.
    const NAME: &'static str;
    /// Its principal and event source: `s3.amazonaws.com`.
    const PRINCIPAL: &'static str;
    /// Its wire protocol.
    const PROTOCOL: Protocol;
    /// Whether it acts as the principal of its region: `logs.us-east-1.amazonaws.com`.
    const REGIONAL: bool = false;
}

/// One operation of a service: one file with its documentation, input, output, demands, effect and example.
pub trait Operation: Sized + 'static {
    /// The service it belongs to.
    type Service: Service;
    /// AWS's name: `CreateRole`. Also the event's name in the trail.
    const NAME: &'static str;
    /// Whether it changes nothing.
    const READ_ONLY: bool;
    /// Whether CloudTrail counts it as a data event (objects), not a management event.
    const DATA_EVENT: bool = false;
    /// Its input, with AWS's member names.
    type Input: Serialize + DeserializeOwned;
    /// Its output, with AWS's member names.
    type Output: Serialize;

    /// What AWS authorizes for this call.
    ///
    /// # Errors
    /// Input that makes no sense whoever calls (a malformed name or ARN).
    fn demands(input: &Self::Input, facts: &mut View<'_, Self::Service>) -> Result<Demands, Error>;

    /// For operations whose callers show the token of an OpenID Connect issuer instead of a signature: that token. The gate
    /// verifies it, and the call is that of whom it proves.
    fn web_identity(_input: &Self::Input) -> Option<WebIdentityToken<'_>> {
        None
    }

    /// For operations that take a body: the key that seals it, made after the decision and before the body is read.
    ///
    /// # Errors
    /// A refusal before the body is read.
    fn open(_call: &mut Authorized<'_, Self>, _input: &Self::Input) -> Result<BodyKey, Error> {
        Err(Error::validation(format!("{} takes no body", Self::NAME)))
    }

    /// The effect on the state. No clock, randomness or I/O but through `call`.
    ///
    /// # Errors
    /// AWS's errors; all writes of the call are dropped then.
    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error>;

    /// A call that succeeds.
    fn example() -> Example;

    /// More calls, which demand more, each with what it has: tags, a key, a role.
    fn variations() -> Vec<(&'static str, Example)> {
        Vec::new()
    }

    /// What the record holds of the input. Secrets are `***` already.
    fn recorded(input: &Self::Input) -> Value {
        serde_json::to_value(input).unwrap_or(Value::Null)
    }
}

/// An operation's constants, for lists.
#[derive(Debug, Clone, Copy)]
pub struct OperationInfo {
    /// The service's prefix.
    pub service: &'static str,
    /// The service's principal.
    pub principal: &'static str,
    /// The service's protocol.
    pub protocol: Protocol,
    /// The operation's name.
    pub name: &'static str,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// Whether it is a data event.
    pub data_event: bool,
    /// Its example.
    pub example: fn() -> Example,
    /// Its variations.
    pub variations: fn() -> Vec<(&'static str, Example)>,
    /// What a record holds of this input; nothing if it has not the operation's shape.
    pub recorded: fn(Value) -> Value,
}

pub(crate) trait DynOperation: Send + Sync {
    fn info(&self) -> OperationInfo;
    fn run(&self, core: &mut Core, frame: Frame, input: Value, body: Body<'_>) -> pass::Passed<Value>;
    fn open(&self, core: &mut Core, frame: Frame, input: Value) -> Result<BodyKey, Error>;
    /// What the record holds of an input as it came; nothing of one that has not the operation's shape.
    fn recorded(&self, input: Value) -> Value;
}

struct Typed<Op>(PhantomData<fn() -> Op>);

impl<Op: Operation> DynOperation for Typed<Op> {
    fn info(&self) -> OperationInfo {
        info::<Op>()
    }
    fn run(&self, core: &mut Core, frame: Frame, input: Value, body: Body<'_>) -> pass::Passed<Value> {
        pass::pass_value::<Op>(core, frame, input, body)
    }
    fn open(&self, core: &mut Core, frame: Frame, input: Value) -> Result<BodyKey, Error> {
        pass::open_value::<Op>(core, frame, input)
    }
    fn recorded(&self, input: Value) -> Value {
        recorded::<Op>(input)
    }
}

fn recorded<Op: Operation>(input: Value) -> Value {
    let typed = wire::lenient::from_value::<Op::Input>(input);
    base::redacted(|| typed.map_or(Value::Null, |typed| Op::recorded(&typed)))
}

pub(crate) fn info<Op: Operation>() -> OperationInfo {
    OperationInfo {
        service: Op::Service::NAME,
        principal: Op::Service::PRINCIPAL,
        protocol: Op::Service::PROTOCOL,
        name: Op::NAME,
        read_only: Op::READ_ONLY,
        data_event: Op::DATA_EVENT,
        example: Op::example,
        variations: Op::variations,
        recorded: recorded::<Op>,
    }
}

/// Finds the OpenID Connect provider of an account, by the issuer's host and path.
type FindsProvider<S> = fn(&mut View<'_, S>, AccountId, &str) -> Result<Option<IdentityProvider>, Error>;

/// What is done when an account has been founded, with its name if it has one.
type Founded<S> = fn(&mut Scope<'_, S>, AccountId, Option<&str>) -> Result<(), Error>;

/// All that a service brings: `pub fn service() -> Registration` in each service's `lib.rs`.
pub struct Registration {
    pub(crate) service: &'static str,
    pub(crate) protocol: Protocol,
    pub(crate) principal: &'static str,
    pub(crate) operations: Vec<Box<dyn DynOperation>>,
    pub(crate) resource_types: Vec<Arc<dyn ResourceType>>,
    pub(crate) unknown_resource_types: Option<MakesTypes>,
    pub(crate) registry: Registry,
}

/// Makes a resource type of a name that no service brings. None: it is no type's name.
pub(crate) type MakesTypes = fn(&str) -> Option<Arc<dyn ResourceType>>;

impl Registration {
    /// Nothing but the service's name.
    pub fn new<S: Service>() -> Self {
        Self {
            service: S::NAME,
            protocol: S::PROTOCOL,
            principal: S::PRINCIPAL,
            operations: Vec::new(),
            resource_types: Vec::new(),
            unknown_resource_types: None,
            registry: Registry::default(),
        }
    }
    /// With an operation.
    pub fn operation<Op: Operation>(mut self) -> Self {
        self.operations.push(Box::new(Typed::<Op>(PhantomData)));
        self
    }
    /// With a resource type of CloudFormation.
    pub fn resource_type(mut self, kind: impl ResourceType + 'static) -> Self {
        self.resource_types.push(Arc::new(kind));
        self
    }
    /// With what stands for resource types that no service brings: in a world in memory alone.
    pub fn unknown_resource_types(mut self, make: fn(&str) -> Option<Arc<dyn ResourceType>>) -> Self {
        self.unknown_resource_types = Some(make);
        self
    }
    /// With what is known of the resources whose ARNs carry the service's name. Ok(None): there is no such resource.
    pub fn resources<S: Service>(mut self, facts: fn(&mut View<'_, S>, &Arn) -> Result<Option<ResourceFacts>, Error>) -> Self {
        self.registry.resources.insert(S::NAME, Box::new(move |core, frame, arn| facts(&mut View::new(core, frame), arn)));
        self
    }
    /// With the policies of users and roles (`iam`).
    pub fn principals<S: Service>(mut self, policies: fn(&mut View<'_, S>, &Caller) -> Result<Option<PrincipalPolicies>, Error>) -> Self {
        self.registry.principals = Some(Box::new(move |core, frame, caller| policies(&mut View::new(core, frame), caller)));
        self
    }
    /// With the long-lived access keys (`iam`).
    pub fn access_keys<S: Service>(mut self, lookup: fn(&mut View<'_, S>, &str) -> Result<Option<AccessKey>, Error>) -> Self {
        self.registry.access_keys = Some(Box::new(move |core, frame, id| lookup(&mut View::new(core, frame), id)));
        self
    }
    /// With the unique id of a user or role ARN, and the ARN of a unique id (`iam`).
    pub fn unique_ids<S: Service>(mut self, lookup: fn(&mut View<'_, S>, &str) -> Result<Option<String>, Error>) -> Self {
        self.registry.unique_ids = Some(Box::new(move |core, frame, text| lookup(&mut View::new(core, frame), text)));
        self
    }
    /// With what a session needs of a role (`iam`).
    pub fn roles<S: Service>(mut self, lookup: fn(&mut View<'_, S>, &Arn) -> Result<Option<RoleFacts>, Error>) -> Self {
        self.registry.roles = Some(Box::new(move |core, frame, arn| lookup(&mut View::new(core, frame), arn)));
        self
    }
    /// With the places in templates where policies were written (`cloudformation`).
    pub fn origins<S: Service>(mut self, lookup: fn(&mut View<'_, S>, &Sought<'_>) -> Result<Option<Origin>, Error>) -> Self {
        self.registry.origins = Some(Box::new(move |core, frame, sought| lookup(&mut View::new(core, frame), sought)));
        self
    }
    /// With the documents of managed policies (`iam`).
    pub fn managed_policies<S: Service>(mut self, lookup: fn(&mut View<'_, S>, &Arn) -> Result<Option<Document>, Error>) -> Self {
        self.registry.managed_policies = Some(Box::new(move |core, frame, arn| lookup(&mut View::new(core, frame), arn)));
        self
    }
    /// With the OpenID Connect providers of accounts, by the issuer's host and path (`iam`).
    pub fn identity_providers<S: Service>(mut self, lookup: FindsProvider<S>) -> Self {
        self.registry.identity_providers =
            Some(Box::new(move |core, frame, account, issuer| lookup(&mut View::new(core, frame), account, issuer)));
        self
    }
    /// With what is done when an issuer's keys lack the one of a token (`iam`): it tells whether they are being fetched.
    pub fn issuer_keys_wanted<S: Service>(mut self, want: fn(&mut Scope<'_, S>, &str) -> Result<bool, Error>) -> Self {
        self.registry.issuer_keys_wanted = Some(Box::new(move |core, frame, issuer| want(&mut Scope::new(core, frame, ""), issuer)));
        self
    }
    /// With the way an account gets its first principals (`iam`): it tells whether it made any.
    pub fn founding<S: crate::FoundsAccounts>(
        mut self,
        found: fn(&mut Scope<'_, S>, AccountId, &Founder<'_>) -> Result<bool, Error>,
    ) -> Self {
        self.registry.founding = Some(Box::new(move |core, frame, account, by| found(&mut Scope::new(core, frame, ""), account, by)));
        self
    }
    /// With the organization, where an account stands in it, and what is to be done when the server has founded an account
    /// (`organizations`).
    pub fn organization<S: crate::CreatesAccounts>(
        mut self,
        organization: fn(&mut View<'_, S>) -> Result<Option<Organization>, Error>,
        standing: fn(&mut View<'_, S>, AccountId) -> Result<Option<Standing>, Error>,
        founded: Founded<S>,
    ) -> Self {
        self.registry.organization = Some(OrganizationLookups {
            organization: Box::new(move |core, frame| organization(&mut View::new(core, frame))),
            standing: Box::new(move |core, frame, account| standing(&mut View::new(core, frame), account)),
            founded: Box::new(move |core, frame, account, name| founded(&mut Scope::new(core, frame, ""), account, name)),
        });
        self
    }
}
