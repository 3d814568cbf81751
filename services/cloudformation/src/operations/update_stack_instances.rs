use crate::{
    CloudFormation,
    prepare::Parameter,
    stack_sets::{
        Action, Begin, DeploymentTargets, Preferences, Targets, active, after_instances, begin, check_call_as, existing, in_regions,
        overrides,
    },
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes the stacks of a set in accounts, and the parameters of their own.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackInstances.html>
pub struct UpdateStackInstances;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    #[serde(default)]
    accounts: Vec<String>,
    deployment_targets: Option<DeploymentTargets>,
    #[serde(default)]
    regions: Vec<String>,
    parameter_overrides: Option<Vec<Parameter>>,
    #[serde(default)]
    operation_preferences: Preferences,
    operation_id: Option<String>,
    call_as: Option<String>,
}

/// The operation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    operation_id: String,
}

impl Operation for UpdateStackInstances {
    type Service = CloudFormation;
    const NAME: &'static str = "UpdateStackInstances";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        in_regions(view, "cloudformation:UpdateStackInstances", &input.stack_set_name, &input.regions)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let set = active(&mut **call, &input.stack_set_name)?;
        let here = call.region().as_str().to_string();
        let targets = Targets { accounts: &input.accounts, deployment: input.deployment_targets.as_ref(), regions: &input.regions };
        let (regions, pairs) = targets.pairs(Self::NAME, &here, &input.operation_preferences.region_order)?;
        let mut chosen = Vec::new();
        for instance in existing(call, &set, &pairs)? {
            let given = input.parameter_overrides.as_deref();
            let values = given.map(|given| overrides(&set, given, &instance.overrides)).transpose()?;
            chosen.push((instance.account, instance.region, values));
        }
        let begun = Begin {
            action: Action::Update,
            id: input.operation_id,
            preferences: input.operation_preferences,
            retain: false,
            regions,
            instances: chosen,
        };
        Ok(Output { operation_id: begin(call, &set, begun)? })
    }

    fn example() -> Example {
        after_instances(json!({"StackSetName": "Example", "Accounts": ["111111111111"], "Regions": ["us-east-1"]}))
    }

    fn recorded(input: &Input) -> serde_json::Value {
        super::recorded(input)
    }
}
