use crate::{
    CodeCommit, examples,
    templates::{self, TemplateOutput},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes the description of a template.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateApprovalRuleTemplateDescription.html>
pub struct UpdateApprovalRuleTemplateDescription;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
    approval_rule_template_description: String,
}

impl Operation for UpdateApprovalRuleTemplateDescription {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateApprovalRuleTemplateDescription";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = TemplateOutput;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        templates::description(Some(&input.approval_rule_template_description))?;
        Ok(Demand::any("codecommit:UpdateApprovalRuleTemplateDescription").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<TemplateOutput, Error> {
        let mut row = templates::load(call, &input.approval_rule_template_name)?;
        row.description = Some(input.approval_rule_template_description);
        templates::keep(call, &mut row)?;
        templates::tell(call, &row, "approvalRuleTemplateUpdated", None)?;
        Ok(row.into())
    }

    fn example() -> Example {
        examples::with_template(json!({"approvalRuleTemplateName": "two", "approvalRuleTemplateDescription": "Two of us"}))
    }
}
