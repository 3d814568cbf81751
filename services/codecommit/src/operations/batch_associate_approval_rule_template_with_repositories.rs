use crate::{
    CodeCommit, examples, state,
    templates::{self, BatchError},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Associates a template with up to 100 repositories.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_BatchAssociateApprovalRuleTemplateWithRepositories.html>
pub struct BatchAssociateApprovalRuleTemplateWithRepositories;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
    #[serde(default)]
    repository_names: Vec<String>,
}

/// What was done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    associated_repository_names: Vec<String>,
    errors: Vec<BatchError>,
}

impl Operation for BatchAssociateApprovalRuleTemplateWithRepositories {
    type Service = CodeCommit;
    const NAME: &'static str = "BatchAssociateApprovalRuleTemplateWithRepositories";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        templates::batch_size(&input.repository_names)?;
        let demands = input
            .repository_names
            .iter()
            .map(|name| state::demand(facts, "codecommit:BatchAssociateApprovalRuleTemplateWithRepositories", name));
        Ok(Demands::all(demands.collect::<Result<Vec<_>, Error>>()?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (done, errors) = templates::batch(call, &input.approval_rule_template_name, input.repository_names, templates::associate)?;
        Ok(Output { associated_repository_names: done, errors })
    }

    fn example() -> Example {
        examples::with_template(json!({"approvalRuleTemplateName": "two", "repositoryNames": ["shop", "none"]}))
    }
}
