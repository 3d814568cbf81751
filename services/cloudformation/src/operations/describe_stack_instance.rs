use crate::{
    CloudFormation,
    stack_sets::{INSTANCES, ShownInstance, after_instances, check_call_as, instance_missing, on_set, set},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows an instance of a stack set.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackInstance.html>
pub struct DescribeStackInstance;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    stack_instance_account: String,
    stack_instance_region: String,
    call_as: Option<String>,
}

/// The instance.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_instance: ShownInstance,
}

impl Operation for DescribeStackInstance {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeStackInstance";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:DescribeStackInstance", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = set(&mut **call, &input.stack_set_name)?;
        let (account, region) = (&*input.stack_instance_account, &*input.stack_instance_region);
        let [owner, uuid] = found.key();
        let instance = call.get(&INSTANCES, &[owner, uuid, account, region])?.ok_or_else(|| instance_missing(account, region))?;
        Ok(Output { stack_instance: ShownInstance::whole(&found, instance) })
    }

    fn example() -> Example {
        let input = json!({"StackSetName": "Example", "StackInstanceAccount": "111111111111", "StackInstanceRegion": "us-east-1"});
        after_instances(input)
    }
}
