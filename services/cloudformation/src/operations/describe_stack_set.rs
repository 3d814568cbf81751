use crate::{
    CloudFormation,
    stack_sets::{
        ManagedExecution, SET_TEMPLATES, SetStatus, ShownParameter, check_call_as, example_set, instances, on_set, set, shown_parameters,
    },
    state::Tag,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows a stack set with its template.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackSet.html>
pub struct DescribeStackSet;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    call_as: Option<String>,
}

/// The set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_set: Shown,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Drift {
    drift_status: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    stack_set_name: String,
    stack_set_id: String,
    #[serde(rename = "StackSetARN")]
    stack_set_arn: Arn,
    description: Option<String>,
    status: SetStatus,
    template_body: Option<String>,
    parameters: Vec<ShownParameter>,
    capabilities: Vec<String>,
    tags: Vec<Tag>,
    #[serde(rename = "AdministrationRoleARN")]
    administration_role_arn: Arn,
    execution_role_name: String,
    permission_model: &'static str,
    managed_execution: ManagedExecution,
    stack_set_drift_detection_details: Drift,
    organizational_unit_ids: Vec<String>,
    regions: Vec<String>,
}

impl Operation for DescribeStackSet {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeStackSet";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:DescribeStackSet", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = set(&mut **call, &input.stack_set_name)?;
        let mut regions: Vec<String> = instances(call, &found)?.into_iter().map(|instance| instance.region).collect();
        regions.sort();
        regions.dedup();
        let stack_set = Shown {
            stack_set_id: found.id(),
            stack_set_arn: found.arn(),
            template_body: call.get(&SET_TEMPLATES, &found.key())?,
            parameters: shown_parameters(&found, &found.parameters),
            administration_role_arn: found.administration_role(),
            stack_set_name: found.name,
            description: found.description,
            status: found.status,
            capabilities: found.capabilities,
            tags: found.tags,
            execution_role_name: found.execution_role,
            permission_model: "SELF_MANAGED",
            managed_execution: ManagedExecution { active: Some(found.managed) },
            stack_set_drift_detection_details: Drift { drift_status: "NOT_CHECKED" },
            organizational_unit_ids: Vec::new(),
            regions,
        };
        Ok(Output { stack_set })
    }

    fn example() -> Example {
        let (name, input) = example_set();
        Example::of(json!({"StackSetName": "Example"})).after(name, input)
    }
}
