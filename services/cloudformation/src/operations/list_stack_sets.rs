use crate::{
    CloudFormation,
    stack_sets::{ManagedExecution, SETS, SetStatus, StackSet, check_call_as, example_set, page},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists stack sets, the deleted ones included.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSets.html>
pub struct ListStackSets;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    next_token: Option<String>,
    max_results: Option<usize>,
    status: Option<SetStatus>,
    call_as: Option<String>,
}

/// The sets, by name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    summaries: Vec<Summary>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    stack_set_name: String,
    stack_set_id: String,
    description: Option<String>,
    status: SetStatus,
    permission_model: &'static str,
    drift_status: &'static str,
    managed_execution: ManagedExecution,
}

fn summary(set: StackSet) -> Summary {
    Summary {
        stack_set_id: set.id(),
        stack_set_name: set.name,
        description: set.description,
        status: set.status,
        permission_model: "SELF_MANAGED",
        drift_status: "NOT_CHECKED",
        managed_execution: ManagedExecution { active: Some(set.managed) },
    }
}

impl Operation for ListStackSets {
    type Service = CloudFormation;
    const NAME: &'static str = "ListStackSets";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        Ok(Demand::any("cloudformation:ListStackSets").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let (account, region) = (call.account()?, call.region().clone());
        let rows = call.scan(&SETS, &[account.as_str(), region.as_str()])?;
        let wanted = |set: &StackSet| input.status.is_none_or(|status| set.status == status);
        let mut sets: Vec<StackSet> = rows.into_iter().map(|(_, set)| set).filter(wanted).collect();
        sets.sort_by(|a, b| (&a.name, &a.uuid).cmp(&(&b.name, &b.uuid)));
        let (sets, next_token) = page(sets, input.next_token.as_deref(), input.max_results)?;
        Ok(Output { summaries: sets.into_iter().map(summary).collect(), next_token })
    }

    fn example() -> Example {
        let (name, input) = example_set();
        Example::of(json!({})).after(name, input)
    }
}
