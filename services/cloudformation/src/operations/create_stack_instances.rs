use crate::{
    CloudFormation,
    prepare::Parameter,
    stack_sets::{
        Action, Begin, DeploymentTargets, Preferences, Targets, active, begin, check_call_as, example_instances, example_set, in_regions,
        overrides,
    },
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Makes the stacks of a set in accounts.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html>
pub struct CreateStackInstances;

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
    #[serde(default)]
    parameter_overrides: Vec<Parameter>,
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

impl Operation for CreateStackInstances {
    type Service = CloudFormation;
    const NAME: &'static str = "CreateStackInstances";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        in_regions(view, "cloudformation:CreateStackInstances", &input.stack_set_name, &input.regions)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let set = active(&mut **call, &input.stack_set_name)?;
        let here = call.region().as_str().to_string();
        let targets = Targets { accounts: &input.accounts, deployment: input.deployment_targets.as_ref(), regions: &input.regions };
        let (regions, pairs) = targets.pairs(Self::NAME, &here, &input.operation_preferences.region_order)?;
        let values = overrides(&set, &input.parameter_overrides, &BTreeMap::new())?;
        let chosen = pairs.into_iter().map(|(account, region)| (account, region, Some(values.clone()))).collect();
        let begun = Begin {
            action: Action::Create,
            id: input.operation_id,
            preferences: input.operation_preferences,
            retain: false,
            regions,
            instances: chosen,
        };
        Ok(Output { operation_id: begin(call, &set, begun)? })
    }

    fn example() -> Example {
        let (name, input) = example_set();
        Example::of(example_instances().1).after(name, input)
    }

    fn recorded(input: &Input) -> serde_json::Value {
        super::recorded(input)
    }
}
