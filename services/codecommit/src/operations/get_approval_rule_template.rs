use crate::{
    CodeCommit, examples,
    templates::{self, TemplateOutput},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells of a template of approval rules.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetApprovalRuleTemplate.html>
pub struct GetApprovalRuleTemplate;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
}

impl Operation for GetApprovalRuleTemplate {
    type Service = CodeCommit;
    const NAME: &'static str = "GetApprovalRuleTemplate";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = TemplateOutput;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        Ok(Demand::any("codecommit:GetApprovalRuleTemplate").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<TemplateOutput, Error> {
        Ok(templates::load(call, &input.approval_rule_template_name)?.into())
    }

    fn example() -> Example {
        examples::with_template(json!({"approvalRuleTemplateName": "two"}))
    }
}
