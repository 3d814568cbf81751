use crate::{
    CloudFormation,
    lifecycle::{refuse, template_text},
    prepare::Parameter,
    stack_sets::{
        Action, Begin, DeploymentTargets, InstanceStatus, ManagedExecution, Preferences, SET_TEMPLATES, Targets, active, arn, begin,
        check_call_as, check_model, declare, example_set, existing, instances, pass,
    },
    state::Tag,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Changes a stack set, and then its instances.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html>
pub struct UpdateStackSet;

/// What it is to become.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    description: Option<String>,
    template_body: Option<String>,
    #[serde(rename = "TemplateURL")]
    template_url: Option<String>,
    use_previous_template: Option<bool>,
    #[serde(default)]
    parameters: Vec<Parameter>,
    #[serde(default)]
    capabilities: Vec<String>,
    tags: Option<Vec<Tag>>,
    #[serde(rename = "AdministrationRoleARN")]
    administration_role_arn: Option<Arn>,
    execution_role_name: Option<String>,
    permission_model: Option<String>,
    auto_deployment: Option<Value>,
    call_as: Option<String>,
    managed_execution: Option<ManagedExecution>,
    #[serde(default)]
    accounts: Vec<String>,
    deployment_targets: Option<DeploymentTargets>,
    #[serde(default)]
    regions: Vec<String>,
    #[serde(default)]
    operation_preferences: Preferences,
    operation_id: Option<String>,
}

/// The operation that changes the instances.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    operation_id: String,
}

impl Operation for UpdateStackSet {
    type Service = CloudFormation;
    const NAME: &'static str = "UpdateStackSet";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let demand = Demand::new("cloudformation:UpdateStackSet", arn(view, &input.stack_set_name)?)
            .with_some("cloudformation:RoleArn", input.administration_role_arn.as_ref().map(Arn::as_str))
            .with_some("cloudformation:TemplateUrl", input.template_url.as_deref())
            .with_some("cloudformation:TargetRegion", (!input.regions.is_empty()).then(|| input.regions.clone()))
            .with_tags(input.tags.iter().flatten().map(|t| (t.key.as_str(), t.value.as_str())));
        let passed = pass(view, input.administration_role_arn.as_ref())?;
        Ok(passed.into_iter().fold(demand.into(), Demands::and))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        check_model(Self::NAME, input.permission_model.as_deref())?;
        refuse(Self::NAME, &[("AutoDeployment", super::has_members(input.auto_deployment.as_ref()))])?;
        let mut set = active(&mut **call, &input.stack_set_name)?;
        let text = template_text(call, input.template_body, input.template_url.as_deref())?;
        let text = match super::new_or_previous(text, input.use_previous_template)? {
            Some(text) => text,
            None => call.get(&SET_TEMPLATES, &set.key())?.unwrap_or_default(),
        };
        let tags = input.tags.unwrap_or_else(|| set.tags.clone());
        let declared = declare(call, &text, &input.parameters, &set.parameters, &input.capabilities, &tags)?;
        (set.parameters, set.hidden, set.capabilities, set.tags) = (declared.values, declared.hidden, input.capabilities, tags);
        set.description = input.description.or(set.description);
        set.administration_role = input.administration_role_arn.or(set.administration_role);
        set.execution_role = input.execution_role_name.unwrap_or(set.execution_role);
        set.managed = input.managed_execution.and_then(|managed| managed.active).unwrap_or(set.managed);
        let here = call.region().as_str().to_string();
        let all = instances(call, &set)?;
        let (regions, chosen) = if input.accounts.is_empty() && input.deployment_targets.is_none() && input.regions.is_empty() {
            (vec![here], all.clone())
        } else {
            let targets = Targets { accounts: &input.accounts, deployment: input.deployment_targets.as_ref(), regions: &input.regions };
            let (regions, pairs) = targets.pairs(Self::NAME, &here, &input.operation_preferences.region_order)?;
            (regions, existing(call, &set, &pairs)?)
        };
        let chosen = chosen.into_iter().map(|instance| (instance.account, instance.region, None)).collect();
        let id = begin(
            call,
            &set,
            Begin {
                action: Action::Update,
                id: input.operation_id,
                preferences: input.operation_preferences,
                retain: false,
                regions,
                instances: chosen,
            },
        )?;
        // What is not updated now is not what the set says.
        for mut instance in instances(call, &set)?.into_iter().filter(|instance| instance.status == InstanceStatus::Current) {
            instance.status = InstanceStatus::Outdated;
            instance.save(call, &set)?;
        }
        call.put(&SET_TEMPLATES, &set.key(), &text)?;
        set.save(call)?;
        Ok(Output { operation_id: id })
    }

    fn example() -> Example {
        let (name, input) = example_set();
        Example::of(input.clone()).after(name, input)
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let (name, input) = example_set();
        let with = |member: &str, value: Value| {
            let mut changed = input.clone();
            changed[member] = value;
            Example::of(changed).after(name, input.clone())
        };
        vec![
            ("with a role", with("AdministrationRoleARN", json!("arn:aws:iam::111111111111:role/Administration"))),
            ("with tags", with("Tags", json!([{"Key": "team", "Value": "shop"}]))),
        ]
    }

    fn recorded(input: &Input) -> serde_json::Value {
        super::recorded(input)
    }
}
