use crate::{
    CloudFormation,
    stack_sets::{
        Action, Begin, DeploymentTargets, Preferences, Targets, active, after_instances, begin, check_call_as, in_regions, instances,
    },
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes the stacks of a set in accounts, or lets go of them.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStackInstances.html>
pub struct DeleteStackInstances;

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
    retain_stacks: bool,
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

impl Operation for DeleteStackInstances {
    type Service = CloudFormation;
    const NAME: &'static str = "DeleteStackInstances";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        in_regions(view, "cloudformation:DeleteStackInstances", &input.stack_set_name, &input.regions)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let set = active(&mut **call, &input.stack_set_name)?;
        let here = call.region().as_str().to_string();
        let targets = Targets { accounts: &input.accounts, deployment: input.deployment_targets.as_ref(), regions: &input.regions };
        let (regions, pairs) = targets.pairs(Self::NAME, &here, &input.operation_preferences.region_order)?;
        let there = instances(call, &set)?;
        let chosen: Vec<_> = pairs
            .into_iter()
            .filter(|(account, region)| there.iter().any(|instance| instance.account == *account && instance.region == *region))
            .map(|(account, region)| (account, region, None))
            .collect();
        let begun = Begin {
            action: Action::Delete,
            id: input.operation_id,
            preferences: input.operation_preferences,
            retain: input.retain_stacks,
            regions,
            instances: chosen,
        };
        Ok(Output { operation_id: begin(call, &set, begun)? })
    }

    fn example() -> Example {
        let input = json!({"StackSetName": "Example", "Accounts": ["111111111111"], "Regions": ["us-east-1"], "RetainStacks": true});
        after_instances(input)
    }
}
