use crate::{
    CodeCommit, examples, state,
    templates::{self, BatchError},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Ends the associations of a template with up to 100 repositories.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_BatchDisassociateApprovalRuleTemplateFromRepositories.html>
pub struct BatchDisassociateApprovalRuleTemplateFromRepositories;

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
    disassociated_repository_names: Vec<String>,
    errors: Vec<BatchError>,
}

impl Operation for BatchDisassociateApprovalRuleTemplateFromRepositories {
    type Service = CodeCommit;
    const NAME: &'static str = "BatchDisassociateApprovalRuleTemplateFromRepositories";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        templates::batch_size(&input.repository_names)?;
        let demands = input
            .repository_names
            .iter()
            .map(|name| state::demand(facts, "codecommit:BatchDisassociateApprovalRuleTemplateFromRepositories", name));
        Ok(Demands::all(demands.collect::<Result<Vec<_>, Error>>()?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (done, errors) = templates::batch(call, &input.approval_rule_template_name, input.repository_names, templates::disassociate)?;
        Ok(Output { disassociated_repository_names: done, errors })
    }

    fn example() -> Example {
        examples::with_association(json!({"approvalRuleTemplateName": "two", "repositoryNames": ["shop", "none"]}))
    }
}
