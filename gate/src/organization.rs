//! Where accounts stand in the organization: what its policies allow them, and the condition keys that tell of it.

use crate::{
    Document, Error,
    compiled::{Compiled, compile},
    core::{Core, Frame},
};
use base::AccountId;
use policy::{Context, Decision, Named, Options, Policies, PolicyKind, ReasonPolicyKind, ReasonRole, Request};
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

/// The organization, as every decision reads it.
#[derive(Debug, Clone)]
pub struct Organization {
    /// `o-…`.
    pub id: String,
    /// Another one after every change of the organization: random, since a change that is not committed had one too.
    pub revision: String,
}

/// One level of an organization, and its policies.
#[derive(Debug, Clone)]
pub struct Level {
    /// By which reasons call it: `root r-…`, `unit Development (ou-…)`, `account shop (111111111111)`.
    pub name: String,
    /// The policies that are attached to it.
    pub policies: Vec<Document>,
}

/// Where an account stands in the organization.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// `o-…/r-…/ou-…/`: the value of the condition keys for paths.
    pub path: String,
    /// Service control policies, outermost level first. Empty: nothing limits the account's principals.
    pub service_control: Vec<Level>,
    /// Resource control policies, outermost level first. Empty: nothing limits access to the account's resources.
    pub resource_control: Vec<Level>,
    /// The account was closed: nobody acts in it.
    pub closed: bool,
}

pub(crate) struct CompiledLevel {
    name: String,
    pub(crate) policies: Vec<Compiled>,
}

/// A standing with its policies compiled.
pub(crate) struct Place {
    organization: String,
    path: String,
    closed: bool,
    service_control: Vec<CompiledLevel>,
    resource_control: Vec<CompiledLevel>,
}

/// The places of the organization's present revision.
#[derive(Default)]
pub(crate) struct Cache(RwLock<Cached>);

#[derive(Default)]
struct Cached {
    revision: String,
    places: HashMap<AccountId, Option<Arc<Place>>>,
}

/// Accounts come from ARNs too, which anybody may write.
const MAX_PLACES: usize = 10_000;

/// The organization as one call sees it: read once, and part of the call's read set, so that a change of it is a conflict.
pub(crate) struct Seen(Option<Organization>);

fn levels(core: &Core, kind: PolicyKind, levels: Vec<Level>) -> Result<Vec<CompiledLevel>, Error> {
    let level = |level: Level| -> Result<CompiledLevel, Error> {
        let policies = level.policies.into_iter().map(|document| compile(core, kind, document)).collect::<Result<_, _>>()?;
        Ok(CompiledLevel { name: level.name, policies })
    };
    levels.into_iter().map(level).collect()
}

impl<S: crate::Service> crate::View<'_, S> {
    /// Where an account stands in the organization, for the policy simulator. None: in no organization.
    ///
    /// # Errors
    /// The store failed.
    pub fn standing(&mut self, account: AccountId) -> Result<Option<Standing>, Error> {
        let gate = self.core.gate.clone();
        match &gate.0.registry.organization {
            Some(lookup) => (lookup.standing)(self.core, self.frame, account),
            None => Ok(None),
        }
    }
}

impl Seen {
    /// With no organization this costs one read.
    pub(crate) fn read(core: &mut Core, frame: &Frame) -> Result<Self, Error> {
        let gate = core.gate.clone();
        let lookup = gate.0.registry.organization.as_ref();
        Ok(Self(lookup.map(|lookup| (lookup.organization)(core, frame)).transpose()?.flatten()))
    }

    /// Where the account stands. None: in no organization.
    pub(crate) fn place(&self, core: &mut Core, frame: &Frame, account: AccountId) -> Result<Option<Arc<Place>>, Error> {
        let Some(organization) = &self.0 else { return Ok(None) };
        let gate = core.gate.clone();
        let cache = &gate.0.places.0;
        {
            let cached = cache.read().unwrap_or_else(|e| e.into_inner());
            if let (true, Some(place)) = (cached.revision == organization.revision, cached.places.get(&account)) {
                return Ok(place.clone());
            }
        }
        let Some(lookup) = &gate.0.registry.organization else { return Ok(None) };
        let place = match (lookup.standing)(core, frame, account)? {
            None => None,
            Some(standing) => Some(Arc::new(Place {
                organization: organization.id.clone(),
                path: standing.path,
                closed: standing.closed,
                service_control: levels(core, PolicyKind::ServiceControl, standing.service_control)?,
                resource_control: levels(core, PolicyKind::ResourceControl, standing.resource_control)?,
            })),
        };
        let mut cached = cache.write().unwrap_or_else(|e| e.into_inner());
        if cached.revision != organization.revision || cached.places.len() >= MAX_PLACES {
            *cached = Cached { revision: organization.revision.clone(), places: HashMap::new() };
        }
        cached.places.insert(account, place.clone());
        Ok(place)
    }
}

/// The action of a covered service that resource control policies do not limit.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-control-policies.html>
const BEYOND_RESOURCE_CONTROL: &str = "kms:RetireGrant";

/// What limits the principals of the account.
pub(crate) fn service_control(place: Option<&Place>) -> &[CompiledLevel] {
    place.map_or(&[], |place| &place.service_control)
}

/// What limits this action on the account's resources.
pub(crate) fn resource_control<'a>(place: Option<&'a Place>, action: &str) -> &'a [CompiledLevel] {
    place.filter(|_| action != BEYOND_RESOURCE_CONTROL).map_or(&[], |place| &place.resource_control)
}

impl Place {
    /// `aws:PrincipalOrgID` and `aws:PrincipalOrgPaths`; those of the resource and of the source are alike.
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    pub(crate) fn tell(&self, context: &mut Context, whose: &str) {
        context.set(&format!("aws:{whose}OrgID"), &self.organization);
        context.set_many(&format!("aws:{whose}OrgPaths"), vec![self.path.clone()]);
    }
    /// What refuses every call of a closed account, and every call on what is in it.
    pub(crate) fn closed(&self, account: AccountId) -> Option<String> {
        let told = || {
            format!("The account {account} was closed by organizations:CloseAccount. Nobody acts in it, and nothing in it can be reached.")
        };
        self.closed.then(told)
    }
}

/// The levels as the engine takes them.
pub(crate) fn named(levels: &[CompiledLevel]) -> Vec<Vec<Named<'_>>> {
    levels.iter().map(|level| level.policies.iter().map(Compiled::named).collect()).collect()
}

/// Says at which levels an allow is missing, where that is the reason.
pub(crate) fn tell_levels(
    decision: &mut Decision,
    request: &Request<'_>,
    options: &Options,
    service_control: &[CompiledLevel],
    resource_control: &[CompiledLevel],
) {
    for reason in decision.reasons.iter_mut().filter(|reason| reason.role == ReasonRole::Missing) {
        let levels = match reason.kind {
            ReasonPolicyKind::ServiceControl => service_control,
            ReasonPolicyKind::ResourceControl => resource_control,
            _ => continue,
        };
        let lacks = |level: &&CompiledLevel| {
            let alone = named(std::slice::from_ref(*level));
            let policies = match reason.kind {
                ReasonPolicyKind::ServiceControl => Policies { service_control: &alone, ..Policies::default() },
                _ => Policies { resource_control: &alone, ..Policies::default() },
            };
            policy::decide(request, &policies, options).reasons.first().is_some_and(|first| first.kind == reason.kind)
        };
        let without: Vec<&str> = levels.iter().filter(lacks).map(|level| level.name.as_str()).collect();
        reason.expected = Some("an Allow at each level of the organization".into());
        reason.seen = Some(format!("none at {}", without.join(", ")));
    }
}
