use crate::{
    CodeCommit, examples, names,
    templates::{self, TEMPLATES},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the account's templates of approval rules.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListApprovalRuleTemplates.html>
pub struct ListApprovalRuleTemplates;

/// Which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    approval_rule_template_names: Vec<String>,
    next_token: Option<String>,
}

const PAGE: usize = 1000;

impl Operation for ListApprovalRuleTemplates {
    type Service = CodeCommit;
    const NAME: &'static str = "ListApprovalRuleTemplates";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_results, PAGE)?;
        Ok(Demand::any("codecommit:ListApprovalRuleTemplates").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let names = call.scan(&TEMPLATES, account.as_str())?.into_iter().map(|(_, row)| row.name).collect();
        let size = names::page(input.max_results, PAGE)?;
        let (approval_rule_template_names, next_token) = templates::page(names, input.next_token, size)?;
        Ok(Output { approval_rule_template_names, next_token })
    }

    fn example() -> Example {
        examples::with_template(json!({"maxResults": 10}))
    }
}
