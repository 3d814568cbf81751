use crate::{
    CloudFormation,
    error::constraint,
    stack_sets::{Detailed, Instance, ShownInstance, after_instances, check_call_as, instances, on_set, page, set},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the instances of a stack set.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackInstances.html>
pub struct ListStackInstances;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    next_token: Option<String>,
    max_results: Option<usize>,
    #[serde(default)]
    filters: Vec<Filter>,
    stack_instance_account: Option<String>,
    stack_instance_region: Option<String>,
    call_as: Option<String>,
}

/// The instances.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    summaries: Vec<ShownInstance>,
    next_token: Option<String>,
}

/// Values, one of which an instance must have.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    name: String,
    values: String,
}

impl Filter {
    fn lets(&self, instance: &Instance) -> bool {
        let mut values = self.values.split(',').map(str::trim);
        match &*self.name {
            "DETAILED_STATUS" => {
                values.any(|value| serde_json::from_value::<Detailed>(json!(value)).is_ok_and(|status| status == instance.detailed))
            }
            "LAST_OPERATION_ID" => values.any(|value| value == instance.operation),
            _ => values.any(|value| value == "NOT_CHECKED"),
        }
    }
}

impl Operation for ListStackInstances {
    type Service = CloudFormation;
    const NAME: &'static str = "ListStackInstances";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:ListStackInstances", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = set(&mut **call, &input.stack_set_name)?;
        for filter in &input.filters {
            if !matches!(&*filter.name, "DETAILED_STATUS" | "LAST_OPERATION_ID" | "DRIFT_STATUS") {
                let must = "satisfy enum value set: [DETAILED_STATUS, LAST_OPERATION_ID, DRIFT_STATUS]";
                return Err(constraint("filters.1.member.name", &filter.name, must));
            }
        }
        let wanted = |instance: &Instance| {
            input.stack_instance_account.as_ref().is_none_or(|account| *account == instance.account.as_str())
                && input.stack_instance_region.as_ref().is_none_or(|region| *region == instance.region)
                && input.filters.iter().all(|filter| filter.lets(instance))
        };
        let chosen: Vec<Instance> = instances(call, &found)?.into_iter().filter(wanted).collect();
        let (chosen, next_token) = page(chosen, input.next_token.as_deref(), input.max_results)?;
        Ok(Output { summaries: chosen.into_iter().map(|instance| ShownInstance::summary(&found, instance)).collect(), next_token })
    }

    fn example() -> Example {
        after_instances(json!({"StackSetName": "Example"}))
    }
}
