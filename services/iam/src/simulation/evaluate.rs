//! Each action on each resource, asked of the engine.

use super::{
    Scenario, context,
    shapes::{
        BoundaryDetail, Details, EvalDecision, EvaluationResult, OrganizationsDetail, Position, ResourceResult, SimulatePolicyOutput,
        Statement,
    },
    source::{IDENTITY, PolicySource, Principal, PrincipalKind, RESOURCE},
};
use crate::{error::invalid_input, pages::page};
use base::{AccountId, Arn};
use gate::Error;
use policy::{Context, Effect, Named, Options, Policies, Policy, PolicyKind, Request, applying, decide};
use std::collections::BTreeMap;

/// All that a simulation needs, gathered.
pub(crate) struct Simulation {
    caller: CallerSide,
    identity: Vec<PolicySource>,
    boundary: Option<PolicySource>,
    /// By level; None: outside of an organization.
    service_control: Option<Vec<Vec<PolicySource>>>,
    resource: Option<PolicySource>,
    /// Opens the gates of keys and roles, whose policies must allow, where no resource policy is given.
    open: Policy,
    /// Of resources whose ARNs name no account.
    owner: AccountId,
    context: Context,
}

/// Who is simulated.
struct CallerSide {
    kind: PrincipalKind,
    arn: String,
    id: String,
    session: String,
    account: AccountId,
}

impl Simulation {
    /// A simulation of given policies, or of a principal's with given ones.
    pub(crate) fn new(
        account: AccountId,
        principal: Option<Principal>,
        given: Vec<PolicySource>,
        scenario: &Scenario,
    ) -> Result<Self, Error> {
        let mut context = Context::new();
        let mut identity = Vec::new();
        let (mut boundary, mut service_control) = (None, None);
        let mut caller = CallerSide { kind: PrincipalKind::User, arn: String::new(), id: String::new(), session: String::new(), account };
        if let Some(principal) = principal {
            known(&mut context, &principal, scenario.caller_arn.is_none());
            let Principal { kind, arn, account, name, id, policies, .. } = principal;
            let session = Arn::global("sts", account, &format!("assumed-role/{name}/simulation")).to_string();
            caller.account = account;
            // A group is nobody: its policies are simulated for a user without a name.
            if kind != PrincipalKind::Group {
                caller = CallerSide { kind, arn: arn.to_string(), id, session, account };
            }
            (identity, boundary, service_control) = (policies, principal.boundary, principal.service_control);
        }
        identity.extend(given);
        if let Some(arn) = &scenario.caller_arn {
            let account = arn.account().unwrap_or(account);
            let name = arn.resource().rsplit('/').next().unwrap_or_default();
            context.set("aws:PrincipalArn", arn.as_str()).set("aws:PrincipalAccount", account.as_str());
            context.set("aws:PrincipalType", "User").set("aws:username", name);
            caller = CallerSide { kind: PrincipalKind::User, arn: arn.to_string(), id: String::new(), session: String::new(), account };
        }
        if let [text] = &scenario.permissions_boundary_policy_input_list[..] {
            boundary = Some(PolicySource::read("PermissionsBoundaryPolicyInputList.1", IDENTITY, text, PolicyKind::Boundary)?);
        }
        let resource = match &scenario.resource_policy {
            Some(_) if caller.kind == PrincipalKind::Role => {
                return Err(invalid_input("Simulation of resource-based policies is not supported for IAM roles."));
            }
            Some(_) if caller.arn.is_empty() => {
                return Err(invalid_input("CallerArn is required with a ResourcePolicy where PolicySourceArn is not the ARN of a user."));
            }
            Some(text) => Some(PolicySource::read("ResourcePolicy", RESOURCE, text, PolicyKind::Resource)?),
            None => None,
        };
        let open = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"*","Resource":"*"}}}}"#,
            caller.account
        );
        let open = Policy::parse(&open, PolicyKind::Resource).map_err(Error::internal)?;
        context::put(&mut context, &scenario.context_entries)?;
        let owner = scenario.owner()?.unwrap_or(caller.account);
        Ok(Self { caller, identity, boundary, service_control, resource, open, owner, context })
    }

    fn all(&self) -> impl Iterator<Item = &PolicySource> {
        self.identity.iter().chain(&self.boundary).chain(&self.resource)
    }

    fn missing(&self, context: &Context) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        for key in self.all().flat_map(|source| source.policy.context_keys()) {
            if context.get(&key).is_none() && !missing.iter().any(|known| known.eq_ignore_ascii_case(&key)) {
                missing.push(key);
            }
        }
        missing
    }

    fn evaluate(&self, action: &str, resource: &str) -> ResourceResult {
        let own = self.caller.account;
        // Without a resource policy the identity's side alone is asked, whoever owns the resource.
        let owner = match &self.resource {
            Some(_) => resource.parse::<Arn>().ok().and_then(|arn| arn.account()).unwrap_or(self.owner),
            None => own,
        };
        let mut context = self.context.clone();
        if resource != "*" && context.get("aws:ResourceAccount").is_none() {
            context.set("aws:ResourceAccount", owner.as_str());
        }
        let named = |source| Named { name: "", policy: PolicySource::policy(source) };
        let identity: Vec<Named<'_>> = self.identity.iter().map(named).collect();
        let open = Named { name: "", policy: &self.open };
        let levels = self.service_control.iter().flatten();
        let service_control: Vec<Vec<Named<'_>>> = levels.map(|level| level.iter().map(named).collect()).collect();
        let question = Question {
            request: Request {
                principal: self.caller.principal(),
                principal_account: Some(own.as_str()),
                action,
                resource,
                resource_account: owner.as_str(),
                context: &context,
            },
            policies: Policies {
                identity: &identity,
                boundary: self.boundary.as_ref().map(named),
                service_control: &service_control,
                resource: Some(self.resource.as_ref().map_or(open, named)),
                ..Policies::default()
            },
        };
        let decision = question.decision();
        let details = (owner != own).then(|| {
            let request = Request { resource_account: own.as_str(), ..question.request };
            let alone = Question { request, policies: Policies { resource: Some(open), ..question.policies } };
            let resource = self.resource.as_ref().map_or(EvalDecision::ImplicitDeny, |source| question.says(source));
            Details { map: BTreeMap::from([(IDENTITY, alone.decision()), (RESOURCE, resource)]) }
        });
        let boundary = self.boundary.as_ref().map(|source| question.says(source) == EvalDecision::Allowed);
        ResourceResult {
            eval_resource_name: resource.to_owned(),
            eval_resource_decision: decision,
            matched_statements: self.deciding(&question, decision),
            missing_context_values: self.missing(&context),
            eval_decision_details: details,
            permissions_boundary_decision_detail: boundary.map(BoundaryDetail::of),
            organizations_decision_detail: self.service_control.as_ref().map(|levels| {
                let says = |level: &Vec<PolicySource>| level.iter().map(|source| question.says(source)).collect::<Vec<_>>();
                let allows = |said: Vec<EvalDecision>| said.contains(&EvalDecision::Allowed) && !said.contains(&EvalDecision::ExplicitDeny);
                OrganizationsDetail { allowed_by_organizations: levels.iter().map(says).all(allows) }
            }),
        }
    }

    /// The Denies if there are any; else the Allows, of which a boundary has none: it gives nothing.
    fn deciding(&self, question: &Question<'_>, decision: EvalDecision) -> Vec<Statement> {
        let giving = self.identity.iter().chain(&self.resource);
        let (sources, effect): (Vec<_>, _) = match decision {
            EvalDecision::Allowed => (giving.collect(), Effect::Allow),
            EvalDecision::ExplicitDeny => (self.all().collect(), Effect::Deny),
            EvalDecision::ImplicitDeny => return Vec::new(),
        };
        let of = |source| question.applying(source).filter(move |(_, e)| *e == effect).filter_map(move |(n, _)| statement(source, n));
        sources.into_iter().flat_map(of).collect()
    }
}

/// A request and the policies that are asked about it.
struct Question<'a> {
    request: Request<'a>,
    policies: Policies<'a>,
}

impl Question<'_> {
    fn decision(&self) -> EvalDecision {
        decide(&self.request, &self.policies, &Options::default()).verdict.into()
    }
    /// The statements of one policy that apply.
    fn applying<'s>(&self, source: &'s PolicySource) -> impl Iterator<Item = (usize, Effect)> + use<'s> {
        let hits = applying(&self.request, &source.policy, &self.policies, &Options::default());
        hits.into_iter().filter_map(|n| Some((n, source.policy.statement(n)?.effect)))
    }
    /// What one policy says by itself.
    fn says(&self, source: &PolicySource) -> EvalDecision {
        let effects: Vec<Effect> = self.applying(source).map(|(_, effect)| effect).collect();
        match &effects[..] {
            [] => EvalDecision::ImplicitDeny,
            all if all.contains(&Effect::Deny) => EvalDecision::ExplicitDeny,
            _ => EvalDecision::Allowed,
        }
    }
}

impl CallerSide {
    fn principal(&self) -> policy::Principal<'_> {
        let Self { arn, id, session, .. } = self;
        match self.kind {
            PrincipalKind::User | PrincipalKind::Group => policy::Principal::User { arn, id },
            PrincipalKind::Role => {
                let linked = arn.contains(":role/aws-service-role/");
                policy::Principal::Role { role_arn: arn, role_id: id, session_arn: session, linked }
            }
        }
    }
}

/// What the simulator knows of a principal by itself.
fn known(context: &mut Context, principal: &Principal, as_itself: bool) {
    for (key, value) in &principal.tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value);
    }
    if !as_itself || principal.kind == PrincipalKind::Group {
        return;
    }
    context.set("aws:PrincipalArn", principal.arn.as_str()).set("aws:PrincipalAccount", principal.account.as_str());
    match principal.kind {
        PrincipalKind::Group => {}
        PrincipalKind::User => {
            context.set("aws:PrincipalType", "User").set("aws:username", &principal.name).set("aws:userid", &principal.id);
        }
        PrincipalKind::Role => {
            context.set("aws:PrincipalType", "AssumedRole");
        }
    }
}

fn statement(source: &PolicySource, index: usize) -> Option<Statement> {
    let span = source.spans.get(index)?;
    Some(Statement {
        source_policy_id: source.id.clone(),
        source_policy_type: source.kind,
        start_position: Position { line: span.start_line, column: span.start_column },
        end_position: Position { line: span.end_line, column: span.end_column },
    })
}

/// Evaluates a page of the actions.
pub(crate) fn simulate(simulation: &Simulation, scenario: &Scenario) -> Result<SimulatePolicyOutput, Error> {
    let actions = scenario.action_names.iter().enumerate();
    let page = page(actions, |(n, _)| format!("{n:06}"), scenario.marker.as_deref(), scenario.max_items)?;
    let results = page.items.into_iter().map(|(_, action)| result(simulation, action, &scenario.resource_arns)).collect();
    Ok(SimulatePolicyOutput { evaluation_results: results, is_truncated: page.marker.is_some(), marker: page.marker })
}

fn result(simulation: &Simulation, action: &str, resources: &[String]) -> EvaluationResult {
    if !resources.is_empty() && resources != ["*"] {
        return together(action, resources.iter().map(|resource| simulation.evaluate(action, resource)).collect());
    }
    let all = simulation.evaluate(action, "*");
    EvaluationResult {
        eval_action_name: action.to_owned(),
        eval_resource_name: Some(all.eval_resource_name),
        eval_decision: all.eval_resource_decision,
        matched_statements: all.matched_statements,
        missing_context_values: all.missing_context_values,
        organizations_decision_detail: all.organizations_decision_detail,
        permissions_boundary_decision_detail: all.permissions_boundary_decision_detail,
        eval_decision_details: None,
        resource_specific_results: None,
    }
}

/// The most restrictive decision stands for all resources.
fn together(action: &str, results: Vec<ResourceResult>) -> EvaluationResult {
    let decision = results.iter().map(|result| result.eval_resource_decision).max().unwrap_or(EvalDecision::ImplicitDeny);
    let mut matched: Vec<Statement> = Vec::new();
    for statement in results.iter().filter(|r| r.eval_resource_decision == decision).flat_map(|r| &r.matched_statements) {
        if !matched.contains(statement) {
            matched.push(statement.clone());
        }
    }
    let deciding = results.iter().find(|result| result.eval_resource_decision == decision);
    let allowed_by_boundary =
        |result: &ResourceResult| result.permissions_boundary_decision_detail.map(|d| d.allowed_by_permissions_boundary);
    let boundary: Option<Vec<bool>> = results.iter().map(allowed_by_boundary).collect();
    let allowed_by_organizations = |result: &ResourceResult| result.organizations_decision_detail.map(|d| d.allowed_by_organizations);
    let organizations: Option<Vec<bool>> = results.iter().map(allowed_by_organizations).collect();
    EvaluationResult {
        eval_action_name: action.to_owned(),
        eval_resource_name: match &results[..] {
            [only] => Some(only.eval_resource_name.clone()),
            _ => None,
        },
        eval_decision: decision,
        matched_statements: matched,
        missing_context_values: Vec::new(),
        organizations_decision_detail: organizations
            .map(|all| OrganizationsDetail { allowed_by_organizations: all.into_iter().all(|allowed| allowed) }),
        permissions_boundary_decision_detail: boundary.map(|all| BoundaryDetail::of(all.into_iter().all(|allowed| allowed))),
        eval_decision_details: Some(deciding.and_then(|result| result.eval_decision_details.clone()).unwrap_or_default()),
        resource_specific_results: Some(results),
    }
}
