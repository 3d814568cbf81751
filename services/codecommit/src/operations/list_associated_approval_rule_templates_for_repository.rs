use crate::{CodeCommit, examples, names, state, templates};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the templates that a repository is associated with.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListAssociatedApprovalRuleTemplatesForRepository.html>
pub struct ListAssociatedApprovalRuleTemplatesForRepository;

/// Which repository, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
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

impl Operation for ListAssociatedApprovalRuleTemplatesForRepository {
    type Service = CodeCommit;
    const NAME: &'static str = "ListAssociatedApprovalRuleTemplatesForRepository";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_results, PAGE)?;
        Ok(state::demand(facts, "codecommit:ListAssociatedApprovalRuleTemplatesForRepository", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let repository = state::repository(call, &input.repository_name)?;
        let names = templates::of_repository(call, &repository)?;
        let size = names::page(input.max_results, PAGE)?;
        let (approval_rule_template_names, next_token) = templates::page(names, input.next_token, size)?;
        Ok(Output { approval_rule_template_names, next_token })
    }

    fn example() -> Example {
        examples::with_repository(json!({"repositoryName": "shop"}))
    }
}
