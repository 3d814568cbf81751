use crate::{
    CloudFormation,
    deployment_config::{self, DeploymentConfig},
    error::invalid,
    lifecycle::{Keys, act, begin, demands, new_stack, outdate_change_sets, refuse, take_name, template_text},
    names::{StackName, check_stack_name},
    options::{self, RollbackConfiguration},
    prepare::{Parameter, Request, prepare},
    state::{OnFailure, Stack, Tag},
    status::StackStatus,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Begins to make a stack.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>
pub struct CreateStack;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    template_body: Option<String>,
    #[serde(rename = "TemplateURL")]
    template_url: Option<String>,
    #[serde(default)]
    parameters: Vec<Parameter>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    resource_types: Vec<String>,
    #[serde(rename = "RoleARN")]
    role_arn: Option<Arn>,
    on_failure: Option<OnFailure>,
    disable_rollback: Option<bool>,
    timeout_in_minutes: Option<u32>,
    enable_termination_protection: Option<bool>,
    client_request_token: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default, rename = "NotificationARNs")]
    notification_arns: Vec<String>,
    stack_policy_body: Option<String>,
    #[serde(rename = "StackPolicyURL")]
    stack_policy_url: Option<String>,
    rollback_configuration: Option<RollbackConfiguration>,
    retain_except_on_create: Option<bool>,
    deployment_config: Option<DeploymentConfig>,
    /// A stack set's template, which may be longer than those of requests.
    #[serde(skip)]
    pub(crate) text: Option<String>,
}

/// Its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) stack_id: Arn,
}

impl Operation for CreateStack {
    type Service = CloudFormation;
    const NAME: &'static str = "CreateStack";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        check_stack_name(&input.stack_name)?;
        let stack = StackName::find(view, &input.stack_name)?;
        let keys = Keys {
            role: input.role_arn.as_ref(),
            template_url: input.template_url.as_deref(),
            policy_url: input.stack_policy_url.as_deref(),
            resource_types: &input.resource_types,
            tags: &input.tags,
            ..Keys::default()
        };
        demands(view, "cloudformation:CreateStack", &stack, &keys)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        deployment_config::check(Self::NAME, input.deployment_config.as_ref())?;
        refuse(Self::NAME, &[("NotificationARNs", !input.notification_arns.is_empty())])?;
        let monitoring_minutes = options::monitoring(Self::NAME, input.rollback_configuration.as_ref())?;
        // A client that did not hear the answer asks again with the same token.
        let found = StackName::find(&mut **call, &input.stack_name)?.load(&mut **call)?;
        if let Some(stack) =
            found.as_ref().filter(|s| s.client_request_token.is_some() && s.client_request_token == input.client_request_token)
        {
            return Ok(Output { stack_id: stack.arn() });
        }
        let on_failure = match (input.disable_rollback, input.on_failure) {
            (Some(_), Some(_)) => return Err(invalid("You can specify either DisableRollback or OnFailure, but not both.")),
            (Some(true), None) => OnFailure::DoNothing,
            (_, on_failure) => on_failure.unwrap_or_default(),
        };
        if input.timeout_in_minutes == Some(0) {
            return Err(crate::error::constraint("timeoutInMinutes", "0", "have value greater than or equal to 1"));
        }
        // One that waits for a change set is made without it.
        let mut stack = match found.filter(|stack| stack.status == StackStatus::ReviewInProgress) {
            Some(stack) => Stack { created: call.now(), ..stack },
            None => new_stack(call, &input.stack_name)?,
        };
        stack.on_failure = on_failure;
        stack.timeout_minutes = input.timeout_in_minutes;
        stack.termination_protection = input.enable_termination_protection.unwrap_or(false);
        let text = match input.text {
            Some(text) => Some(text),
            None => template_text(call, input.template_body, input.template_url.as_deref())?,
        };
        let request = Request {
            text,
            parameters: input.parameters,
            tags: Some(input.tags),
            capabilities: input.capabilities,
            resource_types: input.resource_types,
            role: input.role_arn.clone(),
        };
        let prepared = prepare(call, &stack, request)?.unseen()?;
        stack.monitoring_minutes = monitoring_minutes;
        stack.retain_except_on_create = input.retain_except_on_create == Some(true);
        let policy = options::policy(call, "StackPolicy", input.stack_policy_body, input.stack_policy_url.as_deref())?;
        stack.policy = prepared.checked_policy(call, &stack, policy)?;
        act(call, &mut stack, input.role_arn, input.client_request_token)?;
        take_name(call, &stack)?;
        outdate_change_sets(call, &stack)?;
        begin(call, &mut stack, prepared)?;
        Ok(Output { stack_id: stack.arn() })
    }

    fn example() -> Example {
        let (_, input) = super::example_stack();
        Example::of(input)
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("with a role", super::example_with_role(super::example_stack().1).inside(["sts:AssumeRole"])),
            (
                "with tags",
                Example::of(json!({"StackName": "Example", "TemplateBody": super::EXAMPLE, "Tags": [{"Key": "team", "Value": "shop"}]})),
            ),
            (
                "with a template from a bucket",
                Example::of(json!({"StackName": "Example", "TemplateURL": "https://example-bucket.s3.us-east-1.amazonaws.com/stack.yaml"}))
                    .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
                    .after_sending("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "stack.yaml"}), super::EXAMPLE.as_bytes())
                    .inside(["s3:GetObject"]),
            ),
            (
                "with a stored parameter",
                Example::of(json!({"StackName": "Example", "TemplateBody": super::EXAMPLE_STORED}))
                    .after("ssm:PutParameter", json!({"Name": "/example", "Type": "String", "Value": "/logs"}))
                    .inside(["ssm:GetParameters"]),
            ),
            (
                "with a parameter",
                Example::of(
                    json!({"StackName": "Example", "TemplateBody": super::EXAMPLE_PARAMETER, "Parameters": [{"ParameterKey": "Password", "ParameterValue": "a secret"}]}),
                ),
            ),
        ]
    }

    fn recorded(input: &Input) -> Value {
        super::recorded(input)
    }
}
