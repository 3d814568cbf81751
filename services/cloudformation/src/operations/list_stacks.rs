use crate::{
    CloudFormation,
    shapes::page,
    state::{STACKS, Stack},
    status::StackStatus,
};
use base::{Arn, IsoTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// Lists all stacks, the deleted ones included.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html>
pub struct ListStacks;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    stack_status_filter: Vec<StackStatus>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    stack_id: Arn,
    stack_name: String,
    template_description: Option<String>,
    creation_time: IsoTime,
    last_updated_time: Option<IsoTime>,
    deletion_time: Option<IsoTime>,
    stack_status: StackStatus,
    stack_status_reason: Option<String>,
    parent_id: Option<Arn>,
    root_id: Option<Arn>,
}

/// The stacks, newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_summaries: Vec<Summary>,
    next_token: Option<String>,
}

const PAGE: usize = 100;
const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 60 * 60);

fn summary(stack: Stack) -> Summary {
    Summary {
        stack_id: stack.arn(),
        template_description: stack.shown().and_then(|v| v.description.clone()),
        stack_name: stack.name,
        creation_time: IsoTime(stack.created),
        last_updated_time: stack.updated.map(IsoTime),
        deletion_time: stack.deleted.map(IsoTime),
        stack_status: stack.status,
        stack_status_reason: stack.reason,
        parent_id: stack.nesting.as_ref().map(|nesting| nesting.parent.clone()),
        root_id: stack.nesting.map(|nesting| nesting.root),
    }
}

impl Operation for ListStacks {
    type Service = CloudFormation;
    const NAME: &'static str = "ListStacks";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        Ok(Demand::any("cloudformation:ListStacks").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (account, region) = (call.account()?, call.region().clone());
        let rows = call.scan(&STACKS, &[account.as_str(), region.as_str()])?;
        // AWS shows deleted ones for this long.
        let now = call.now();
        let remembered = |stack: &Stack| stack.deleted.is_none_or(|deleted| now.since(deleted) <= REMEMBERED);
        let wanted = |stack: &Stack| {
            remembered(stack) && (input.stack_status_filter.is_empty() || input.stack_status_filter.contains(&stack.status))
        };
        let mut stacks: Vec<Stack> = rows.into_iter().map(|(_, stack)| stack).filter(wanted).collect();
        stacks.sort_by(|a, b| (b.created, &b.uuid).cmp(&(a.created, &a.uuid)));
        let (stacks, next_token) = page(stacks, input.next_token.as_deref(), PAGE)?;
        Ok(Output { stack_summaries: stacks.into_iter().map(summary).collect(), next_token })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({})).after(name, input)
    }
}
