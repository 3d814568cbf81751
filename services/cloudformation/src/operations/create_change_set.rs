use crate::{
    CloudFormation,
    deployment_config::{self, DeploymentConfig},
    error::{constraint, invalid, stack_missing},
    lifecycle::{Keys, check_updatable, demands, new_stack, refuse, take_name, template_text},
    names::{StackName, check_change_set_name},
    nested,
    options::{self, RollbackConfiguration},
    prepare::{Parameter, Prepared, Request, prepare},
    state::{CHANGE_SET_STACKS, CHANGE_SETS, ChangeSet, ChangeSetStatus, ChangeSetType, ExecutionStatus, OnFailure, Stack, Tag},
    status::StackStatus,
    workflow,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Says what a template would change, without changing it.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html>
pub struct CreateChangeSet;

/// What the stack would become.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    change_set_name: String,
    change_set_type: Option<ChangeSetType>,
    template_body: Option<String>,
    #[serde(rename = "TemplateURL")]
    template_url: Option<String>,
    use_previous_template: Option<bool>,
    #[serde(default)]
    parameters: Vec<Parameter>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    resource_types: Vec<String>,
    #[serde(rename = "RoleARN")]
    role_arn: Option<Arn>,
    description: Option<String>,
    client_token: Option<String>,
    tags: Option<Vec<Tag>>,
    on_stack_failure: Option<OnFailure>,
    #[serde(default, rename = "NotificationARNs")]
    notification_arns: Vec<String>,
    rollback_configuration: Option<RollbackConfiguration>,
    #[serde(default)]
    resources_to_import: Vec<Value>,
    /// A name that is taken by a resource outside the stack is told when the change set is executed: it is not imported.
    import_existing_resources: Option<bool>,
    /// Changes of nested stacks, told in change sets of their own.
    include_nested_stacks: Option<bool>,
    deployment_mode: Option<String>,
    deployment_config: Option<DeploymentConfig>,
}

/// Its ids.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) id: Arn,
    pub(crate) stack_id: Arn,
}

/// What `aws cloudformation deploy` takes as: there is nothing to do.
pub(crate) const EMPTY: &str = "The submitted information didn't contain changes. Submit different information to create a change set.";

/// AWS's own limits.
const MAX_CHANGE_SETS: usize = 1000;
const LONGEST_DESCRIPTION: usize = 1024;

/// The stack that is to change, or a new one that waits for its first change set to be executed.
fn stack_for(call: &mut Scope<'_, CloudFormation>, input: &Input) -> Result<Stack, Error> {
    let found = StackName::find(call, &input.stack_name)?.load(call)?;
    match (input.change_set_type.unwrap_or_default(), found) {
        (ChangeSetType::Update | ChangeSetType::Import, None) => Err(stack_missing(&input.stack_name)),
        (ChangeSetType::Update | ChangeSetType::Import, Some(stack)) => check_updatable(&stack, true).map(|()| stack),
        (ChangeSetType::Create, Some(stack)) if stack.status == StackStatus::ReviewInProgress => Ok(stack),
        (ChangeSetType::Create, Some(stack)) => Err(invalid(format!(
            "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
            stack.name, input.change_set_name
        ))),
        (ChangeSetType::Create, None) => {
            let mut stack = new_stack(call, &input.stack_name)?;
            take_name(call, &stack)?;
            stack.move_to(call, StackStatus::ReviewInProgress, Some("User Initiated".into()))?;
            Ok(stack)
        }
    }
}

impl Operation for CreateChangeSet {
    type Service = CloudFormation;
    const NAME: &'static str = "CreateChangeSet";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        check_change_set_name(&input.change_set_name)?;
        let stack = StackName::find(view, &input.stack_name)?;
        let keys = Keys {
            role: input.role_arn.as_ref(),
            template_url: input.template_url.as_deref(),
            resource_types: &input.resource_types,
            change_set: Some(&input.change_set_name),
            tags: input.tags.as_deref().unwrap_or_default(),
            ..Keys::default()
        };
        demands(view, "cloudformation:CreateChangeSet", &stack, &keys)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        deployment_config::check(Self::NAME, input.deployment_config.as_ref())?;
        refuse(
            Self::NAME,
            &[
                ("NotificationARNs", !input.notification_arns.is_empty()),
                ("ResourcesToImport", !input.resources_to_import.is_empty()),
                ("DeploymentMode", input.deployment_mode.is_some()),
                ("ChangeSetType IMPORT", input.change_set_type == Some(ChangeSetType::Import)),
            ],
        )?;
        let monitoring_minutes = options::monitoring(Self::NAME, input.rollback_configuration.as_ref())?;
        if input.on_stack_failure == Some(OnFailure::Delete) && input.change_set_type != Some(ChangeSetType::Create) {
            return Err(invalid("OnStackFailure DELETE is only valid when the ChangeSetType is CREATE"));
        }
        let stack = stack_for(call, &input)?;
        let others = call.scan(&CHANGE_SETS, &stack.key())?;
        if others.len() >= MAX_CHANGE_SETS {
            return Err(Error::new(
                "LimitExceededException",
                format!("Stack [{}] has {MAX_CHANGE_SETS} change sets; delete some of them", stack.name),
            ));
        }
        if let Some(long) = input.description.as_deref().filter(|text| text.len() > LONGEST_DESCRIPTION) {
            return Err(constraint("description", long, &format!("have length less than or equal to {LONGEST_DESCRIPTION}")));
        }
        let same_name = others
            .into_iter()
            .map(|(_, row)| row)
            .find(|row| row.name == input.change_set_name && row.execution != ExecutionStatus::ExecuteInProgress);
        if let Some(other) = same_name {
            if other.client_token.is_some() && other.client_token == input.client_token {
                return Ok(Output { id: other.arn, stack_id: stack.arn() });
            }
            return Err(Error::new("AlreadyExistsException", format!("ChangeSet [{}] already exists", input.change_set_name)));
        }
        let text = template_text(call, input.template_body, input.template_url.as_deref())?;
        let text = super::new_or_previous(text, input.use_previous_template)?;
        let request = Request {
            text,
            parameters: input.parameters,
            tags: input.tags,
            capabilities: input.capabilities,
            resource_types: input.resource_types,
            role: input.role_arn.clone(),
        };
        let mut prepared = prepare(call, &stack, request)?;
        if let Some(role) = &input.role_arn {
            workflow::role_actor(call, &stack, role)
                .map_err(|e| invalid(format!("Role {role} is invalid or cannot be assumed\n{}", e.message)))?;
        }
        let kind = input.change_set_type.unwrap_or_default();
        let uuid = base::uuid_v7(call.entropy(), call.now());
        let arn = Arn::new("cloudformation", &stack.region, stack.account.as_str(), &format!("changeSet/{}/{uuid}", input.change_set_name));
        let include_nested = input.include_nested_stacks == Some(true);
        let mut failed = None;
        if include_nested {
            let Prepared { version, survey, .. } = &mut prepared;
            let name = (input.change_set_name.as_str(), &arn);
            failed = nested::of_resources(call, &stack, name, version, &survey.nested, &mut survey.changes)?;
        }
        let empty = kind == ChangeSetType::Update && prepared.changes_nothing(&stack);
        let (status, execution) = if empty || failed.is_some() {
            (ChangeSetStatus::Failed, ExecutionStatus::Unavailable)
        } else {
            (ChangeSetStatus::CreateComplete, ExecutionStatus::Available)
        };
        let changes = prepared.survey.changes.clone();
        let change_set = ChangeSet {
            arn,
            name: input.change_set_name,
            uuid,
            kind,
            description: input.description,
            created: call.now(),
            status,
            reason: failed.or_else(|| empty.then(|| EMPTY.into())),
            execution,
            version: prepared.keep(call, &stack)?,
            role_arn: input.role_arn,
            on_failure: input.on_stack_failure,
            monitoring_minutes,
            client_token: input.client_token,
            changes,
            nested: include_nested,
            parent: None,
        };
        let [account, stack_uuid] = stack.key();
        call.put(&CHANGE_SETS, &[account, stack_uuid, change_set.uuid.as_str()], &change_set)?;
        call.put(&CHANGE_SET_STACKS, &[account, stack.region.as_str(), change_set.uuid.as_str()], &stack.uuid)?;
        stack.save(call)?;
        Ok(Output { id: change_set.arn, stack_id: stack.arn() })
    }

    fn example() -> Example {
        let (_, input) = super::example_change_set();
        Example::of(input)
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("with a role", super::example_with_role(super::example_change_set().1).inside(["sts:AssumeRole"]))]
    }

    fn recorded(input: &Input) -> Value {
        super::recorded(input)
    }
}
