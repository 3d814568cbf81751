//! What the operations that begin and end a stack's work have in common.

use crate::{
    CloudFormation,
    error::{constraint, invalid, not_terminal, not_updatable, stack_exists},
    exports,
    names::{StackName, change_set_name},
    nested,
    prepare::Prepared,
    state::{CHANGE_SET_STACKS, CHANGE_SETS, ChangeSet, ExecutionStatus, NAMES, OnFailure, Stack, TEMPLATES, Tag},
    status::StackStatus,
    template_url,
    workflow::{self, Phase},
};
use base::Arn;
use gate::{Demand, Demands, Error, Protocol, Scope, View};

/// The longest template that travels in a request.
const LONGEST_BODY: usize = 51_200;
/// On AWS a pipeline's action gives an address of the template that it read from its artifact, and so it may be as long as one in a
/// bucket; here it hands over the template itself. From the wire an address of the network stands in this place.
const READS_ARTIFACTS: &str = "codepipeline.amazonaws.com";

/// What conditions of policies may look at.
#[derive(Default)]
pub(crate) struct Keys<'a> {
    pub(crate) role: Option<&'a Arn>,
    pub(crate) template_url: Option<&'a str>,
    pub(crate) policy_url: Option<&'a str>,
    pub(crate) resource_types: &'a [String],
    pub(crate) change_set: Option<&'a str>,
    pub(crate) tags: &'a [Tag],
}

/// The right to `action` on a stack, and to pass the role that is given.
pub(crate) fn demands(view: &View<'_, CloudFormation>, action: &'static str, stack: &StackName, keys: &Keys<'_>) -> Result<Demands, Error> {
    let mut demand = Demand::new(action, stack.arn())
        .with_some("cloudformation:RoleArn", keys.role.map(Arn::as_str))
        .with_some("cloudformation:TemplateUrl", keys.template_url)
        .with_some("cloudformation:StackPolicyUrl", keys.policy_url)
        .with_some("cloudformation:ChangeSetName", keys.change_set.map(change_set_name))
        .with_tags(keys.tags.iter().map(|t| (t.key.as_str(), t.value.as_str())));
    if !keys.resource_types.is_empty() {
        demand = demand.with("cloudformation:ResourceTypes", keys.resource_types.to_vec());
    }
    let demands = Demands::from(demand);
    let Some(role) = keys.role else { return Ok(demands) };
    if role.account() != Some(view.account()?) {
        return Err(Error::access_denied(Protocol::Query, "Cross-account pass role is not allowed."));
    }
    Ok(demands.and(Demand::new("iam:PassRole", role.clone()).with("iam:PassedToService", "cloudformation.amazonaws.com")))
}

/// The right to `action` on the stack of this name or id, whatever the request says beside.
pub(crate) fn on_stack(view: &mut View<'_, CloudFormation>, action: &'static str, stack: &str) -> Result<Demands, Error> {
    let stack = StackName::find(view, stack)?;
    demands(view, action, &stack, &Keys::default())
}

/// The template that a request brings, if it brings one.
pub(crate) fn template_text(
    scope: &mut Scope<'_, CloudFormation>,
    body: Option<String>,
    url: Option<&str>,
) -> Result<Option<String>, Error> {
    let longest = if scope.context().source_ip == READS_ARTIFACTS { template_url::LONGEST_TEMPLATE } else { LONGEST_BODY };
    match (body, url) {
        (Some(_), Some(_)) => Err(invalid("Only one of TemplateBody and TemplateURL may be specified.")),
        (Some(body), None) if body.is_empty() || body.len() > longest => Err(invalid(format!(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length between 1 and {longest}; \
                 put a longer template into a bucket and give TemplateURL"
        ))),
        (Some(body), None) => Ok(Some(body)),
        (None, Some(url)) => template_url::fetch(scope, url).map(Some),
        (None, None) => Ok(None),
    }
}

/// Members that would change the effect and are not there.
pub(crate) fn refuse(operation: &str, given: &[(&str, bool)]) -> Result<(), Error> {
    match given.iter().find(|(_, given)| *given) {
        Some((member, _)) => Err(Error::not_implemented(&format!("cloudformation:{operation} with {member}"))),
        None => Ok(()),
    }
}

/// A stack that is not saved yet. Its caller acts for it.
pub(crate) fn new_stack(scope: &mut Scope<'_, CloudFormation>, name: &str) -> Result<Stack, Error> {
    let (account, region) = (scope.account()?, scope.region().as_str().to_string());
    if scope.get(&NAMES, &[account.as_str(), &region, name])?.is_some() {
        return Err(stack_exists(name));
    }
    let actor = scope.forward();
    Ok(Stack {
        account,
        region,
        name: name.into(),
        uuid: base::uuid(scope.entropy()),
        status: StackStatus::ReviewInProgress,
        reason: None,
        created: scope.now(),
        updated: None,
        deleted: None,
        current: None,
        target: None,
        outputs: Vec::new(),
        role_arn: None,
        actor: scope.keep(&actor)?,
        on_failure: OnFailure::default(),
        timeout_minutes: None,
        termination_protection: false,
        change_set: None,
        client_request_token: None,
        retain_except_on_create: false,
        monitoring_minutes: None,
        policy: None,
        policy_during_update: None,
        force_delete: false,
        retain: Vec::new(),
        skip: Vec::new(),
        events: 0,
        last_event: base::Timestamp::default(),
        failure: None,
        nesting: None,
    })
}

/// Gives the stack its name.
pub(crate) fn take_name(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<(), Error> {
    scope.put(&NAMES, &[stack.account.as_str(), stack.region.as_str(), stack.name.as_str()], &stack.uuid)
}

const LONGEST_TOKEN: usize = 128;

/// From now on the caller, or the role that it passes, acts for the stack.
pub(crate) fn act(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, role: Option<Arn>, token: Option<String>) -> Result<(), Error> {
    if let Some(long) = token.as_deref().filter(|token| token.len() > LONGEST_TOKEN) {
        return Err(constraint("clientRequestToken", long, &format!("have length less than or equal to {LONGEST_TOKEN}")));
    }
    let actor = scope.forward();
    stack.actor = scope.keep(&actor)?;
    stack.client_request_token = token;
    if let Some(role) = role {
        workflow::role_actor(scope, stack, &role)
            .map_err(|e| invalid(format!("Role {role} is invalid or cannot be assumed\n{}", e.message)))?;
        stack.role_arn = Some(role);
    }
    Ok(())
}

/// Begins to bring about what was prepared.
pub(crate) fn begin(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, prepared: Prepared) -> Result<(), Error> {
    let version = prepared.keep(scope, stack)?;
    begin_version(scope, stack, version)
}

/// As `begin`, for a version whose template is kept already.
pub(crate) fn begin_version(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, version: crate::state::Version) -> Result<(), Error> {
    exports::import(scope, stack, &version.imports)?;
    stack.let_loose();
    let making = stack.status == StackStatus::ReviewInProgress;
    if let Some(abandoned) = stack.target.replace(version) {
        // What an operation that failed was to bring about.
        let kept = [&stack.current, &stack.target].into_iter().flatten().flat_map(|v| v.imports.iter().cloned()).collect();
        exports::let_go(scope, stack, &abandoned.imports, &kept);
        workflow::forget_template(scope, stack, &abandoned);
    }
    let (status, phase) =
        if making { (StackStatus::CreateInProgress, Phase::Create) } else { (StackStatus::UpdateInProgress, Phase::Update) };
    if !making {
        stack.updated = Some(scope.now());
    }
    stack.move_to(scope, status, Some("User Initiated".into()))?;
    stack.save(scope)?;
    workflow::start(scope, stack, phase)
}

/// Drops a change set with its template.
pub(crate) fn drop_change_set(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, change_set: &ChangeSet) -> Result<(), Error> {
    let [account, uuid] = stack.key();
    scope.delete(&CHANGE_SETS, &[account, uuid, change_set.uuid.as_str()]);
    scope.delete(&CHANGE_SET_STACKS, &[account, stack.region.as_str(), change_set.uuid.as_str()]);
    let used = [&stack.current, &stack.target].into_iter().flatten().any(|version| version.template == change_set.version.template);
    if !used {
        scope.delete(&TEMPLATES, &[account, uuid, change_set.version.template.as_str()]);
    }
    // One that was executed has none that could be dropped: they were executed with it.
    use ExecutionStatus::{Available, Obsolete, Unavailable};
    match change_set.execution_of(stack) {
        Available | Obsolete | Unavailable => nested::drop_of(scope, change_set),
        _ => Ok(()),
    }
}

/// Whether an update may begin, which rolls back or does not.
pub(crate) fn check_updatable(stack: &Stack, disable_rollback: bool) -> Result<(), Error> {
    match stack.status {
        status if status.updatable() => Ok(()),
        status if status.left_as_it_was() && disable_rollback => Ok(()),
        status if status.left_as_it_was() => Err(not_terminal(stack)),
        _ => Err(not_updatable(stack)),
    }
}

/// A stack that changes without them makes its change sets obsolete.
pub(crate) fn outdate_change_sets(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<(), Error> {
    let [account, uuid] = stack.key();
    for (_, change_set) in scope.scan(&CHANGE_SETS, &stack.key())? {
        let execution = match change_set.execution_of(stack) {
            ExecutionStatus::Available => ExecutionStatus::Obsolete,
            other => other,
        };
        if execution != change_set.execution {
            let outdated = ChangeSet { execution, ..change_set };
            scope.put(&CHANGE_SETS, &[account, uuid, outdated.uuid.as_str()], &outdated)?;
        }
    }
    Ok(())
}

/// A stack that changes makes its change sets meaningless, as on AWS; the one that is executed stays.
pub(crate) fn drop_change_sets(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, kept: Option<&str>) -> Result<(), Error> {
    for (_, change_set) in scope.scan(&CHANGE_SETS, &stack.key())? {
        if kept != Some(change_set.uuid.as_str()) {
            drop_change_set(scope, stack, &change_set)?;
        }
    }
    Ok(())
}
