use crate::{CodeCommit, examples, names, state, templates};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the repositories that a template is associated with.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListRepositoriesForApprovalRuleTemplate.html>
pub struct ListRepositoriesForApprovalRuleTemplate;

/// Which template, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    repository_names: Vec<String>,
    next_token: Option<String>,
}

const PAGE: usize = 1000;

impl Operation for ListRepositoriesForApprovalRuleTemplate {
    type Service = CodeCommit;
    const NAME: &'static str = "ListRepositoriesForApprovalRuleTemplate";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        names::page(input.max_results, PAGE)?;
        Ok(Demand::any("codecommit:ListRepositoriesForApprovalRuleTemplate").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = templates::load(call, &input.approval_rule_template_name)?;
        let mut names = Vec::new();
        for id in templates::repositories(call, &row)? {
            names.extend(state::name_of(call, row.account, &id)?);
        }
        names.sort();
        let size = names::page(input.max_results, PAGE)?;
        let (repository_names, next_token) = templates::page(names, input.next_token, size)?;
        Ok(Output { repository_names, next_token })
    }

    fn example() -> Example {
        examples::with_template(json!({"approvalRuleTemplateName": "two"}))
    }
}
