use crate::{CodeCommit, examples, shapes::Nothing, state, templates};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives the pull requests that a repository will have the rule of a template.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_AssociateApprovalRuleTemplateWithRepository.html>
pub struct AssociateApprovalRuleTemplateWithRepository;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
    repository_name: String,
}

impl Operation for AssociateApprovalRuleTemplateWithRepository {
    type Service = CodeCommit;
    const NAME: &'static str = "AssociateApprovalRuleTemplateWithRepository";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        Ok(state::demand(facts, "codecommit:AssociateApprovalRuleTemplateWithRepository", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let row = templates::load(call, &input.approval_rule_template_name)?;
        let repository = state::repository(call, &input.repository_name)?;
        templates::associate(call, &row, &repository).map(|()| Nothing {})
    }

    fn example() -> Example {
        examples::with_template(json!({"approvalRuleTemplateName": "two", "repositoryName": "shop"}))
    }
}
