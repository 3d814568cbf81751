use crate::{
    CodeCommit, examples,
    templates::{self, TEMPLATES},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a template that no repository is associated with.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeleteApprovalRuleTemplate.html>
pub struct DeleteApprovalRuleTemplate;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
}

/// What is gone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    approval_rule_template_id: Option<String>,
}

impl Operation for DeleteApprovalRuleTemplate {
    type Service = CodeCommit;
    const NAME: &'static str = "DeleteApprovalRuleTemplate";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        Ok(Demand::any("codecommit:DeleteApprovalRuleTemplate").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        // As on AWS: what is gone already is answered without an id.
        let Some(row) = call.get(&TEMPLATES, &[account.as_str(), input.approval_rule_template_name.as_str()])? else {
            return Ok(Output { approval_rule_template_id: None });
        };
        if !templates::repositories(call, &row)?.is_empty() {
            return Err(Error::new(
                "ApprovalRuleTemplateInUseException",
                format!("The approval rule template {} is associated with repositories. End the associations first.", row.name),
            ));
        }
        call.delete(&TEMPLATES, &[row.account.as_str(), row.name.as_str()]);
        templates::tell(call, &row, "approvalRuleTemplateDeleted", None)?;
        Ok(Output { approval_rule_template_id: Some(row.id) })
    }

    fn example() -> Example {
        examples::with_template(json!({"approvalRuleTemplateName": "two"}))
    }
}
