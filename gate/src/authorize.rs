use crate::{
    Caller, Decided, Demand, Demands, Document, Error, Identity, OperationInfo, PrincipalPolicies, Protocol, ResourceFacts, SessionPolicy,
    assumptions::Amended,
    compiled::{Compiled, compile},
    core::{Core, Frame},
    demands::Part,
    encoded,
    facts::{managed_policy, unique_id},
    keys,
    organization::{self, CompiledLevel, Place, Seen},
    refusal::{denial, gone},
};
use base::{AccountId, Arn, Region};
use policy::{Context, Decision, Named, PolicyKind, ReasonPolicyKind as Kind};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The proof of an allow: made here alone, and needed to make an `Authorized`.
pub(crate) struct Allowed {
    pub(crate) probes: BTreeMap<&'static str, bool>,
    pub(crate) items: Vec<Option<Error>>,
    /// The resources that were decided on, for the record.
    pub(crate) resources: Vec<Arn>,
}

/// The caller's side, gathered once for all demands of a call.
pub(crate) struct Principal {
    pub(crate) identity: Vec<Compiled>,
    pub(crate) boundary: Option<Compiled>,
    session: Option<Vec<Compiled>>,
    tags: Vec<(String, String)>,
    organization: Seen,
    place: Option<Arc<Place>>,
}

/// None: the principal is gone.
fn gather(core: &mut Core, frame: &Frame, protocol: Protocol) -> Result<Option<Principal>, Error> {
    let policies = match frame.caller.identity() {
        Identity::User { .. } | Identity::Role(_) | Identity::Federated(_) => {
            let gate = core.gate.clone();
            let Some(lookup) = &gate.0.registry.principals else { return Err(Error::internal("no service knows principals")) };
            let Some(found) = lookup(core, frame, &frame.caller)? else { return Ok(None) };
            found
        }
        _ => PrincipalPolicies::default(),
    };
    let session = match frame.caller.session_policies() {
        Some(policies) => {
            let mut compiled = Vec::with_capacity(policies.len());
            for policy in policies {
                let document = match policy {
                    SessionPolicy::Inline(text) => Document { name: "session policy".into(), text: text.clone() },
                    SessionPolicy::Managed(arn) => {
                        managed_policy(core, frame, arn)?.ok_or_else(|| limit_gone(&frame.caller, arn, protocol))?
                    }
                };
                compiled.push(compile(core, PolicyKind::Session, document)?);
            }
            Some(compiled)
        }
        None => None,
    };
    let identity = policies.identity.into_iter().map(|d| compile(core, PolicyKind::Identity, d)).collect::<Result<Vec<_>, _>>()?;
    let boundary = policies.boundary.map(|d| compile(core, PolicyKind::Boundary, d)).transpose()?;
    let organization = Seen::read(core, frame)?;
    let place = match frame.caller.account() {
        Some(account) => organization.place(core, frame, account)?,
        None => None,
    };
    if let (Some(place), Some(account)) = (&place, frame.caller.account()) {
        open_account(place, account, protocol)?;
    }
    Ok(Some(Principal { identity, boundary, session, tags: policies.tags, organization, place }))
}

/// A closed account is no place to act in, whoever calls.
fn open_account(place: &Place, account: AccountId, protocol: Protocol) -> Result<(), Error> {
    place.closed(account).map_or(Ok(()), |told| Err(Error::access_denied(protocol, told)))
}

/// A session whose limit is not known any more has no rights: to leave the policy out could widen it by what it denied.
fn limit_gone(caller: &Caller, policy: &Arn, protocol: Protocol) -> Error {
    Error::access_denied(
        protocol,
        format!("{} is limited by the session policy {policy}, which no longer exists. Make a new session without it.", caller.name()),
    )
}

/// A call that demands nothing is decided by no policy; but who was deleted makes no calls.
fn still_there(core: &mut Core, frame: &Frame, of: &OperationInfo, event_id: &str) -> Result<(), Error> {
    if let Some(account) = frame.caller.account()
        && let Some(place) = Seen::read(core, frame)?.place(core, frame, account)?
    {
        open_account(&place, account, of.protocol)?;
    }
    let id = match frame.caller.identity() {
        Identity::User { id, .. } => id,
        Identity::Role(session) => &session.role_id,
        Identity::Federated(session) => &session.user_id,
        _ => return Ok(()),
    };
    unique_id(core, frame, id)?.map(drop).ok_or_else(|| gone(&frame.caller, of, event_id, &Demands::default()))
}

pub(crate) fn resource_kind(resource: &Arn) -> PolicyKind {
    match (resource.service(), resource.resource().split_once('/')) {
        ("kms", _) => PolicyKind::Key,
        ("iam", Some(("role", _))) => PolicyKind::Trust,
        _ => PolicyKind::Resource,
    }
}

/// The caller in the engine's words; the session's ARN is lent by `session_arn`.
pub(crate) fn engine_principal<'a>(caller: &'a Caller, session_arn: &'a str) -> policy::Principal<'a> {
    match caller.identity() {
        Identity::Root { account } => policy::Principal::Root { account: account.as_str() },
        Identity::User { arn, id, .. } => policy::Principal::User { arn: arn.as_str(), id },
        Identity::Role(session) => {
            let linked = session.role_arn.resource().starts_with("role/aws-service-role/");
            policy::Principal::Role { role_arn: session.role_arn.as_str(), role_id: &session.role_id, session_arn, linked }
        }
        Identity::Federated(session) => {
            policy::Principal::FederatedUser { arn: session_arn, user_arn: session.user_arn.as_str(), id: &session.user_id }
        }
        Identity::WebIdentity(identity) => policy::Principal::WebIdentity { provider: identity.provider.as_str() },
        Identity::Service { name, .. } => policy::Principal::Service { name },
        Identity::Anonymous => policy::Principal::Anonymous,
    }
}

/// What was decided of a demand, and what a refusal tells of it.
pub(crate) struct Verdict {
    pub(crate) decision: Decision,
    pub(crate) message: String,
    pub(crate) resource: String,
    pub(crate) context: Value,
    pub(crate) owner: AccountId,
    pub(crate) resource_policy: Option<Compiled>,
    /// What the sealed message of a denial says.
    pub(crate) encoded: Option<Value>,
}

fn decide(
    core: &mut Core,
    frame: &Frame,
    of: &OperationInfo,
    event_id: &str,
    principal: &Principal,
    demand: &Demand,
) -> Result<Verdict, Error> {
    let gate = core.gate.clone();
    let facts: Option<ResourceFacts> = match &demand.resource {
        Some(arn) => match gate.0.registry.resources.get(arn.service()) {
            // What lies in another region is known there.
            Some(lookup) if !["", frame.context.region.as_str()].contains(&arn.region()) => {
                lookup(core, &frame.in_region(&Region::new(arn.region())), arn)?
            }
            Some(lookup) => lookup(core, frame, arn)?,
            None => None,
        },
        None => None,
    };
    let owner: AccountId = demand
        .owner
        .or(facts.as_ref().map(|f| f.account))
        .or(demand.resource.as_ref().and_then(Arn::account))
        .or(frame.caller.account())
        .unwrap_or(gate.0.management_account);
    let place = principal.organization.place(core, frame, owner)?;
    if let Some(place) = &place {
        open_account(place, owner, of.protocol)?;
    }
    let mut context = keys::context(frame, core.now, &principal.tags, demand, owner, facts.as_ref());
    tell_places(core, frame, principal, demand, place.as_deref(), &mut context)?;
    let resource_policy = match (&demand.resource, facts.as_ref().and_then(|f| f.policy.clone())) {
        (Some(arn), Some(document)) => Some(compile(core, resource_kind(arn), document)?),
        _ => None,
    };
    let scp = organization::service_control(principal.place.as_deref());
    let limited = place.as_deref().filter(|_| !facts.as_ref().is_some_and(|f| f.beyond_resource_control));
    let rcp = organization::resource_control(limited, &demand.action);
    let amended = Amended::new(core, &frame.caller, demand, || documents(principal, resource_policy.as_ref(), scp, rcp))?;
    let identity = amended.all(Kind::Identity, named(&principal.identity));
    let session = principal.session.as_ref().map(|list| amended.all(Kind::Session, named(list)));
    let levels = |kind, list| organization::named(list).into_iter().map(|level| amended.all(kind, level)).collect::<Vec<_>>();
    let (service_control, resource_control) = (levels(Kind::ServiceControl, scp), levels(Kind::ResourceControl, rcp));
    let session_arn = frame.caller.name();
    // A web identity belongs to no account until it has a role.
    let own_account = frame.caller.account().filter(|_| !matches!(frame.caller.identity(), Identity::WebIdentity(_)));
    let request = policy::Request {
        principal: engine_principal(&frame.caller, &session_arn),
        principal_account: own_account.as_ref().map(AccountId::as_str),
        action: &demand.action,
        resource: demand.resource.as_ref().map_or("*", Arn::as_str),
        resource_account: owner.as_str(),
        context: &context,
    };
    let policies = policy::Policies {
        identity: &identity,
        boundary: amended.one(Kind::Boundary, principal.boundary.as_ref().map(Compiled::named)),
        session: session.as_deref(),
        resource: amended.one(Kind::Resource, resource_policy.as_ref().map(Compiled::named)),
        grants: demand.grants.as_deref().or(facts.as_ref().map(|f| f.grants.as_slice())).unwrap_or_default(),
        block_public_access: facts.as_ref().is_some_and(|f| f.block_public_access),
        service_control: &service_control,
        resource_control: &resource_control,
        ..policy::Policies::default()
    };
    let mut decision = policy::decide(&request, &policies, &gate.0.options);
    if gate.0.decisions.any() {
        let ids = (event_id, frame.parent.as_deref());
        core.decided.push(Decided::new(ids, &frame.caller, of, demand, owner, &context, &decision));
    }
    if decision.is_allowed() {
        return Ok(Verdict {
            decision,
            message: String::new(),
            resource: String::new(),
            context: Value::Null,
            owner,
            resource_policy,
            encoded: None,
        });
    }
    if decision.verdict == policy::Verdict::ImplicitDeny {
        organization::tell_levels(&mut decision, &request, &gate.0.options, scp, rcp);
    }
    let message = match frame.caller.identity() {
        // AWS tells those who have no account no more than that.
        Identity::WebIdentity(_) => format!("Not authorized to perform {}", demand.action),
        _ => decision.message(&session_arn, &request),
    };
    let encoded = Some(encoded::message(&frame.caller, demand, &decision, &policies, &context));
    let resource = request.resource.to_string();
    let context = context.iter().map(|(k, v)| (k.to_string(), json!(v))).collect();
    Ok(Verdict { decision, message, resource, context: Value::Object(context), owner, resource_policy, encoded })
}

fn named(list: &[Compiled]) -> Vec<Named<'_>> {
    list.iter().map(Compiled::named).collect()
}

/// All documents of a decision.
fn documents<'a>(
    principal: &'a Principal,
    resource: Option<&'a Compiled>,
    service_control: &'a [CompiledLevel],
    resource_control: &'a [CompiledLevel],
) -> Vec<(Kind, &'a Compiled)> {
    let of = |kind: Kind, list: &'a [Compiled]| list.iter().map(move |policy| (kind, policy));
    let levels = |kind: Kind, list: &'a [CompiledLevel]| list.iter().flat_map(move |level| of(kind, &level.policies));
    let mut all: Vec<(Kind, &Compiled)> = of(Kind::Identity, &principal.identity).collect();
    all.extend(principal.boundary.iter().map(|policy| (Kind::Boundary, policy)));
    all.extend(of(Kind::Session, principal.session.as_deref().unwrap_or_default()));
    all.extend(resource.map(|policy| (Kind::Resource, policy)));
    all.extend(levels(Kind::ServiceControl, service_control).chain(levels(Kind::ResourceControl, resource_control)));
    all
}

/// The organization's condition keys: of the caller, of the resource, and of the resource for which a service acts.
fn tell_places(
    core: &mut Core,
    frame: &Frame,
    principal: &Principal,
    demand: &Demand,
    resource: Option<&Place>,
    context: &mut Context,
) -> Result<(), Error> {
    match frame.caller.identity() {
        Identity::Service { source_account: Some(source), .. } => {
            if let Some(place) = principal.organization.place(core, frame, *source)? {
                place.tell(context, "Source");
            }
        }
        // A web identity is not of the organization: it counts in the role's account, and belongs to none.
        Identity::Service { .. } | Identity::WebIdentity(_) | Identity::Anonymous => {}
        _ => principal.place.iter().for_each(|place| place.tell(context, "Principal")),
    }
    if demand.resource.is_some() {
        resource.iter().for_each(|place| place.tell(context, "Resource"));
    }
    Ok(())
}

/// Decides on all demands. Err: a required one is denied.
pub(crate) fn authorize(core: &mut Core, frame: &Frame, of: &OperationInfo, event_id: &str, demands: &Demands) -> Result<Allowed, Error> {
    let mut allowed = Allowed { probes: BTreeMap::new(), items: Vec::new(), resources: Vec::new() };
    if demands.0.is_empty() {
        return still_there(core, frame, of, event_id).map(|()| allowed);
    }
    let Some(principal) = gather(core, frame, of.protocol)? else { return Err(gone(&frame.caller, of, event_id, demands)) };
    for demand in &demands.0 {
        if let Some(arn) = &demand.resource
            && !allowed.resources.contains(arn)
        {
            allowed.resources.push(arn.clone());
        }
        let verdict = decide(core, frame, of, event_id, &principal, demand)?;
        let denied = match verdict.decision.verdict {
            policy::Verdict::Allow => None,
            _ => {
                // Of many items, the first that is denied tells of the others; probes are answered, not reported.
                let told = match demand.part {
                    Part::Required => true,
                    Part::Probe(_) => false,
                    Part::Item(_) => allowed.items.iter().all(Option::is_none),
                };
                Some(denial(core, frame, of.protocol, event_id, demand, verdict, told.then_some(&principal))?)
            }
        };
        match (&demand.part, denied) {
            (Part::Required, Some(error)) => return Err(error),
            (Part::Required, None) => {}
            (Part::Probe(name), denied) => {
                allowed.probes.insert(name, denied.is_none());
            }
            (Part::Item(index), denied) => {
                if allowed.items.len() <= *index {
                    allowed.items.resize(index + 1, None);
                }
                if denied.is_some() {
                    allowed.items[*index] = denied;
                }
            }
        }
    }
    Ok(allowed)
}
