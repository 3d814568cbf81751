use crate::{
    CloudFormation,
    error::constraint,
    stack_sets::{RESULTS, ResultStatus, SetResult, after_instances, check_call_as, on_set, operation, page, set},
};
use base::AccountId;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists what became of each instance in an operation on a stack set.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSetOperationResults.html>
pub struct ListStackSetOperationResults;

/// Which operation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    operation_id: String,
    next_token: Option<String>,
    max_results: Option<usize>,
    call_as: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
}

/// The results.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    summaries: Vec<Summary>,
    next_token: Option<String>,
}

/// Statuses, one of which a result must have.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    name: String,
    values: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccountGate {
    status: &'static str,
    status_reason: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    account: AccountId,
    region: String,
    status: ResultStatus,
    status_reason: Option<String>,
    account_gate_result: Option<AccountGate>,
}

fn summary(row: SetResult) -> Summary {
    let begun = !matches!(row.status, ResultStatus::Pending | ResultStatus::Cancelled);
    // No account has the function that AWS would ask.
    let account_gate_result = begun.then(|| AccountGate {
        status: "SKIPPED",
        status_reason: format!(
            "Function not found: arn:aws:lambda:{}:{}:function:AWSCloudFormationStackSetAccountGate",
            row.region, row.account
        ),
    });
    Summary { account: row.account, region: row.region, status: row.status, status_reason: row.reason, account_gate_result }
}

impl Operation for ListStackSetOperationResults {
    type Service = CloudFormation;
    const NAME: &'static str = "ListStackSetOperationResults";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:ListStackSetOperationResults", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = set(&mut **call, &input.stack_set_name)?;
        let one = operation(call, &found, &input.operation_id)?;
        if let Some(filter) = input.filters.iter().find(|filter| filter.name != "OPERATION_RESULT_STATUS") {
            return Err(constraint("filters.1.member.name", &filter.name, "satisfy enum value set: [OPERATION_RESULT_STATUS]"));
        }
        let [account, uuid] = found.key();
        let rows = call.scan(&RESULTS, &[account, uuid, one.id.as_str()])?;
        let wanted =
            |row: &SetResult| input.filters.iter().all(|filter| filter.values.split(',').any(|value| json!(row.status) == value.trim()));
        let rows: Vec<SetResult> = rows.into_iter().map(|(_, row)| row).filter(wanted).collect();
        let (rows, next_token) = page(rows, input.next_token.as_deref(), input.max_results)?;
        Ok(Output { summaries: rows.into_iter().map(summary).collect(), next_token })
    }

    fn example() -> Example {
        after_instances(json!({"StackSetName": "Example", "OperationId": "first"}))
    }
}
