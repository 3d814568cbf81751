use crate::{
    CloudFormation,
    deployment_config::{self, DeploymentConfig},
    error::{no_updates, stack_missing},
    lifecycle::{Keys, act, begin, check_updatable, demands, outdate_change_sets, refuse, template_text},
    names::{self, StackName},
    options::{self, RollbackConfiguration},
    prepare::{Parameter, Request, prepare},
    state::{OnFailure, Tag},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Begins to change a stack.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html>
pub struct UpdateStack;

/// What it is to become.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
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
    client_request_token: Option<String>,
    tags: Option<Vec<Tag>>,
    #[serde(default, rename = "NotificationARNs")]
    notification_arns: Vec<String>,
    stack_policy_body: Option<String>,
    #[serde(rename = "StackPolicyURL")]
    stack_policy_url: Option<String>,
    stack_policy_during_update_body: Option<String>,
    #[serde(rename = "StackPolicyDuringUpdateURL")]
    stack_policy_during_update_url: Option<String>,
    rollback_configuration: Option<RollbackConfiguration>,
    disable_rollback: Option<bool>,
    deployment_config: Option<DeploymentConfig>,
    retain_except_on_create: Option<bool>,
    /// A stack set's template, which may be longer than those of requests.
    #[serde(skip)]
    pub(crate) text: Option<String>,
}

/// Its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_id: Arn,
}

impl Operation for UpdateStack {
    type Service = CloudFormation;
    const NAME: &'static str = "UpdateStack";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = StackName::find(view, &input.stack_name)?;
        let keys = Keys {
            role: input.role_arn.as_ref(),
            template_url: input.template_url.as_deref(),
            policy_url: input.stack_policy_url.as_deref().or(input.stack_policy_during_update_url.as_deref()),
            resource_types: &input.resource_types,
            tags: input.tags.as_deref().unwrap_or_default(),
            ..Keys::default()
        };
        demands(view, "cloudformation:UpdateStack", &stack, &keys)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        deployment_config::check(Self::NAME, input.deployment_config.as_ref())?;
        refuse(Self::NAME, &[("NotificationARNs", !input.notification_arns.is_empty())])?;
        let monitoring_minutes = options::monitoring(Self::NAME, input.rollback_configuration.as_ref())?;
        let mut stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        let disable_rollback = input.disable_rollback == Some(true);
        check_updatable(&stack, disable_rollback)?;
        let text = match input.text {
            Some(text) => Some(text),
            None => template_text(call, input.template_body, input.template_url.as_deref())?,
        };
        let text = super::new_or_previous(text, input.use_previous_template)?;
        let request = Request {
            text,
            parameters: input.parameters,
            tags: input.tags,
            capabilities: input.capabilities,
            resource_types: input.resource_types,
            role: input.role_arn.clone(),
        };
        let prepared = prepare(call, &stack, request)?.unseen()?;
        if prepared.changes_nothing(&stack) {
            return Err(no_updates());
        }
        let policy = options::policy(call, "StackPolicy", input.stack_policy_body, input.stack_policy_url.as_deref())?;
        if let Some(policy) = prepared.checked_policy(call, &stack, policy)? {
            stack.policy = Some(policy);
        }
        let (body, url) = (input.stack_policy_during_update_body, input.stack_policy_during_update_url);
        let policy = options::policy(call, "StackPolicyDuringUpdate", body, url.as_deref())?;
        stack.policy_during_update = prepared.checked_policy(call, &stack, policy)?;
        stack.on_failure = if disable_rollback { OnFailure::DoNothing } else { OnFailure::Rollback };
        stack.retain_except_on_create = input.retain_except_on_create == Some(true);
        stack.monitoring_minutes = monitoring_minutes.or(stack.monitoring_minutes);
        outdate_change_sets(call, &stack)?;
        act(call, &mut stack, input.role_arn, input.client_request_token)?;
        begin(call, &mut stack, prepared)?;
        Ok(Output { stack_id: stack.arn() })
    }

    /// Succeeds when the stack of the call before has been made.
    fn example() -> Example {
        let (name, input) = super::example_stack();
        let mut updated = input.clone();
        updated["Tags"] = serde_json::json!([{"Key": "team", "Value": "delivery"}]);
        Example::of(updated).after(name, input)
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![(
            "with a role",
            super::example_with_role(Self::example().input)
                .after("cloudformation:CreateStack", super::example_stack().1)
                .inside(["sts:AssumeRole"]),
        )]
    }

    fn recorded(input: &Input) -> Value {
        super::recorded(input)
    }
}
