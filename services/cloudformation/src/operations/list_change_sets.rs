use crate::{
    CloudFormation,
    error::stack_missing,
    lifecycle::on_stack,
    names, nested,
    shapes::{PAGE, StackPage, page},
    state::{CHANGE_SETS, ChangeSetStatus, ExecutionStatus},
};
use base::{Arn, IsoTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Lists a stack's change sets.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListChangeSets.html>
pub struct ListChangeSets;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    stack_id: Arn,
    stack_name: String,
    change_set_id: Arn,
    change_set_name: String,
    execution_status: ExecutionStatus,
    status: ChangeSetStatus,
    status_reason: Option<String>,
    creation_time: IsoTime,
    description: Option<String>,
    include_nested_stacks: bool,
    parent_change_set_id: Option<Arn>,
    root_change_set_id: Option<Arn>,
}

/// The change sets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    summaries: Vec<Summary>,
    next_token: Option<String>,
}

impl Operation for ListChangeSets {
    type Service = CloudFormation;
    const NAME: &'static str = "ListChangeSets";
    const READ_ONLY: bool = true;
    type Input = StackPage;
    type Output = Output;

    fn demands(input: &StackPage, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:ListChangeSets", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StackPage) -> Result<Output, Error> {
        let stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        let (rows, next_token) = page(call.scan(&CHANGE_SETS, &stack.key())?, input.next_token.as_deref(), PAGE)?;
        let mut roots = Vec::new();
        for (_, row) in &rows {
            roots.push(nested::root(call, row)?);
        }
        let summary = |((_, row), root): ((Vec<String>, crate::state::ChangeSet), Option<Arn>)| Summary {
            execution_status: row.execution_of(&stack),
            include_nested_stacks: row.nested,
            parent_change_set_id: row.parent,
            root_change_set_id: root,
            stack_id: stack.arn(),
            stack_name: stack.name.clone(),
            change_set_id: row.arn,
            change_set_name: row.name,
            status: row.status,
            status_reason: row.reason,
            creation_time: IsoTime(row.created),
            description: row.description,
        };
        Ok(Output { summaries: rows.into_iter().zip(roots).map(summary).collect(), next_token })
    }

    fn example() -> Example {
        let (name, input) = super::example_change_set();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
