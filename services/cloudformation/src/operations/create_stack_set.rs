use crate::{
    CloudFormation,
    error::{constraint, invalid},
    lifecycle::{refuse, template_text},
    prepare::Parameter,
    stack_sets::{
        EXECUTION_ROLE, ManagedExecution, SET_NAMES, SET_TEMPLATES, SetStatus, StackSet, check_call_as, check_model, check_name, declare,
        example_set, find, pass,
    },
    state::Tag,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Makes a stack set, without instances.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html>
pub struct CreateStackSet;

/// The set.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    description: Option<String>,
    template_body: Option<String>,
    #[serde(rename = "TemplateURL")]
    template_url: Option<String>,
    stack_id: Option<String>,
    #[serde(default)]
    parameters: Vec<Parameter>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(rename = "AdministrationRoleARN")]
    administration_role_arn: Option<Arn>,
    execution_role_name: Option<String>,
    permission_model: Option<String>,
    auto_deployment: Option<Value>,
    call_as: Option<String>,
    managed_execution: Option<ManagedExecution>,
    client_request_token: Option<String>,
}

/// Its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_set_id: String,
}

/// AWS's own limit.
const LONGEST_DESCRIPTION: usize = 1024;

impl Operation for CreateStackSet {
    type Service = CloudFormation;
    const NAME: &'static str = "CreateStackSet";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        check_name(&input.stack_set_name)?;
        let demand = Demand::any("cloudformation:CreateStackSet")
            .with_some("cloudformation:RoleArn", input.administration_role_arn.as_ref().map(Arn::as_str))
            .with_some("cloudformation:TemplateUrl", input.template_url.as_deref())
            .with_tags(input.tags.iter().map(|t| (t.key.as_str(), t.value.as_str())));
        let passed = pass(view, input.administration_role_arn.as_ref())?;
        Ok(passed.into_iter().fold(demand.into(), Demands::and))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        check_model(Self::NAME, input.permission_model.as_deref())?;
        refuse(
            Self::NAME,
            &[("StackId", input.stack_id.is_some()), ("AutoDeployment", super::has_members(input.auto_deployment.as_ref()))],
        )?;
        if let Some(long) = input.description.as_deref().filter(|text| text.len() > LONGEST_DESCRIPTION) {
            return Err(constraint("description", long, &format!("have length less than or equal to {LONGEST_DESCRIPTION}")));
        }
        if let Some(there) = find(&mut **call, &input.stack_set_name)? {
            // A client that did not hear the answer asks again with the same token.
            if there.client_request_token.is_some() && there.client_request_token == input.client_request_token {
                return Ok(Output { stack_set_id: there.id() });
            }
            let message = format!("The StackSet {} already exists", input.stack_set_name);
            return Err(Error::new("NameAlreadyExistsException", message).status(409));
        }
        let text = template_text(call, input.template_body, input.template_url.as_deref())?;
        let text = text.ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?;
        let declared = declare(call, &text, &input.parameters, &BTreeMap::new(), &input.capabilities, &input.tags)?;
        let set = StackSet {
            account: call.account()?,
            region: call.region().as_str().to_string(),
            uuid: base::uuid(call.entropy()),
            name: input.stack_set_name,
            status: SetStatus::Active,
            description: input.description,
            parameters: declared.values,
            hidden: declared.hidden,
            capabilities: input.capabilities,
            tags: input.tags,
            administration_role: input.administration_role_arn,
            execution_role: input.execution_role_name.unwrap_or_else(|| EXECUTION_ROLE.into()),
            managed: input.managed_execution.and_then(|managed| managed.active).unwrap_or(false),
            client_request_token: input.client_request_token,
            created: call.now(),
        };
        call.put(&SET_NAMES, &[set.account.as_str(), set.region.as_str(), set.name.as_str()], &set.uuid)?;
        call.put(&SET_TEMPLATES, &set.key(), &text)?;
        set.save(call)?;
        Ok(Output { stack_set_id: set.id() })
    }

    fn example() -> Example {
        Example::of(example_set().1)
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let with = |member: &str, value: Value| {
            let mut input = example_set().1;
            input[member] = value;
            input
        };
        vec![
            ("with a role", Example::of(with("AdministrationRoleARN", json!("arn:aws:iam::111111111111:role/Administration")))),
            ("with tags", Example::of(with("Tags", json!([{"Key": "team", "Value": "shop"}])))),
        ]
    }

    fn recorded(input: &Input) -> serde_json::Value {
        super::recorded(input)
    }
}
