//! The decision over all policies of a request.

use crate::{
    Context, Decision, Effect, Named, Options, Policies, Policy, PolicyKind, Principal, ReasonPolicyKind as Kind, Request,
    index::Asked,
    options::{Asks, Point},
    outcome::{Hit, Hits, Outcome},
    principal::Closeness,
    resource::Target,
    rules::{self, Gate},
    statement::Statement,
};

/// Decides a request. Pure: the same arguments give the same decision.
pub fn decide(request: &Request<'_>, policies: &Policies<'_>, options: &Options) -> Decision {
    let evaluation = Evaluation::new(request, policies, options);
    let outcome = evaluation.outcome();
    let mut decision = Decision { verdict: outcome.verdict(), reasons: Vec::new(), depends_on: Vec::new() };
    for point in evaluation.asks.asked() {
        let differs = |other: &Options| Evaluation::new(request, policies, other).outcome().verdict() != decision.verdict;
        if point.others(options).iter().any(differs) {
            decision.depends_on.push(point.name());
        }
    }
    decision.reasons = outcome.reasons(&evaluation);
    decision
}

/// The statements of one of a request's policies that apply to it, by their indices.
pub fn applying(request: &Request<'_>, policy: &Policy, policies: &Policies<'_>, options: &Options) -> Vec<usize> {
    let evaluation = Evaluation::new(request, policies, options);
    (0..policy.list.len()).filter(|n| evaluation.applies(&policy.list[*n]).is_some()).collect()
}

/// What a group of policies says.
#[derive(Clone, Copy, Default)]
struct Found<'a> {
    deny: Option<Hit<'a>>,
    allow: Option<Hit<'a>>,
}

/// What the resource policy says, by how it names the caller.
#[derive(Clone, Copy, Default)]
struct ResourceFound<'a> {
    deny: Option<Hit<'a>>,
    direct: Option<Hit<'a>>,
    role: Option<Hit<'a>>,
    account: Option<Hit<'a>>,
}

/// What the levels of an organization say.
#[derive(Clone, Copy, Default)]
struct LevelsFound<'a> {
    deny: Option<Hit<'a>>,
    missing: bool,
}

/// One evaluation: the request taken apart once.
pub(crate) struct Evaluation<'a> {
    pub request: &'a Request<'a>,
    pub policies: &'a Policies<'a>,
    pub asks: Asks<'a>,
    pub target: Target<'a>,
    pub asked: Asked<'a>,
    /// Action patterns have no variables.
    pub none: Context,
    gate: Gate,
}

impl<'a> Evaluation<'a> {
    fn new(request: &'a Request<'a>, policies: &'a Policies<'a>, options: &'a Options) -> Self {
        let (service, name) = request.action.split_once(':').unwrap_or((request.action, ""));
        let target = Target::new(request.resource, service, name);
        Self {
            gate: Gate::of(service, name, &target),
            request,
            policies,
            asks: Asks::new(options),
            target,
            asked: Asked::new(service, name),
            none: Context::new(),
        }
    }

    fn outcome(&self) -> Outcome<'a> {
        if self.is("sts", "GetCallerIdentity") {
            return Outcome::AllowedByRule("sts:GetCallerIdentity needs no permission");
        }
        let policies = self.policies;
        let scp = self.levels(self.service_control(), Kind::ServiceControl);
        let rcp = self.levels(self.resource_control(), Kind::ResourceControl);
        let vpce = self.union(policies.vpc_endpoint.as_slice(), Kind::VpcEndpoint);
        let resource = self.resource_policy();
        let identity = self.union(policies.identity, Kind::Identity);
        let boundary = self.union(policies.boundary.as_slice(), Kind::Boundary);
        let session = self.union(policies.session.unwrap_or_default(), Kind::Session);

        let denies = [scp.deny, rcp.deny, vpce.deny, resource.deny, identity.deny, boundary.deny, session.deny];
        if denies.iter().any(Option::is_some) {
            return Outcome::Denied(Hits(denies));
        }
        if self.public_access_is_blocked() {
            return Outcome::PublicAccessBlocked;
        }
        if rcp.missing {
            return Outcome::Lacking(vec![Kind::ResourceControl], None);
        }
        if scp.missing {
            return Outcome::Lacking(vec![Kind::ServiceControl], None);
        }
        if policies.vpc_endpoint.is_some() && vpce.allow.is_none() {
            return Outcome::Lacking(vec![Kind::VpcEndpoint], None);
        }
        let sides = Sides { resource, identity: identity.allow, boundary: boundary.allow, session: session.allow };
        match self.request.principal {
            Principal::Service { .. } | Principal::WebIdentity { .. } | Principal::Anonymous => match sides.resource.direct {
                Some(hit) => Outcome::Allowed(Hits::of([Some(hit)])),
                None => Outcome::Lacking(vec![self.resource_kind()], None),
            },
            _ if self.is_own() => self.within_account(&sides),
            _ => self.across_accounts(&sides),
        }
    }

    fn within_account(&self, sides: &Sides<'a>) -> Outcome<'a> {
        let resource = &sides.resource;
        if let Some(hit) = resource.direct {
            return Outcome::Allowed(Hits::of([Some(hit)]));
        }
        if let Principal::Root { .. } = self.request.principal {
            if self.gate == Gate::Open {
                return Outcome::AllowedByRule("the root user may do all that no policy limits");
            }
            if let Some(hit) = resource.account {
                return Outcome::Allowed(Hits::of([Some(hit)]));
            }
        } else {
            let gate_opens = self.gate == Gate::Open || resource.account.is_some();
            if resource.role.is_some() && self.limits_hold(sides, false) {
                return Outcome::Allowed(limits(resource.role, None, sides));
            }
            if sides.identity.is_some() && gate_opens && self.limits_hold(sides, true) {
                let gate = resource.account.filter(|_| self.gate != Gate::Open);
                return Outcome::Allowed(limits(sides.identity, gate, sides));
            }
        }
        if let Some(id) = self.grant() {
            return Outcome::AllowedByGrant(id);
        }
        self.lacking_within(sides)
    }

    fn lacking_within(&self, sides: &Sides<'a>) -> Outcome<'a> {
        let resource = &sides.resource;
        let granted = resource.role.is_some();
        let mut kinds = Vec::new();
        if self.gate != Gate::Open && !granted && resource.account.is_none() {
            kinds.push(self.resource_kind());
        }
        if !matches!(self.request.principal, Principal::Root { .. }) {
            self.lacking_of_caller(sides, granted, &mut kinds);
        }
        let delegation = resource.account.filter(|_| self.gate == Gate::Open && kinds.contains(&Kind::Identity));
        Outcome::Lacking(kinds, delegation)
    }

    fn lacking_of_caller(&self, sides: &Sides<'a>, granted: bool, kinds: &mut Vec<Kind>) {
        if !granted && sides.identity.is_none() {
            kinds.push(Kind::Identity);
        }
        if !self.boundary_holds(sides) {
            kinds.push(Kind::Boundary);
        }
        if !self.session_holds(sides, !granted) {
            kinds.push(Kind::Session);
        }
    }

    fn across_accounts(&self, sides: &Sides<'a>) -> Outcome<'a> {
        if self.is("iam", "PassRole") {
            return Outcome::RefusedByRule("iam:PassRole does not cross accounts");
        }
        if self.gate == Gate::Key && !rules::kms_crosses_accounts(self.asked.name) {
            return Outcome::RefusedByRule("this KMS operation does not work on a key of another account");
        }
        let resource = &sides.resource;
        let granting = resource.direct.or(resource.role).or(resource.account);
        let is_root = matches!(self.request.principal, Principal::Root { .. });
        let caller_may = is_root || sides.identity.is_some() && self.limits_hold(sides, true);
        if let (true, Some(hit)) = (caller_may, granting) {
            return Outcome::Allowed(if is_root { Hits::of([Some(hit)]) } else { limits(sides.identity, Some(hit), sides) });
        }
        let grant = self.grant();
        if let Some(id) = grant
            && (caller_may || self.asks.ask(Point::CrossAccountGrantSuffices, |o| o.cross_account_grant_suffices))
        {
            return Outcome::AllowedByGrant(id);
        }
        let mut kinds = Vec::new();
        if !is_root {
            self.lacking_of_caller(sides, false, &mut kinds);
        }
        if granting.is_none() && grant.is_none() {
            kinds.push(self.resource_kind());
        }
        Outcome::Lacking(kinds, None)
    }

    fn limits_hold(&self, sides: &Sides<'a>, by_identity: bool) -> bool {
        self.boundary_holds(sides) && self.session_holds(sides, by_identity)
    }

    fn boundary_holds(&self, sides: &Sides<'a>) -> bool {
        self.policies.boundary.is_none() || sides.boundary.is_some()
    }

    /// By its identity policies a federated user has only what its session policies allow.
    fn session_holds(&self, sides: &Sides<'a>, by_identity: bool) -> bool {
        match self.request.principal {
            Principal::Role { .. } => self.policies.session.is_none() || sides.session.is_some(),
            Principal::FederatedUser { .. } => !by_identity && self.policies.session.is_none() || sides.session.is_some(),
            _ => true,
        }
    }

    fn grant(&self) -> Option<&'a str> {
        let Request { principal, resource, context, .. } = self.request;
        if self.gate != Gate::Key {
            return None;
        }
        let permits = |grant: &&crate::Grant| grant.permits(principal, self.asked.name, resource, context);
        self.policies.grants.iter().find(permits).map(|grant| &*grant.grant_id)
    }

    fn is(&self, service: &str, name: &str) -> bool {
        self.asked.service.eq_ignore_ascii_case(service) && self.asked.name.eq_ignore_ascii_case(name)
    }

    pub fn is_own(&self) -> bool {
        self.request.principal_account == Some(self.request.resource_account)
    }

    fn is_linked(&self) -> bool {
        matches!(self.request.principal, Principal::Role { linked: true, .. })
    }

    /// Service control policies limit the principals of accounts, except service-linked roles.
    pub fn service_control(&self) -> &'a [Vec<Named<'a>>] {
        match self.request.principal {
            Principal::Service { .. } | Principal::WebIdentity { .. } | Principal::Anonymous => &[],
            _ if self.is_linked() => &[],
            _ => self.policies.service_control,
        }
    }

    /// Resource control policies limit the resources of some services, for all but service-linked roles.
    pub fn resource_control(&self) -> &'a [Vec<Named<'a>>] {
        let covered = || rules::under_resource_control(self.asked.service, self.asked.name);
        let levels = self.policies.resource_control;
        if levels.is_empty() || self.is_linked() || !covered() { &[] } else { levels }
    }

    /// The resource policy that counts.
    pub fn effective_resource_policy(&self) -> Option<Named<'a>> {
        self.policies.resource.filter(|named| {
            named.policy.kind != PolicyKind::Key
                || named.policy.current
                || self.asks.ask(Point::KeyPolicyOfVersion2008, |o| o.key_policy_of_version_2008)
        })
    }

    pub fn resource_kind(&self) -> Kind {
        match self.gate {
            Gate::Open => Kind::Resource,
            Gate::Trust => Kind::Trust,
            Gate::Key => Kind::Key,
        }
    }

    fn public_access_is_blocked(&self) -> bool {
        self.policies.block_public_access
            && self.asked.service.eq_ignore_ascii_case("s3")
            && !self.is_own()
            && !matches!(self.request.principal, Principal::Service { .. })
            && self.policies.resource.is_some_and(|named| named.policy.is_public())
    }

    fn resource_policy(&self) -> ResourceFound<'a> {
        let mut found = ResourceFound::default();
        let Some(named) = self.effective_resource_policy() else { return found };
        let kind = self.resource_kind();
        for index in named.policy.index.about(&self.asked) {
            let statement = &named.policy.list[index];
            let Some(closeness) = self.applies(statement) else { continue };
            let place = match (statement.effect, closeness) {
                (Effect::Deny, _) => &mut found.deny,
                (Effect::Allow, Closeness::Direct) => &mut found.direct,
                (Effect::Allow, Closeness::Role) => &mut found.role,
                (Effect::Allow, Closeness::Account) => &mut found.account,
            };
            place.get_or_insert(Hit { kind, named, statement: index });
        }
        found
    }

    fn levels(&self, levels: &'a [Vec<Named<'a>>], kind: Kind) -> LevelsFound<'a> {
        let mut all = LevelsFound::default();
        for level in levels {
            let found = self.union(level, kind);
            all.deny = all.deny.or(found.deny);
            all.missing |= found.allow.is_none();
        }
        all
    }

    /// The first Deny and the first Allow of some policies.
    fn union(&self, policies: &'a [Named<'a>], kind: Kind) -> Found<'a> {
        let mut found = Found::default();
        for named in policies {
            for index in named.policy.index.about(&self.asked) {
                let statement = &named.policy.list[index];
                let place = match statement.effect {
                    Effect::Deny => &mut found.deny,
                    Effect::Allow => &mut found.allow,
                };
                if place.is_none() && self.applies(statement).is_some() {
                    *place = Some(Hit { kind, named: *named, statement: index });
                }
            }
        }
        found
    }

    fn applies(&self, statement: &Statement) -> Option<Closeness> {
        let context = self.request.context;
        if !statement.covers_action(&self.asked, &self.none) {
            return None;
        }
        let closeness = self.closeness(statement)?;
        let holds = statement.covers_resource(&self.target, context, &self.asks)
            && statement.conditions.iter().all(|condition| condition.holds(context, &self.asks));
        holds.then_some(closeness)
    }

    /// How closely the statement names the caller; None if it is about others.
    pub fn closeness(&self, statement: &Statement) -> Option<Closeness> {
        let Some(clause) = &statement.principal else { return Some(Closeness::Direct) };
        let Request { principal, principal_account, .. } = self.request;
        let named = || clause.list.closeness(principal, *principal_account, &self.asks);
        if !clause.negated {
            return named();
        }
        // The careful reading for each effect: an Allow leaves out whoever is listed in any way, a Deny
        // spares only who is listed in every way, and nobody under a permissions boundary.
        let applies = match statement.effect {
            Effect::Allow => named().is_none(),
            Effect::Deny => self.policies.boundary.is_some() || !clause.list.lists_all_of(principal, *principal_account, &self.asks),
        };
        applies.then_some(Closeness::Direct)
    }
}

/// The Allows of every kind that found one.
struct Sides<'a> {
    resource: ResourceFound<'a>,
    identity: Option<Hit<'a>>,
    boundary: Option<Hit<'a>>,
    session: Option<Hit<'a>>,
}

/// The statements that together allow.
fn limits<'a>(first: Option<Hit<'a>>, second: Option<Hit<'a>>, sides: &Sides<'a>) -> Hits<'a> {
    Hits::of([first, second, sides.boundary, sides.session])
}
