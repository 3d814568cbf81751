//! What the policies of a world in memory are taken to say besides what they say: how a rehearsal gets over a denial and goes on.
//!
//! A call that is denied was denied, and its record says so. If the world's mender wants to go on, the gate takes it that what was
//! missing had been there, or that the Deny had spared it: for this caller, action and resource, and in these policies alone. Then
//! it decides again. A gate over a store on disk cannot have a mender. Why: `docs/decisions/0019-rehearsal.md`.

use crate::{
    About, Caller, Demand, Denial, Document, Error, Identity, Operation,
    authorize::{Allowed, resource_kind},
    compiled::{Compiled, compile},
    core::{Core, Frame},
    operation::info,
    record::{self, Opening},
};
use base::redacted;
use policy::{Named, PolicyKind, ReasonPolicyKind as Kind};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

/// A call that was denied in a world that can be mended.
#[derive(Debug)]
pub struct Refused<'a> {
    /// The decision, and where the statements of its reasons were written.
    pub denial: &'a Denial,
    /// The caller's user or role, its account's root or the service's name: without a session's name.
    pub principal: String,
    /// The call: `service:Operation`.
    pub operation: String,
    /// The calls that it was made in, the outermost first.
    pub within: Vec<String>,
    /// What it was made for.
    pub about: Option<&'a About>,
}

/// What stands in the way, in a world that can be mended.
#[derive(Debug)]
pub enum Fault<'a> {
    /// A call was denied.
    Denied(Refused<'a>),
    /// A policy that is written names a user or role that is not there.
    NoPrincipal {
        /// The ARN that the policy names.
        principal: &'a str,
        /// What the policy was written for.
        about: Option<&'a About>,
    },
}

/// Whether to go on as if it did not stand there: as if what was denied were allowed, as if the principal were there.
pub type Mender = dyn Fn(&Fault<'_>) -> bool + Send + Sync;

/// Whom, what and on what.
type Tuple = (String, String, String);

/// What is assumed for one tuple.
#[derive(Clone, Default)]
struct Assumed {
    allows: Vec<Kind>,
    /// The policy, the statement's index in it.
    excepted: Vec<(Kind, String, usize)>,
}

/// The mender of a world and what it has led to.
pub(crate) struct Assumptions {
    mender: Box<Mender>,
    list: RwLock<HashMap<Tuple, Arc<Assumed>>>,
}

/// The caller as policies name it.
pub(crate) fn principal_of(caller: &Caller) -> String {
    match caller.identity() {
        Identity::Root { account } => format!("arn:aws:iam::{account}:root"),
        Identity::User { arn, .. } => arn.to_string(),
        Identity::Role(session) => session.role_arn.to_string(),
        Identity::Federated(session) => session.user_arn.to_string(),
        Identity::WebIdentity(identity) => identity.provider.to_string(),
        Identity::Service { name, .. } => name.clone(),
        Identity::Anonymous => "*".into(),
    }
}

fn principal_element(caller: &Caller) -> Value {
    let text = principal_of(caller);
    match caller.identity() {
        Identity::Service { .. } => json!({"Service": text}),
        Identity::WebIdentity(_) => json!({"Federated": text}),
        Identity::Anonymous => json!("*"),
        _ => json!({"AWS": text}),
    }
}

impl Assumptions {
    pub(crate) fn new(mender: Box<Mender>) -> Self {
        Self { mender, list: RwLock::default() }
    }

    /// Whether a policy may name a principal that is not there: by its ARN, until it comes.
    pub(crate) fn spares(&self, principal: &str, about: Option<&About>) -> bool {
        (self.mender)(&Fault::NoPrincipal { principal, about })
    }

    /// Takes nothing to be otherwise than it stands any more.
    pub(crate) fn forget(&self) {
        self.list.write().unwrap_or_else(|e| e.into_inner()).clear();
    }

    fn of(&self, caller: &Caller, demand: &Demand) -> Option<Arc<Assumed>> {
        let resource = demand.resource.as_ref().map_or("*", |arn| arn.as_str()).to_owned();
        let tuple = (principal_of(caller), demand.action.to_string(), resource);
        self.list.read().unwrap_or_else(|e| e.into_inner()).get(&tuple).cloned()
    }

    /// Takes over what the decision lacked. False: it lacked nothing that a policy could give.
    fn take(&self, principal: String, denial: &Denial) -> bool {
        let mut list = self.list.write().unwrap_or_else(|e| e.into_inner());
        let assumed = list.entry((principal, denial.action.clone(), denial.resource.clone())).or_default();
        let assumed = Arc::make_mut(assumed);
        let before = assumed.allows.len() + assumed.excepted.len();
        for reason in denial.decision["reasons"].as_array().into_iter().flatten() {
            let Some(kind) = serde_json::from_value::<Kind>(reason["kind"].clone()).ok().and_then(slot) else { continue };
            match (reason["role"].as_str(), reason["policy"].as_str(), reason["statement"].as_u64()) {
                (Some("missing"), ..) if !assumed.allows.contains(&kind) => assumed.allows.push(kind),
                (Some("decided"), Some(policy), Some(index)) if reason["effect"] == "Deny" => {
                    let one = (kind, policy.to_owned(), usize::try_from(index).unwrap_or(usize::MAX));
                    if !assumed.excepted.contains(&one) {
                        assumed.excepted.push(one);
                    }
                }
                _ => {}
            }
        }
        assumed.allows.len() + assumed.excepted.len() > before
    }
}

/// Whose documents a reason is about: those of resources are one kind here. None: no document could change it.
fn slot(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Resource | Kind::Trust | Kind::Key => Some(Kind::Resource),
        Kind::Identity | Kind::Boundary | Kind::Session | Kind::ServiceControl | Kind::ResourceControl => Some(kind),
        Kind::VpcEndpoint | Kind::Grant | Kind::BlockPublicAccess | Kind::Rule => None,
    }
}

/// How documents of a kind are read.
fn form(kind: Kind, demand: &Demand) -> PolicyKind {
    match (kind, &demand.resource) {
        (Kind::Identity, _) => PolicyKind::Identity,
        (Kind::Boundary, _) => PolicyKind::Boundary,
        (Kind::Session, _) => PolicyKind::Session,
        (Kind::ServiceControl, _) => PolicyKind::ServiceControl,
        (Kind::ResourceControl, _) => PolicyKind::ResourceControl,
        (_, Some(resource)) => resource_kind(resource),
        (_, None) => PolicyKind::Resource,
    }
}

/// The documents of one decision as they are taken to be. Empty on a gate without assumptions.
#[derive(Default)]
pub(crate) struct Amended(Vec<(Kind, Compiled)>);

/// What a document that is added is called.
const ASSUMED: &str = "assumed";

impl Amended {
    /// `documents`: all that the decision would be made by.
    pub(crate) fn new<'a>(
        core: &Core,
        caller: &Caller,
        demand: &Demand,
        documents: impl FnOnce() -> Vec<(Kind, &'a Compiled)>,
    ) -> Result<Self, Error> {
        let Some(assumed) = core.gate.0.assumptions.as_ref().and_then(|all| all.of(caller, demand)) else { return Ok(Self::default()) };
        let (mut amended, documents) = (Self::default(), documents());
        for (kind, document) in &documents {
            let spared = |index: usize| assumed.excepted.iter().any(|(k, name, n)| k == kind && *name == document.name && *n == index);
            // Of these there is one document: what is missing is added to it.
            let added = (is_single(*kind) && assumed.allows.contains(kind)).then(|| statement(form(*kind, demand), caller, demand));
            if added.is_some() || assumed.excepted.iter().any(|(k, name, _)| k == kind && *name == document.name) {
                amended.push(core, (*kind, demand), &document.name, rewritten(&document.text, spared, added)?)?;
            }
        }
        for kind in &assumed.allows {
            if !is_single(*kind) || !documents.iter().any(|(k, _)| k == kind) {
                let text = json!({"Version": "2012-10-17", "Statement": [statement(form(*kind, demand), caller, demand)]}).to_string();
                amended.push(core, (*kind, demand), ASSUMED, text)?;
            }
        }
        Ok(amended)
    }

    fn push(&mut self, core: &Core, (kind, demand): (Kind, &Demand), name: &str, text: String) -> Result<(), Error> {
        self.0.push((kind, compile(core, form(kind, demand), Document { name: name.into(), text })?));
        Ok(())
    }

    /// The documents of a kind of which there may be many.
    pub(crate) fn all<'a>(&'a self, kind: Kind, present: Vec<Named<'a>>) -> Vec<Named<'a>> {
        if self.0.is_empty() {
            return present;
        }
        let mut list = present;
        for named in &mut list {
            if let Some(instead) = self.of(kind).find(|one| one.name == named.name) {
                *named = instead;
            }
        }
        list.extend(self.of(kind).filter(|one| one.name == ASSUMED));
        list
    }

    /// The document of a kind of which there is one at most.
    pub(crate) fn one<'a>(&'a self, kind: Kind, present: Option<Named<'a>>) -> Option<Named<'a>> {
        self.of(kind).next().or(present)
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = Named<'_>> {
        self.0.iter().filter(move |(k, _)| *k == kind).map(|(_, one)| one.named())
    }
}

fn is_single(kind: Kind) -> bool {
    matches!(kind, Kind::Boundary | Kind::Resource)
}

/// The least statement that allows what is demanded.
fn statement(form: PolicyKind, caller: &Caller, demand: &Demand) -> Value {
    let resource = demand.resource.as_ref().map_or("*", |arn| arn.as_str());
    let mut statement = json!({"Effect": "Allow", "Action": demand.action, "Resource": resource});
    match form {
        PolicyKind::Trust => statement = json!({"Effect": "Allow", "Principal": principal_element(caller), "Action": demand.action}),
        PolicyKind::Resource | PolicyKind::Key => statement["Principal"] = principal_element(caller),
        PolicyKind::ResourceControl => statement["Principal"] = json!("*"),
        _ => {}
    }
    statement
}

/// The document with statements that cannot match in place of those that are spared, so that all keep their index, and with one
/// more.
fn rewritten(text: &str, spared: impl Fn(usize) -> bool, added: Option<Value>) -> Result<String, Error> {
    let mut document: Value = serde_json::from_str(text).map_err(Error::internal)?;
    let mut list = match document["Statement"].take() {
        Value::Array(list) => list,
        one => vec![one],
    };
    for (index, statement) in list.iter_mut().enumerate() {
        if let (true, Some(members)) = (spared(index), statement.as_object_mut()) {
            members.remove("NotAction");
            members.insert("Action".into(), json!("none:None"));
        }
    }
    list.extend(added);
    document["Statement"] = Value::Array(list);
    Ok(document.to_string())
}

/// Whether a call that was denied is to be decided again. Its denial is recorded then.
pub(crate) fn mended<Op: Operation>(
    core: &mut Core,
    frame: &Frame,
    input: &Op::Input,
    decided: &Result<Allowed, Error>,
) -> Result<bool, Error> {
    let gate = core.gate.clone();
    let Some(assumptions) = &gate.0.assumptions else { return Ok(false) };
    let refusals: Vec<&Error> = match decided {
        Err(error) => vec![error],
        Ok(allowed) => allowed.items.iter().flatten().collect(),
    };
    let mut again = false;
    for error in refusals {
        let Some(denial) = &error.denial else { continue };
        let info = info::<Op>();
        let principal = principal_of(&frame.caller);
        let operation = format!("{}:{}", info.service, info.name);
        let within = core.within.split_last().map_or(&[][..], |(_, outer)| outer);
        let within = within.iter().map(|(service, name)| format!("{service}:{name}")).collect();
        let refused = Refused { denial, principal: principal.clone(), operation, within, about: frame.about.as_deref() };
        if !(assumptions.mender)(&Fault::Denied(refused)) || !assumptions.take(principal, denial) {
            continue;
        }
        again = true;
        let opening = Opening::new(core, frame, &info, redacted(|| Op::recorded(input)));
        let record = opening.close(core.now, &[], Err(error))?;
        record::append(core, record);
    }
    Ok(again)
}
