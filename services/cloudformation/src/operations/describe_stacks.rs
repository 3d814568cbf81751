use crate::{
    CloudFormation,
    error::stack_with_id_missing,
    lifecycle::on_stack,
    names,
    shapes::{ShownStack, page},
    state::{STACKS, Stack},
    status::StackStatus,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows a stack, or all that are not deleted.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>
pub struct DescribeStacks;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: Option<String>,
    next_token: Option<String>,
}

/// The stacks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stacks: Vec<ShownStack>,
    next_token: Option<String>,
}

const PAGE: usize = 100;

impl Operation for DescribeStacks {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeStacks";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        match &input.stack_name {
            Some(name) => on_stack(view, "cloudformation:DescribeStacks", name),
            None => Ok(Demand::any("cloudformation:DescribeStacks").into()),
        }
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if let Some(name) = &input.stack_name {
            let stack = names::stack(&mut **call, name, stack_with_id_missing)?;
            let (stacks, next_token) = page(vec![stack], input.next_token.as_deref(), PAGE)?;
            return Ok(Output { stacks: stacks.into_iter().map(Into::into).collect(), next_token });
        }
        let (account, region) = (call.account()?, call.region().clone());
        let rows = call.scan(&STACKS, &[account.as_str(), region.as_str()])?;
        let mut stacks: Vec<Stack> = rows.into_iter().map(|(_, stack)| stack).filter(|s| s.status != StackStatus::DeleteComplete).collect();
        stacks.sort_by(|a, b| (b.created, &b.uuid).cmp(&(a.created, &a.uuid)));
        let (stacks, next_token) = page(stacks, input.next_token.as_deref(), PAGE)?;
        Ok(Output { stacks: stacks.into_iter().map(Into::into).collect(), next_token })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
